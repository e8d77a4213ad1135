# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Passwords of chargers, in the format of mosquitto's password file."""

import subprocess

import pytest
from chargerctl.central.passwords import hash_password, password_matches

from tests.mosquitto import needs_mosquitto

KEY = bytes.fromhex("0001020304050607FFFFFFFFFFFFFFFFFFFFFFFF")  # OCPP-J 6.2.2


def test_only_the_right_password_matches():
    stored = hash_password(b"correct horse")
    assert password_matches(stored, b"correct horse")
    assert not password_matches(stored, b"correct horsf")
    assert not password_matches(stored, b"")


def test_the_same_password_is_stored_differently_each_time():
    assert hash_password(b"correct horse") != hash_password(b"correct horse")


def test_a_password_of_any_bytes_matches():
    assert password_matches(hash_password(KEY), KEY)
    assert password_matches(hash_password(b"\0\xff:"), b"\0\xff:")


@pytest.mark.parametrize("digits", [KEY.hex(), KEY.hex().upper()])
def test_a_charger_may_send_the_bytes_of_a_key_that_is_stored_in_hexadecimal(digits):
    assert password_matches(hash_password(digits.encode()), KEY)
    assert password_matches(hash_password(digits.encode()), digits.encode())
    assert not password_matches(hash_password(digits.encode()), KEY[:-1] + b"\0")


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "$7$",
        "$6$abc$def",
        "$7$x$AAAA$AAAA",
        "$7$0$AAAA$AAAA",
        "$7$10$AAAA$",
        "$7$99999999999$AAAA$AAAA",
        "plain",
    ],
)
def test_what_is_not_in_the_format_matches_nothing(stored):
    assert not password_matches(stored, b"")
    assert not password_matches(stored, stored.encode())


def test_mosquittos_own_tool_writes_the_same_format(tmp_path):
    needs_mosquitto()
    file = tmp_path / "passwords"
    command = ["mosquitto_passwd", "-c", "-b", str(file), "box", "correct horse"]
    subprocess.run(command, check=True, capture_output=True)
    stored = file.read_text().strip().partition(":")[2]
    assert password_matches(stored, b"correct horse")
    assert not password_matches(stored, b"correct horsf")
