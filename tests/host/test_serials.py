# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One answer to what may be a charger's name, whatever it comes over."""

import pytest
from chargerctl.central.books.owner import add_charger
from chargerctl.errors import InputError
from chargerctl.mqtt.topics import Topics
from chargerctl.ocppj import connection_url, identity_of
from chargerctl.serials import is_serial

GOOD = ["GA001", "-x", "_", ".hidden", "a" * 48, "RDAM 123", "AA:BB:CC", "x$"]
BAD = ["", ".", "..", "...", "." * 25, "a/b", "+", "a+", "#", " a", "a ", "a\n", "a\0", "é", "a" * 49, "$SYS"]


@pytest.mark.parametrize("serial", GOOD)
def test_a_serial_is_one_level_of_a_topic_and_one_of_a_path(serial):
    assert is_serial(serial)
    assert Topics().whose(Topics().from_charger.replace("{serial}", serial)) == (serial, False)
    assert identity_of(connection_url("ws://a", serial).removeprefix("ws://a")) == serial


def test_why_one_is_none_says_what_holds_and_how_long_it_is():
    with pytest.raises(
        InputError,
        match=r"^'a/b' cannot be .* 1 to 48 letters, digits and \._~!\$&'\(\)\*,;=:@-, spaces",
    ):
        add_charger(None, "a/b", 0.0)
    with pytest.raises(InputError, match=r"^'x{20}…' cannot be .*: it is 1 to 48 characters, not 10000$"):
        add_charger(None, "x" * 10_000, 0.0)


@pytest.mark.parametrize("serial", BAD)
def test_nothing_else_is_one_anywhere(serial):
    assert not is_serial(serial)
    with pytest.raises(InputError, match="cannot be the serial"):
        add_charger(None, serial, 0.0)
    with pytest.raises(ValueError, match="identity"):
        identity_of(connection_url("ws://a", serial).removeprefix("ws://a"))
