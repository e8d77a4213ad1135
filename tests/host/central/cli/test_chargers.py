# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`central chargers`: what is in the books, on a terminal, in a pipe and as JSON; and what changes it."""

import io
import sys
import time

import pytest
from chargerctl.central.books.owner import accounts
from chargerctl.central.passwords import password_matches
from chargerctl.cli import central_chargers_add
from chargerctl.cli.charger_view import table
from chargerctl.cli.table import table_lines

from tests.host.central.cli.conftest import HOSTILE, both_databases


def test_a_charger_cannot_have_the_account_of_home_assistant(central, monkeypatch):
    """It could never connect to the broker of `serve`, which would not start with it either."""
    monkeypatch.setenv("CHARGERCTL_CENTRAL_HOME_ASSISTANT", "same")
    status, _, err = central("chargers", "add", "homeassistant")
    assert status == 2
    assert "homeassistant is the account of Home Assistant" in err
    assert central("chargers", "add", "garage-1")[0] == 0


def by_serial(found):
    return {each["serial"]: each for each in found["chargers"]}


@both_databases
def test_the_table_has_a_line_for_each_charger(filled, central):
    status, out, _ = central("chargers")
    lines = [line.split("\t") for line in out.splitlines()]
    assert status == 0
    assert [line[:5] for line in lines] == [
        ["garage-1", "Left", "MQTT", "1 Charging", "04A1B2C3 3.500 kWh"],
        ["garage-2", "-", "-", "1 Faulted (OtherError)", "-"],
        ["yard", "-", "MQTT", "-", "-"],
    ]
    assert [line[-1] for line in lines] == ["yes", "yes", "asks"]


def test_json_has_all_of_it_with_times_in_utc(filled, central_json):
    status, found = central_json("chargers")
    first = by_serial(found)["garage-1"]
    assert (status, found["central_systems"]) == (0, 1)
    assert first["boot"] == {
        "chargePointModel": "ESP32-C6",
        "chargePointVendor": "GA Make",
        "firmwareVersion": "0.1.0",
    }
    assert [each["status"] for each in first["connectors"]] == ["Available", "Charging"]
    assert (first["sessions"][0]["card"], first["sessions"][0]["energy_wh"]) == ("04A1B2C3", 3500)
    assert first["last_seen"].endswith("Z")
    assert first["has_password"]
    assert by_serial(found)["garage-2"]["connected"] is None


def chargers_at(store, width):
    from chargerctl.central.books.queries.chargers import all_chargers

    with store.reading() as connection:
        return table_lines(table(all_chargers(connection, time.time())), width)


def test_a_narrow_terminal_loses_firmware_and_name_first(filled):
    wide, narrow = chargers_at(filled, 120), chargers_at(filled, 80)
    assert wide[0].split() == [
        "charger",
        "name",
        "connected",
        "connectors",
        "session",
        "last",
        "seen",
        "firmware",
        "allowed",
    ]
    assert narrow[0].split() == ["charger", "connected", "connectors", "session", "last", "seen", "allowed"]
    assert max(map(len, wide)) <= 120
    assert max(map(len, narrow)) <= 80
    assert narrow[1].startswith("garage-1  MQTT       1 Charging")


def test_what_a_charger_says_of_itself_is_shown_not_carried_out(filled, central):
    for arguments in (["chargers"], ["chargers", "show", "garage-2"]):
        _, out, err = central(*arguments)
        assert "\x1b" not in out + err
        assert "\u202e" not in out + err
        assert "\\x1b[31m\\u202ex" in out


def test_show_has_boot_data_connectors_keys_and_complaints(filled, central, central_json):
    with filled.unit() as unit:
        unit.charger("garage-1").book(
            "StopTransaction",
            {"transactionId": 99, "meterStop": 1, "timestamp": "2026-01-01T00:00:00Z"},
            {},
            time.time(),
        )
    _, out, _ = central("chargers", "show", "garage-1")
    rows = dict(line.split("\t") for line in out.splitlines() if not line.startswith("complaint"))
    assert rows["chargePointModel"] == "ESP32-C6"
    assert rows["connector 1"].startswith("Charging, NoError, since ")
    assert rows["key HeartbeatInterval"] == "300"
    assert "password" in rows
    assert "secret" not in out
    _, found = central_json("chargers", "show", "garage-1")
    assert found["configuration"][0]["key"] == "HeartbeatInterval"
    (complaint,) = found["complaints"]
    assert complaint["payload"]["transactionId"] == 99
    assert complaint["reason"] in out


def test_a_charger_that_is_not_there_is_named_with_the_one_that_is_meant(filled, central_json):
    for command in ("show", "refuse", "remove"):
        status, found = central_json("chargers", command, "garage-3")
        assert status == 2
        assert found["error"] == "there is no charger 'garage-3' in the books: did you mean garage-2?"
    status, found = central_json("chargers", "show", HOSTILE)
    assert status == 2
    assert "\x1b" not in found["error"]


def test_a_charger_is_added_before_there_are_books_and_its_password_is_shown_once(
    database, central, central_json
):
    status, found = central_json("chargers", "add", "box.1", "--generate-password", "--name", "Säule")
    assert status == 0
    assert len(bytes.fromhex(found["password"])) == 16
    status, out, _ = central("chargers", "add", "box.1", "--name", "Other")
    assert out == "changed box.1\n"
    _, listed = central_json("chargers")
    assert by_serial(listed)["box.1"]["name"] == "Other"
    assert by_serial(listed)["box.1"]["has_password"]
    assert found["password"] not in str(listed)


def stored(store, serial):
    return store.charger_account(serial).password


def test_a_password_comes_from_stdin_or_is_asked_for_and_only_its_hash_is_kept(filled, central, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("correct horse\r\nmore\n"))
    status, out, err = central("chargers", "password", "garage-1", "--password-stdin")
    assert status == 0
    assert "horse" not in out + err
    assert password_matches(stored(filled, "garage-1"), b"correct horse")
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(central_chargers_add.click, "prompt", lambda *_, **options: "typed " + "x" * 10)
    assert central("chargers", "password", "garage-1", "--password-prompt")[0] == 0
    assert password_matches(stored(filled, "garage-1"), b"typed xxxxxxxxxx")
    assert central("chargers", "password", "garage-1", "--remove")[0] == 0
    assert stored(filled, "garage-1") == ""


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("short\n", "8 to 40 characters, not 5"),
        ("x" * 41, "8 to 40 characters, not 41"),
        ("", "8 to 40 characters, not 0"),
        ("pässword Zq\n", "printable ASCII"),
        ("password Zq\x07\n", "printable ASCII"),
    ],
)
def test_a_password_that_chargers_disagree_about_is_refused_and_not_shown(
    filled, central, monkeypatch, typed, message
):
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    status, out, err = central("chargers", "add", "garage-1", "--password-stdin")
    assert status == 2
    assert message in err
    assert "Zq" not in out + err
    assert password_matches(stored(filled, "garage-1"), b"secret password")


def test_without_a_terminal_nothing_is_asked(filled, central):
    status, _, err = central("chargers", "add", "garage-9", "--password-prompt")
    assert (status, "use --password-stdin" in err) == (2, True)
    assert central("chargers", "add", "garage-9", "--password-stdin", "--generate-password")[0] == 2
    assert central("chargers", "password", "garage-1")[0] == 2


def test_a_password_typed_as_an_argument_is_not_repeated(filled, central):
    status, out, err = central("chargers", "add", "garage-1", "--password", "hunter2-Zq")
    assert status == 2
    assert "--password-prompt" in err
    assert "Zq" not in out + err


def test_allow_refuse_and_remove_change_what_a_charger_may(filled, central, central_json):
    assert central("chargers", "allow", "yard", "garage-2")[1] == "allowed yard\nallowed garage-2\n"
    assert central("chargers", "refuse", "garage-1")[0] == 0
    _, found = central_json("chargers")
    assert {serial: (each["known"], each["allowed"]) for serial, each in by_serial(found).items()} == {
        "garage-1": (True, False),
        "garage-2": (True, True),
        "yard": (True, True),
    }
    assert central("chargers")[1].splitlines()[0].endswith("\tno")
    assert central("chargers", "remove", "garage-1")[0] == 0
    assert not by_serial(central_json("chargers")[1])["garage-1"]["has_password"]
    assert len(central_json("sessions", "--charger", "garage-1")[1]["sessions"]) == 1


def test_of_several_chargers_all_are_changed_or_none(filled, central, central_json):
    assert central("chargers", "refuse", "garage-1", "nowhere")[0] == 2
    assert by_serial(central_json("chargers")[1])["garage-1"]["allowed"]


def test_a_refused_stranger_no_longer_asks(filled, central, central_json):
    central("chargers", "refuse", "yard")
    assert central("chargers")[1].splitlines()[2].endswith("\tno")


def test_strangers_that_have_not_asked_for_a_day_are_shown_with_all(filled, central, central_json):
    with filled.unit() as unit:
        unit.seen("long-ago", time.time() - 90_000)
    assert "long-ago" not in central("chargers")[1]
    assert "long-ago" in central("chargers", "list", "--all")[1]


@pytest.mark.parametrize("serial", ["a/b", "+", "#", "", "x" * 49, " ab", HOSTILE, "ä"])
def test_what_can_be_no_serial_is_not_entered(filled, central, serial):
    status, _, err = central("chargers", "add", serial)
    assert status == 2
    assert "\x1b" not in err


def test_books_that_are_not_there_are_one_line_and_are_not_made(database, folder, central):
    for arguments in (["chargers"], ["sessions"], ["cards", "export"], ["chargers", "allow", "x"]):
        status, out, err = central(*arguments)
        assert (status, out, len(err.splitlines())) == (1, "", 1)
        assert "there are no books yet" in err
    assert not (folder / "central.sqlite").exists()


def test_a_charger_with_a_broker_of_its_own_is_told_to_that(filled, central, monkeypatch):
    monkeypatch.setenv("CHARGERCTL_CENTRAL_BROKER", "localhost:1883")
    assert "central broker mosquitto" in central("chargers", "remove", "garage-1")[2]


def test_to_add_a_charger_again_never_changes_its_password(filled, central, central_json):
    with filled.reading() as connection:
        before = accounts(connection)
    status, found = central_json("chargers", "add", "garage-1", "--generate-password")
    assert (status, "password" in found) == (1, False)
    assert found["error"].startswith(
        "garage-1 is in the books already, with a password: chargerctl central chargers password"
    )
    with filled.reading() as connection:
        assert accounts(connection) == before
    # What it has not is entered.
    assert central("chargers", "add", "garage-1", "--name", "Right")[1] == "changed garage-1\n"
    assert central_json("chargers", "add", "garage-2", "--generate-password")[1]["done"] == "changed"
    assert central("chargers", "add", "yard")[1] == "added yard\n"


def test_the_word_password_hides_no_mistake(filled, central_json):
    status, found = central_json("chargers", "password", "nosuch", "--generate-password")
    assert status == 2
    assert (
        found["error"]
        == "there is no charger 'nosuch' in the books: `chargerctl central chargers` lists them"
    )
