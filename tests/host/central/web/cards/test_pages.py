# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The pages of cards, and a card that is added by holding it to a charger."""

import asyncio
import csv
import io
import re
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from chargerctl.central.books import owner
from chargerctl.central.books.owner import Card
from chargerctl.central.books.policies import Policies, Policy
from chargerctl.central.books.queries.cards import all_cards
from chargerctl.central.web.cards import router as routes
from chargerctl.central.web.cards.router import router
from chargerctl.central.web.viewer import Viewer

from tests.host.central.books.charger import NOW, Charger, call
from tests.host.central.web.visitor import Visitor, parts_of

GUEST = Card("0BAD", name="Guest", parent="HOME", valid_until=NOW + 86_400.25, chargers=("garage-1",))
HOSTILE = "<img src=x>\u202e"


@pytest.fixture
def books(books_for):
    """Unknown cards are refused. Two chargers, three cards."""
    books = books_for(Policies(Policy.ACCEPT))
    with books.writing() as connection:
        owner.add_charger(connection, "garage-1", NOW, name="Garage")
        owner.add_charger(connection, "yard", NOW, name=HOSTILE)
        owner.put_cards(
            connection,
            [Card("A1", name="Anna"), GUEST, Card("<B>&\"'", name=HOSTILE, blocked=True)],
            NOW,
        )
    return books


@pytest.fixture
def visitor(books):
    return Visitor(books, router)


def card(books, uid):
    with books.reading() as connection:
        return next(all_cards(connection, uid), None)


def swipe(books, tag, serial="garage-1", at=NOW):
    with books.unit() as unit:
        return call(unit, serial, "Authorize", {"idTag": tag}, at)["idTagInfo"]["status"]


def offered(page):
    return re.findall(r'<strong class="number">([^<]*)</strong>', page)


def listed(page):
    return [bytes.fromhex(each).decode() for each in re.findall(r'<tr id="card-([0-9a-f]*)"', page)]


def test_cards_are_listed_and_searched_for(visitor):
    assert listed(visitor.page("/cards")) == ["0BAD", "<B>&\"'", "A1"]
    assert listed(visitor.page("/cards", part="ann")) == ["A1"]
    assert listed(visitor.page("/cards", part="%")) == []
    text = visitor.text("/cards")
    for said in ("Anna A1 all may charge Block", "Guest 0BAD HOME", "garage-1 may charge", "blocked Unblock"):
        assert said in text
    assert "No card found" in visitor.text("/cards", part="nobody")


def test_many_cards_come_in_pages(books, visitor):
    with books.writing() as connection:
        owner.put_cards(connection, [Card(f"N{number:04}") for number in range(150)], NOW)
    first = visitor.page("/cards", part="n0")
    more = re.search(r'rel="next" href="([^"]*)"', first)[1].replace("&amp;", "&")
    assert listed(first) + listed(visitor.page(more)) == [f"N{number:04}" for number in range(150)]


def test_a_card_is_added_by_its_number(books, visitor):
    answer = visitor.post("/cards/add", {"uid": "04:a1:b2:c3", "name": "Ben"})
    assert answer.json() == {"said": "Card Ben is added.", "uid": "04A1B2C3"}
    assert card(books, "04A1B2C3") == Card("04A1B2C3", name="Ben")
    again = visitor.post("/cards/add", {"uid": "04A1B2C3"})
    assert (again.status_code, again.json()["error"]) == (400, "card 04A1B2C3 is in the books already")


WRONG = [
    ({"uid": ""}, "the number must not be empty"),
    ({"uid": "\u0661"}, "the number may have printable ASCII"),
    ({"uid": "x" * 21}, "the number must be at most 20"),
    ({"uid": "AA", "name": HOSTILE}, "the name has a character that cannot be seen"),
    ({"uid": "AA", "name": "x" * 101}, "the name must be at most 100"),
    ({"uid": "AA", "parent": "x" * 21}, "the group must be at most 20"),
    ({"uid": "AA", "until": "soon"}, "valid until: soon is not a day"),
    ({"uid": "AA", "until": "9999-12-31"}, "valid until: 9999 is not a year"),
    ({"uid": "AA", "where": "some", "charger": ["garage-1", "nowhere"]}, "no charger nowhere"),
]


def test_what_cannot_be_a_card_is_refused_in_words(books, visitor):
    for values, wrong in WRONG:
        answer = visitor.post("/cards/add", values)
        assert answer.status_code == 400
        assert wrong in answer.json()["error"]
    assert card(books, "AA") is None


def test_a_card_is_changed_and_what_is_not_changed_stays(books, visitor):
    page = visitor.page("/cards/card", uid="0bad")
    assert 'value="2026-11-23"' in page
    form = {"uid": "0BAD", "name": "Visitor", "parent": "home", "until": "2026-11-23", "where": "some"}
    visitor.post("/cards/block", {"uid": "0BAD"})
    assert visitor.post("/cards/change", form | {"charger": ["garage-1", "yard"]}).status_code == 200
    found = card(books, "0BAD")
    assert found == replace(GUEST, name="Visitor", blocked=True, chargers=["garage-1", "yard"])
    assert visitor.post("/cards/change", {"uid": "0BAD", "where": "some"}).status_code == 200
    assert card(books, "0BAD") == Card("0BAD", blocked=True, chargers=[])


def test_a_day_counts_to_its_end_in_the_zone_of_the_viewer(books):
    for zone, day in (("Europe/Berlin", "2027-03-28"), ("America/New_York", "2027-11-07")):
        Visitor(books, router, zone=zone).post("/cards/change", {"uid": "A1", "until": day})
        end = datetime.fromtimestamp(card(books, "A1").valid_until, ZoneInfo(zone))
        assert end.isoformat()[:19] == f"{day}T23:59:59"


def test_a_charger_beyond_those_that_the_page_lists_is_typed_and_is_known(books, visitor, monkeypatch):
    monkeypatch.setattr(routes, "_MOST_CHARGERS", 1)
    assert "One of 1 more, by its serial" in visitor.text("/cards/card", uid="0BAD")
    form = {"uid": "0BAD", "where": "some", "charger": ["garage-1", " yard "]}
    assert visitor.post("/cards/change", form).status_code == 200
    assert card(books, "0BAD").chargers == ["garage-1", "yard"]
    page = visitor.text("/cards/card", uid="0BAD")
    assert "yard" in page
    assert "not known any more" not in page
    added = visitor.post("/cards/add", {"uid": "AB", "where": "some", "charger": ["yard", ""]})
    assert added.status_code == 200
    assert card(books, "AB").chargers == ["yard"]


def test_a_charger_that_is_not_known_any_more_stays_a_place_of_its_card(books, visitor):
    with books.writing() as connection:
        owner.remove_charger(connection, "garage-1")
    assert "not known any more" in visitor.page("/cards/card", uid="0BAD")
    form = {"uid": "0BAD", "where": "some", "charger": ["garage-1"]}
    assert visitor.post("/cards/change", form).status_code == 200
    assert card(books, "0BAD").chargers == ["garage-1"]


def test_a_card_is_blocked_and_unblocked_and_removed(books, visitor):
    assert visitor.post("/cards/block", {"uid": "a1"}).json()["said"].startswith("Card Anna is blocked")
    assert swipe(books, "A1") == "Blocked"
    assert visitor.post("/cards/unblock", {"uid": "A1"}).json()["said"] == "Card Anna may charge again."
    assert swipe(books, "A1") == "Accepted"
    assert visitor.post("/cards/remove", {"uid": "A1"}).json()["said"].startswith("Card Anna is removed")
    assert swipe(books, "A1") == "Invalid"


def test_a_card_that_is_not_there_is_named(visitor):
    for action in ("block", "unblock", "remove", "change"):
        for uid in ("404", "", "\0", "x" * 1000):
            answer = visitor.post(f"/cards/{action}", {"uid": uid})
            assert answer.status_code == 404
            assert "there is no card" in answer.json()["error"]
            assert len(answer.json()["error"]) < 100


def test_a_card_that_is_not_in_the_books_can_be_added_from_its_page(visitor):
    assert 'action="/cards/add"' in visitor.page("/cards/card", uid="ff00")
    assert visitor.get("/cards/card", uid="\u202e").status_code == 404


def test_a_card_that_was_refused_is_offered_and_added(books, visitor):
    assert offered(visitor.page("/cards")) == []
    assert swipe(books, "04F7E2") == "Invalid"
    assert offered(visitor.page("/cards")) == ["04F7E2"]
    assert "04F7E2 was refused at Garage" in visitor.text("/cards")
    visitor.post("/cards/add", {"uid": "04F7E2", "name": "Ben"})
    assert offered(visitor.page("/cards")) == []
    assert swipe(books, "04F7E2") == "Accepted"


def test_only_the_last_few_are_offered_and_not_for_ever(books, visitor):
    swipe(books, "OLD", at=NOW - 4000)
    for number in range(5):
        swipe(books, f"N{number}", at=NOW - 100 + number)
    assert offered(visitor.page("/cards")) == ["N4", "N3", "N2"]


def test_where_unknown_cards_may_charge_one_that_started_a_session_is_offered(books_for):
    books = books_for(Policies(Policy.ACCEPT, Policy.ACCEPT))
    visitor = Visitor(books, router)
    Charger(books).start(idTag="04F7E2")
    text = visitor.text("/cards")
    assert "Every card may charge here (setting unknown_cards). One that" in text
    assert "No card yet Every card may charge here (setting unknown_cards)." in text
    assert "04F7E2 started a session at GA001" in text
    visitor.post("/cards/add", {"uid": "04F7E2"})
    assert offered(visitor.page("/cards")) == []


def test_a_card_appears_while_somebody_looks(books, monkeypatch):
    monkeypatch.setattr(routes, "_LOOK_S", 0.01)
    viewer = Viewer("eve", True, "")

    async def look():
        async with aclosing(routes._events(parts_of(books), viewer)) as events:
            found = [await anext(events)]
            await asyncio.to_thread(swipe, books, '"><b>')
            found.append(await asyncio.wait_for(anext(events), 60))
            await asyncio.to_thread(swipe, books, "04F7E2", "yard", NOW + 1)
            found.append(await asyncio.wait_for(anext(events), 60))
        return found

    nothing, one, two = asyncio.run(look())
    assert nothing == ("offers", [])
    assert offered(one[1][0]) == ["&#34;&gt;&lt;B&gt;"]
    assert offered("".join(two[1])) == ["04F7E2", "&#34;&gt;&lt;B&gt;"]
    assert "&lt;img src=x&gt;\\u202e" in two[1][0]


def test_hostile_names_are_shown_as_text(visitor):
    for page in (visitor.page("/cards"), visitor.page("/cards/card", uid="<B>&\"'")):
        assert "<img" not in page
        assert "<B>" not in page
        assert "\u202e" not in page
        assert "&lt;img src=x&gt;\\u202e" in page


def test_who_only_reads_sees_no_form(books):
    reader = Visitor(books, router, may_change=False)
    swipe(books, "04F7E2")
    assert "data-send" not in reader.page("/cards")
    assert "data-send" not in reader.page("/cards/card", uid="0BAD")
    assert "data-send" not in reader.page("/cards/card", uid="04F7E2")


def test_all_cards_as_csv(visitor):
    answer = visitor.get("/cards/cards.csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    assert rows[0] == ["uid", "name", "parent", "valid_until", "blocked", "chargers"]
    assert rows[1] == ["0BAD", "Guest", "HOME", "2026-11-23T07:30:00Z", "no", "garage-1"]


def test_without_a_card_the_page_says_what_happens(books_for):
    assert "All others are refused" in Visitor(books_for(), router).text("/cards")
