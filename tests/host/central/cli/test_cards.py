# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`central cards`: list, add, block, remove, import and export, on real books."""

import io

import pytest

from tests.host.central.cli.conftest import both_databases


def test_the_list_says_what_a_charger_would_be_told(filled, central, central_json):
    _, out, _ = central("cards")
    assert [line.split("\t") for line in out.splitlines()] == [
        ["00VISITOR", "=HYPERLINK(1)", "-", "-", "Blocked", "garage-2"],
        ["04A1B2C3", "Anna", "FLEET", "-", "Accepted", "all"],
        ["04D4E5F6", "Ben", "-", "2026-09-21 16:13:20", "Expired", "all"],
    ]
    _, found = central_json("cards")
    assert found["cards"][2] == {
        "uid": "04D4E5F6",
        "name": "Ben",
        "parent": None,
        "valid_until": "2026-09-21T14:13:20Z",
        "blocked": False,
        "state": "Expired",
        "chargers": None,
    }


def test_a_card_is_added_once_and_changed_only_when_told(filled, central, central_json):
    arguments = ["cards", "add", "04:aa:bb:cc", "--name", "Cleo", "--valid-until", "2027-12-31", "--charger"]
    assert central(*arguments, "garage-1")[1] == "added 04AABBCC\n"
    status, found = central_json(*arguments, "garage-2")
    assert (status, found["error"]) == (
        1,
        "card 04AABBCC is in the books already: change it with --replace",
    )
    assert central(*arguments, "garage-2", "--replace")[1] == "changed 04AABBCC\n"
    (card,) = [each for each in central_json("cards")[1]["cards"] if each["uid"] == "04AABBCC"]
    assert (card["chargers"], card["valid_until"]) == (["garage-2"], "2027-12-31T22:59:59Z")


def test_the_first_card_makes_the_books(database, central):
    assert central("cards", "add", "04A1")[0] == 0
    assert central("cards")[1] == "04A1\t-\t-\t-\tAccepted\tall\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["x" * 21],
        ["ä"],
        [""],
        ["1E+10"],
        ["04A1", "--valid-until", "tomorrow"],
        ["04A1", "--name", "a\x1b[31m"],
        ["04A1", "--parent", "x" * 21],
        ["04A1", "--charger", "garage-3"],
    ],
)
def test_a_card_that_cannot_be_is_refused_with_the_reason(filled, central, arguments):
    status, _, err = central("cards", "add", *arguments)
    assert status == 2
    assert "\x1b" not in err
    assert "Traceback" not in err


@both_databases
def test_cards_are_blocked_unblocked_and_removed_all_or_none(filled, central, central_json):
    def states():
        return {each["uid"]: each["state"] for each in central_json("cards")[1]["cards"]}

    assert central("cards", "block", "04a1b2c3", "04D4E5F6")[0] == 0
    assert states()["04A1B2C3"] == states()["04D4E5F6"] == "Blocked"
    assert central("cards", "unblock", "04A1B2C3", "04A1B2C4")[0] == 2
    assert states()["04A1B2C3"] == "Blocked"
    assert central("cards", "unblock", "00VISITOR")[0] == 0
    assert states()["00VISITOR"] == "Accepted"
    (visitor,) = [each for each in central_json("cards")[1]["cards"] if each["uid"] == "00VISITOR"]
    assert visitor["chargers"] == ["garage-2"]
    status, found = central_json("cards", "remove", "04A1B2C3", "nobody")
    assert (status, "nobody" in found["error"].lower()) == (2, True)
    assert central("cards", "remove", "04A1B2C3")[1] == "removed 04A1B2C3\n"
    assert "04A1B2C3" not in states()
    assert central_json("sessions", "--card", "04A1B2C3")[1]["sessions"]


@both_databases
def test_a_file_is_imported_whole_and_again_changes_nothing(filled, central, central_json, write):
    write("uid;name;chargers\r\n04A1B2C3;Anna;\r\nAB12;Dora;garage-1|garage-2\r\n", "cards.csv")
    status, tried = central_json("cards", "import", "cards.csv", "--dry-run")
    assert (status, tried) == (
        0,
        {"file": "cards.csv", "dry_run": True, "new": 1, "changed": 1, "unchanged": 0},
    )
    assert len(central_json("cards")[1]["cards"]) == 3
    _, out, _ = central("cards", "import", "cards.csv")
    assert out == "entered 2 cards of cards.csv: 1 new, 1 changed, 0 unchanged\n"
    assert central_json("cards", "import", "cards.csv")[1]["unchanged"] == 2
    told = "nothing to enter: the books have the 2 cards of cards.csv as they are\n"
    assert central("cards", "import", "cards.csv")[1] == told
    assert len(central_json("cards")[1]["cards"]) == 4


def test_one_wrong_line_keeps_every_line_out(filled, central, central_json, write):
    write("uid,chargers\nAB12,\nAB13,garage-3\nAB14 is too long for a card,\n", "cards.csv")
    status, _, err = central("cards", "import", "cards.csv")
    assert status == 2
    assert err.splitlines() == [
        "cards.csv:3: chargers: garage-3: did you mean garage-2?",
        "cards.csv:4: uid: must be at most 20 characters (OCPP), has 27",
        "2 mistakes in cards.csv",
    ]
    status, found = central_json("cards", "import", "cards.csv")
    assert [problem["line"] for problem in found["problems"]] == [3, 4]
    assert len(central_json("cards")[1]["cards"]) == 3


def test_a_file_that_is_wrong_in_every_line_shows_some_and_how_many(filled, central, central_json, write):
    write("uid\n" + "this is too long for a card\n" * 5000, "cards.csv")
    lines = central("cards", "import", "cards.csv")[2].splitlines()
    assert len(lines) == 52
    assert lines[50:] == ["... and 4,950 more, not shown: they are in --json", "5000 mistakes in cards.csv"]
    assert len(central_json("cards", "import", "cards.csv")[1]["problems"]) == 5000


def test_cards_are_imported_from_stdin(filled, central, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"uid\nAB12\n")))
    assert central("cards", "import", "-")[1] == "entered 1 card of stdin: 1 new, 0 changed, 0 unchanged\n"


def test_what_is_exported_can_be_imported_and_holds_no_formula(filled, central, central_json, write):
    _, out, _ = central("cards", "export")
    assert "'=HYPERLINK(1)" in out
    write(out, "cards.csv")
    assert central_json("cards", "import", "cards.csv")[1]["unchanged"] == 3


def test_ten_thousand_cards_are_entered_at_once(filled, central_json, write):
    write("uid,name\n" + "".join(f"{number:08X},n{number}\n" for number in range(10_000)), "cards.csv")
    assert central_json("cards", "import", "cards.csv")[1]["new"] == 10_000
    assert central_json("cards", "import", "cards.csv")[1]["unchanged"] == 10_000


@pytest.mark.parametrize("name", ["nowhere.csv", ".", "/dev/zero"])
def test_a_file_that_is_none_is_one_line(filled, central, name):
    status, _, err = central("cards", "import", name)
    assert (status, len(err.splitlines())) == (2, 1)
