# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`central sessions`: filters, sums, CSV that no spreadsheet carries out."""

import csv
import io
from contextlib import contextmanager

import pytest
from chargerctl.central import session_file
from chargerctl.central.books.store import DatabaseStore
from chargerctl.cli.output import Output
from chargerctl.cli.session_view import table
from chargerctl.cli.table import table_lines

from tests.host.central.cli.conftest import LONG_AGO, both_databases, iso, start, stop


def ids(found):
    return [each["id"] for each in found["sessions"]]


@both_databases
def test_sessions_are_listed_the_newest_first_with_energy_and_end(filled, central, central_json):
    _, out, _ = central("sessions")
    lines = [line.split("\t") for line in out.splitlines()]
    assert [line[1:5] + line[7:] for line in lines] == [
        ["garage-1", "1", "04A1B2C3", "Anna", "3.500", "running"],
        ["garage-2", "1", "00VISITOR", "=HYPERLINK(1)", "0.000", "refused: Blocked"],
        ["garage-2", "1", "\\x1b[31M\\u202eX", "-", "0.000", "Local"],
        ["garage-2", "1", "04A1B2C3", "Anna", "7.500", "EVDisconnected"],
    ]
    assert lines[3][5:7] == ["2026-09-21 16:13", "1:00"]
    _, found = central_json("sessions")
    running, refused, _, stopped = found["sessions"]
    assert (running["state"], running["energy_wh"], running["energy_so_far_wh"]) == ("running", None, 3500)
    assert (refused["state"], refused["status"]) == ("refused", "Blocked")
    assert (stopped["energy_wh"], stopped["started"], stopped["reason"]) == (
        7500,
        iso(LONG_AGO),
        "EVDisconnected",
    )


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--running"], [4, 3]),
        (["--charger", "garage-1"], [4]),
        (["--card", "04a1b2c3"], [4, 1]),
        (["--card", "04:A1:B2:C3", "--to", "2026-09-21"], [1]),
        (["--from", "2026-09-21", "--to", "2026-09-21"], [3, 2, 1]),
        (["--from", "2026-09-22"], [4]),
        (["--from", "2d"], [4]),
        (["--from", "2026-09-21T17:00", "--to", "2026-09-21T18:30:00+02:00"], [2]),
        (["--last", "2"], [4, 3]),
    ],
)
def test_filters(filled, central_json, arguments, expected):
    assert ids(central_json("sessions", *arguments)[1]) == expected


def test_text_shows_the_last_twenty_unless_more_are_asked_for(store, central, central_json):
    with store.unit() as unit:
        for number in range(25):
            stop(
                unit, "a", start(unit, "a", "AB", LONG_AGO + 100 * number), LONG_AGO + 100 * number + 50, 1000
            )
    assert len(central("sessions")[1].splitlines()) == 20
    assert len(central("sessions", "--last", "24")[1].splitlines()) == 24
    assert len(central("sessions", "--from", "2026-01-01")[1].splitlines()) == 25
    assert len(central("sessions", "--csv")[1].splitlines()) == 26
    assert len(central_json("sessions")[1]["sessions"]) == 25


@both_databases
def test_energy_is_summed_by_card_month_and_charger(filled, central, central_json):
    with filled.unit() as unit:
        # In UTC it began in August, here in September.
        late = 1_788_213_600.0  # 2026-08-31T22:00:00Z
        stop(unit, "garage-2", start(unit, "garage-2", "04D4E5F6", late), late + 10, 250)
    _, out, err = central("sessions", "--by", "card")
    assert out.splitlines() == [
        "\\x1b[31M\\u202eX\t-\t1\t0.000",
        "04A1B2C3\tAnna\t1\t7.500",
        "04D4E5F6\tBen\t1\t0.250",
    ]
    assert err == "in all 3 sessions, 7.750 kWh\n"
    _, found = central_json("sessions", "--by", "month", "--by", "charger")
    assert found == {
        "sums": [
            {"month": "2026-09", "charger": "garage-2", "name": "", "sessions": 3, "energy_wh": 7750},
        ],
        "total": {"sessions": 3, "energy_wh": 7750},
    }
    assert central("sessions", "--by", "card", "--card", "04A1B2C3", "--csv")[1] == (
        "card,name,sessions,energy_kwh\n04A1B2C3,Anna,1,7.5\n"
    )


def test_csv_is_for_spreadsheets_and_holds_no_formula(filled, central):
    with filled.unit() as unit:
        start(unit, "garage-2", '=cmd|"/c"!A', LONG_AGO + 9500)
    _, out, _ = central("sessions", "--csv")
    rows = [*csv.DictReader(io.StringIO(out))]
    assert [row["session"] for row in rows] == ["5", "4", "3", "2", "1"]
    assert rows[0]["card"] == '\'=CMD|"/C"!A'
    assert rows[2]["card_name"] == "'=HYPERLINK(1)"
    assert (rows[4]["started"], rows[4]["duration_s"], rows[4]["energy_kwh"]) == (
        iso(LONG_AGO),
        "3600",
        "7.5",
    )
    assert (rows[1]["stopped"], rows[1]["energy_kwh"], rows[1]["state"]) == ("", "", "running")
    assert not [cell for row in rows for cell in row.values() if cell[:1] in "=+-@" and cell]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--by", "card", "--running"],
        ["--by", "card", "--last", "3"],
        ["--csv", "--json"],
        ["--from", "soon"],
        ["--to", "99999-01-01"],
        ["--last", "0"],
        ["--by", "colour"],
        ["--card", "x" * 30],
        ["--from", "2026-09-22", "--to", "2026-09-20"],
    ],
)
def test_what_makes_no_sense_is_refused(filled, central, arguments):
    assert central("sessions", *arguments)[0] == 2


@both_databases
@pytest.mark.parametrize(
    ("option", "name", "message"),
    [
        ("--charger", "garage-3", "there is no charger 'garage-3' in the books: did you mean garage-2?"),
        ("--card", "04A1B2C4", "there is no card '04A1B2C4' in the books: did you mean 04A1B2C3?"),
        ("--card", "FFFF", "there is no card 'FFFF' in the books: `chargerctl central cards` lists them"),
    ],
)
def test_a_name_that_the_books_do_not_know_is_no_empty_list(filled, central, option, name, message):
    assert central("sessions", option, name) == (2, "", f"chargerctl: {message}\n")


def test_a_month_has_no_name(filled, central):
    assert central("sessions", "--by", "month", "--csv")[1].splitlines()[0] == "month,sessions,energy_kwh"


def test_books_without_sessions_say_so_beside_the_output(store, central, central_json):
    assert central("sessions")[1:] == ("", "no session in the books that fits\n")
    assert central("sessions", "--by", "month")[1] == ""
    assert central_json("sessions")[1] == {"sessions": []}


def test_a_session_fits_in_80_columns(filled):
    from chargerctl.central.books.queries.sessions import Filter, sessions

    with filled.reading() as connection:
        rows = [*sessions(connection, Filter(id_tag="04A1B2C3"))]
    lines = table_lines(table(rows, {4: 3500.0}, LONG_AGO), 80)
    assert lines[0].split() == ["id", "charger", "card", "name", "started", "h:mm", "kWh", "state"]
    assert lines[2] == " 1  garage-2  04A1B2C3  Anna  2026-09-21 16:13  1:00  7.500  EVDisconnected"
    assert "connector" in table_lines(table(rows, {}, LONG_AGO), 120)[0]


def test_a_session_whose_stop_never_came_is_said_to_have_none_and_counts_until_its_last_meter_value(
    filled, central, central_json
):
    before = central_json("sessions", "--by", "card")[1]["total"]
    assert central("sessions", "--close", "4")[:2] == (
        0,
        "session 4 does not run any more: it counts until its last meter value; if its stop comes, that counts\n",
    )
    assert ids(central_json("sessions", "--running")[1]) == [3]  # a refused one
    assert central("sessions")[1].splitlines()[0].endswith("\tno stop")
    [session] = [each for each in central_json("sessions")[1]["sessions"] if each["id"] == 4]
    assert (session["state"], session["energy_wh"], session["energy_so_far_wh"]) == ("no_stop", 3500, None)
    [line] = [each for each in central("sessions")[1].splitlines() if each.endswith("no stop")]
    assert "\t3.500\t" in line
    after = central_json("sessions", "--by", "card")[1]["total"]
    assert (after["sessions"], after["energy_wh"]) == (before["sessions"] + 1, before["energy_wh"] + 3500)
    assert central("sessions", "--close", "4")[0] == 2


def test_no_transaction_is_open_while_csv_is_read(filled, central, monkeypatch):
    """A pager that is left open must not keep the books from being tidied."""
    open_now, most_open = [], []
    reading = DatabaseStore.reading

    @contextmanager
    def counted(self):
        with reading(self) as connection:
            open_now.append(1)
            yield connection
            open_now.pop()

    def text(self, *lines):
        most_open.extend([len(open_now)] * len(lines))

    monkeypatch.setattr(DatabaseStore, "reading", counted)
    monkeypatch.setattr(Output, "text", text)
    monkeypatch.setattr(session_file, "_PAGE", 1)
    assert central("sessions", "--csv")[0] == 0
    assert most_open == [0] * 5
