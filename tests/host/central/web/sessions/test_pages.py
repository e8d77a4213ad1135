# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The pages of sessions, as a person reads them."""

import csv
import io
import re

import pytest
from chargerctl.central.books import owner
from chargerctl.central.books.owner import Card
from chargerctl.central.books.policies import Policies, Policy
from chargerctl.central.books.queries.sessions import session
from chargerctl.central.books.store import open_books
from chargerctl.central.web.sessions.router import router

from tests.host.central.books.charger import NOW, Charger
from tests.host.central.web.visitor import Visitor

# As hostile as the books let it be: a name has no limit there.
NAME = "<script>alert(1)</script>\u202e" + "x" * 10_000


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """Three chargers. Sessions: 1 over midnight in Berlin; 2 in summer; 3 runs; 4 was refused; 5 and 6 of a hostile name."""
    path = tmp_path_factory.mktemp("filled") / "books.db"
    books = open_books(str(path), Policies(Policy.ACCEPT))
    with books.writing() as connection:
        owner.add_charger(connection, "garage-1", NOW, name="Garage")
        owner.add_charger(connection, "garage-12", NOW)
        owner.add_charger(connection, "yard", NOW, name=NAME)
        owner.put_cards(connection, [Card("A1", name="Anna"), Card("B2", name='=HYPERLINK("x")')], NOW)
    charger = Charger(books, "garage-1")
    charger.start(idTag="A1", timestamp="2026-11-20T21:00:00Z")
    charger.meter("3000", transaction=1, time="2026-11-20T23:00:00Z")
    charger.stop(1, meterStop=11_000, timestamp="2026-11-21T05:00:00Z", reason="EVDisconnected")
    other = Charger(books, "garage-12")
    other.start(idTag="B2", timestamp="2026-07-01T10:00:00Z")
    other.stop(2, meterStop=1400, timestamp="2026-07-01T11:00:00Z")
    charger.start(idTag="A1", timestamp="2026-11-22T07:00:00Z")
    charger.meter("1750", transaction=3, time="2026-11-22T07:20:00Z")
    other.start(idTag="FF", timestamp="2026-11-22T07:10:00Z")
    yard = Charger(books, "yard")
    yard.start(idTag="B2", timestamp="2026-11-22T05:00:00Z")
    yard.stop(5, meterStop=1000, timestamp="2026-11-22T05:30:00Z", reason="Other")
    books.close()
    return path


@pytest.fixture
def books(books_for, filled):
    return books_for(Policies(Policy.ACCEPT), filled)


@pytest.fixture
def visitor(books):
    return Visitor(books, router)


def listed(page):
    """The numbers of the sessions, in their order."""
    return [int(each) for each in re.findall(r'<tr id="session-(\d+)"', page)]


def days(page):
    """The days of the chart that have energy, and how much."""
    titles = re.findall(r"<title>\w{3} ([^<:]*): ([\d.]*) kWh</title>", page)
    return {day: kwh for day, kwh in titles if float(kwh)}


def total(page):
    return re.search(r'id="total".*?([\d.]+) <small>kWh', page, re.DOTALL)[1]


def test_the_last_thirty_days_come_first(visitor):
    page = visitor.page("/sessions")
    assert listed(page) == [5, 4, 3, 1]
    assert 'name="from" type="date" value="2026-10-24"' in page
    assert total(page) == "10.000"
    assert "1 of them runs, with 0.750 kWh so far" in visitor.text("/sessions")


FOUND = [
    ({"from": ""}, [5, 4, 3, 2, 1]),
    ({"charger": "garage-1"}, [3, 1]),  # and not garage-12
    ({"charger": "GARAGE"}, [4, 3, 2, 1]),
    ({"card": "anna"}, [3, 1]),
    ({"card": "a1"}, [3, 1]),
    ({"state": "running"}, [3]),
    ({"state": "refused"}, [4]),
    ({"from": "2026-11-20", "to": "2026-11-20"}, [1]),
    ({"from": "2026-11-21", "to": "2026-11-21"}, []),
    ({"to": "2026-07-01"}, [2]),
    ({"card": "%"}, []),
    ({"charger": "\0\u202e'\""}, []),
]


def test_sessions_are_searched_for(visitor):
    for asked, found in FOUND:
        assert listed(visitor.page("/sessions", **asked)) == found, asked


def test_a_session_over_midnight_counts_on_both_days_of_the_viewer(books, visitor):
    """It has 2 kWh at midnight in Berlin; at midnight in London, an hour later, 8/6 more."""
    runs = {"22 November 2026": "0.750"}
    assert days(visitor.page("/sessions")) == {
        "20 November 2026": "2.000",
        "21 November 2026": "8.000",
        **runs,
    }
    london = Visitor(books, router, zone="Europe/London")
    assert days(london.page("/sessions")) == {
        "20 November 2026": "3.333",
        "21 November 2026": "6.667",
        **runs,
    }


def test_a_day_has_what_was_charged_on_it_whenever_the_session_began(visitor):
    """And no other day is shown."""
    first = {"from": "2026-11-20", "to": "2026-11-20"}
    assert days(visitor.page("/sessions", **first)) == {"20 November 2026": "2.000"}
    second = visitor.page("/sessions", **{"from": "2026-11-21", "to": "2026-11-21"})
    assert listed(second) == []
    assert days(second) == {"21 November 2026": "8.000"}
    assert second.count("<title>") == 2  # the page's own, and one bar


def test_an_unknown_zone_is_utc(books):
    london = Visitor(books, router, zone="Europe/London")
    hostile = Visitor(books, router, zone="../../etc/passwd")
    assert days(hostile.page("/sessions")) == days(london.page("/sessions"))


def test_the_days_add_up_to_the_sessions_also_those_that_are_too_long_ago(visitor):
    page = visitor.page("/sessions", **{"from": ""})
    assert total(page) == "10.400"
    assert "0.400 kWh were charged before" in page
    assert '<th scope="row">Sat 21 November 2026</th><td class="number">8.000</td>' in page


def test_pages_follow_one_another_with_the_same_search(books, visitor):
    charger = Charger(books, "garage-1")
    for minute in range(50):
        charger.start(idTag="A1", timestamp=f"2026-11-22T06:{minute:02}:00Z")
    first = visitor.page("/sessions", charger="garage-1", card="", state="")
    older = re.search(r'id="older" rel="next" href="([^"]*)"', first)[1].replace("&amp;", "&")
    second = visitor.page(older)
    assert listed(first) == list(range(55, 5, -1))
    assert listed(second) == [3, 1]
    assert 'id="total"' not in second
    assert "charger=garage-1" in older


def test_energy_by_card_and_month_has_totals(visitor):
    text = visitor.text("/sessions/months", **{"from": ""})
    assert "November 2026 3 10.000 Anna A1 1 10.000" in text.replace("November 2026 2", "November 2026 3")
    assert "July 2026 1 0.400" in text
    assert text.endswith("Total 3 10.400")


def table(answer):
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def test_csv_is_exactly_what_was_searched_for_and_harmless(visitor):
    answer = visitor.get("/sessions/sessions.csv", card="b2", to="2026-11-30")
    names, *rows = table(answer)
    assert [row[0] for row in rows] == ["5", "2"]
    assert rows[1][names.index("card_name")] == '\'=HYPERLINK("x")'
    assert rows[1][names.index("energy_kwh")] == "0.4"
    assert answer.headers["content-disposition"] == 'attachment; filename="sessions-to-2026-11-30.csv"'
    hostile = visitor.get("/sessions/sessions.csv", charger='";filename=evil.exe\r\n')
    assert hostile.headers["content-disposition"] == 'attachment; filename="sessions.csv"'
    assert table(visitor.get("/sessions/months.csv", to="2026-07-31"))[1:] == [
        ["2026-07", "B2", '\'=HYPERLINK("x")', "1", "0.4"]
    ]


def test_a_session_is_shown_with_its_end_and_its_meter_values(visitor):
    text = visitor.text("/sessions/1")
    for said in ("10.000 kWh in 8:00 h", "EVDisconnected (the car was unplugged)", "1.000 kWh to 11.000 kWh"):
        assert said in text
    assert '<a href="/chargers/garage-1">Garage</a>' in visitor.page("/sessions/1")
    assert [row[1:4] for row in table(visitor.get("/sessions/1/values.csv"))[1:]] == [
        ["Energy.Active.Import.Register", "3000", "Wh"]
    ]
    assert "has sent no meter values" in visitor.text("/sessions/2")
    assert "was told that the card is Invalid" in visitor.text("/sessions/4")


def test_a_session_that_has_just_begun_lasts_seconds_and_has_no_end_yet(books, visitor):
    charger = Charger(books, "garage-1")
    number = charger.start(idTag="A1", timestamp="2026-11-22T07:29:43Z")
    charger.stop(number, meterStop=1001, timestamp="2026-11-22T07:30:00Z")
    assert "0.001 kWh in 0:17 min" in visitor.text(f"/sessions/{number}")
    assert "0:17 min" in visitor.text("/sessions")
    number = charger.start(idTag="A1", timestamp="2026-11-22T07:29:55Z")
    shown = visitor.text(f"/sessions/{number}")
    assert "Ended" not in shown
    assert "0.000 kWh so far, in 0:05 min" in shown


def test_all_meter_values_are_in_the_csv(books, visitor):
    charger = Charger(books, "garage-1")
    for minute in range(30):
        time = f"2026-11-22T07:{minute:02}:01Z"
        charger.meter(*(f"{1000 + minute + each}" for each in range(40)), transaction=3, time=time)
    rows = table(visitor.get("/sessions/3/values.csv"))[1:]
    assert len(rows) == 1201
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)


def test_a_session_whose_stop_will_not_come_is_ended_in_the_books(books, visitor):
    assert 'action="/sessions/3/close"' in visitor.page("/sessions/3")
    assert "Its 0.750 kWh count, which are those until its last meter value." in visitor.page("/sessions/3")
    total = float(re.search(r'id="total".*?>([\d.]+) <', visitor.page("/sessions"))[1])
    answer = visitor.post("/sessions/3/close", {})
    said = "Session 3 does not run any more. It counts until its last meter value; if its stop comes, that counts."
    assert answer.json() == {"said": said}
    after = visitor.page("/sessions")
    assert float(re.search(r'id="total".*?>([\d.]+) <', after)[1]) == pytest.approx(total + 0.75)
    assert "so far" not in after.split('id="session-3"')[1].split("</tr>")[0]
    assert "so far" not in visitor.page("/sessions/3")
    (row,) = [each for each in table(visitor.get("/sessions/sessions.csv")) if each[0] == "3"]
    assert (row[11], row[12]) == ("0.75", "no_stop")
    with books.reading() as connection:
        assert session(connection, 3).closed_at == NOW
    assert "Its stop never came" in visitor.text("/sessions/3")
    assert visitor.post("/sessions/3/close", {}).status_code == 404
    assert visitor.post("/sessions/99/close", {}).status_code == 404


def test_who_only_reads_sees_no_button(books):
    reader = Visitor(books, router, may_change=False)
    assert "data-send" not in reader.page("/sessions/3")
    assert "garage-1" in reader.page("/sessions")


@pytest.mark.parametrize("path", ["/sessions", "/sessions/5"])
def test_a_hostile_name_is_shown_as_text(visitor, path):
    page = visitor.page(path)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\\u202e" in page
    assert "\u202e" not in page
    assert len(page) < 40_000


WRONG = [
    ("/sessions/99", 404, "no session"),
    ("/sessions/99999999999", 404, "no session"),
    ("/sessions/-1", 404, "no session"),
    ("/sessions/\u0661", 404, "no session"),
    ("/sessions/99/values.csv", 404, "no session"),
    ("/sessions?from=yesterday", 400, "is not a day"),
    ("/sessions?from=0001-01-01", 400, "there are no sessions in 1"),
    ("/sessions?from=2026-02-02&to=2026-02-01", 400, "after the last"),
    ("/sessions?state=any", 400, "is none of"),
    ("/sessions?before=x", 400, "number of a session"),
    (f"/sessions?card={'x' * 101}", 400, "at most 100 characters"),
]


def test_what_cannot_be_searched_for_is_said_in_words(visitor):
    for path, status, said in WRONG:
        answer = visitor.get(path)
        assert answer.status_code == status, path
        assert said in answer.text


def test_a_wrong_search_keeps_what_was_typed(visitor):
    answer = visitor.get("/sessions", **{"from": "2026-12-01", "to": "2026-11-01", "charger": '"><b>yard'})
    assert answer.status_code == 400
    assert "The first day is after the last: no session can fit." in answer.text
    for each in (
        'name="from" type="date" value="2026-12-01"',
        'name="to" type="date" value="2026-11-01"',
        'name="charger" value="&#34;&gt;&lt;b&gt;yard"',
        '<option value="garage-1">',
    ):
        assert each in answer.text


def test_books_without_a_session_say_so(books_for):
    visitor = Visitor(books_for(), router)
    for asked in ({}, {"from": ""}, {"charger": "yard"}):
        shown = visitor.text("/sessions", **asked)
        assert "No session yet One begins when a card is held to a charger" in shown
        assert "Show all" not in shown
    assert "Nothing to add up" in visitor.text("/sessions/months")
