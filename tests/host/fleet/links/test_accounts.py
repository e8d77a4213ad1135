# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""User names and passwords of a fleet's chargers."""

import pytest
from chargerctl.errors import InputError
from chargerctl.fleet.links.accounts import Accounts, read_passwords


def test_a_pattern_has_the_serial_in_it():
    accounts = Accounts("charger-{serial}", "secret of {serial}")
    assert accounts.of("cp-1") == ("charger-cp-1", "secret of cp-1")


def test_nobody_has_an_account_unless_one_is_given():
    assert Accounts().of("cp-1") == ("", "")


def test_a_password_of_its_own_comes_first_and_the_serial_is_its_user():
    accounts = Accounts(password="of all", passwords={"cp-1": "own {serial}"})
    assert accounts.of("cp-1") == ("cp-1", "own {serial}")
    assert accounts.of("cp-2") == ("", "of all")


def test_passwords_are_not_in_the_text_of_an_object():
    assert "secret" not in repr(Accounts("user", "secret", {"cp-1": "secret"}))


def test_a_file_of_passwords(tmp_path):
    file = tmp_path / "passwords"
    file.write_text("# ours\ncp-1:a:b \n\ncp-2:\n")
    assert read_passwords(file) == {"cp-1": "a:b ", "cp-2": ""}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"cp-1:x\nhunter2\n", "line 2: must be SERIAL:PASSWORD"),
        (b":hunter2\n", "line 1: must be SERIAL:PASSWORD"),
        (b"cp-1:\xff hunter2\n", "is not UTF-8"),
        (b"cp-1:x\n" * 3_000_000, "has more than 16 MB"),
        (None, "cannot read"),
    ],
)
def test_a_file_that_is_none_is_refused_without_a_word_of_it(tmp_path, content, words):
    file = tmp_path / "passwords"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(InputError, match=words) as caught:
        read_passwords(file)
    assert "hunter2" not in str(caught.value)
