# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Cards that were refused: what a person adds by holding a card to a charger."""

import pytest
from chargerctl.central.books import owner, refused
from chargerctl.central.books.owner import Card
from chargerctl.central.books.policies import Policies, Policy
from chargerctl.central.books.queries.cards import all_cards, last_refused, last_unknown
from chargerctl.central.books.tables import refused_cards

from tests.host.central.books.charger import NOW, Charger, call, rows


@pytest.fixture
def strict(opened):
    """Books that refuse unknown cards, with the chargers GA001 and GA002."""
    books = opened(Policies(Policy.ACCEPT))
    with books.writing() as connection:
        owner.add_charger(connection, "GA001", NOW, name="Hall")
        owner.add_charger(connection, "GA002", NOW)
    return books


def show(books, tag, serial="GA001", at=NOW):
    with books.unit() as unit:
        call(unit, serial, "Authorize", {"idTag": tag}, at)


def found(books, since=0.0, most=100):
    with books.reading() as connection:
        return [(each.id_tag, each.serial, each.at) for each in last_refused(connection, since, most)]


def test_the_last_refused_card_comes_first(strict):
    show(strict, "04a1", at=NOW)
    show(strict, "04B2", "GA002", at=NOW + 2)
    show(strict, "04A1", at=NOW + 1)
    assert found(strict) == [("04B2", "GA002", NOW + 2), ("04A1", "GA001", NOW + 1)]
    assert found(strict, most=1) == [("04B2", "GA002", NOW + 2)]
    assert found(strict, since=NOW + 1.5) == [("04B2", "GA002", NOW + 2)]
    with strict.reading() as connection:
        assert [each.charger_name for each in last_refused(connection, 0.0, 9)] == ["", "Hall"]


def test_a_start_that_was_refused_counts_too(strict):
    Charger(strict).start(idTag="04C3")
    assert found(strict) == [("04C3", "GA001", NOW)]


def test_an_accepted_card_leaves_nothing(strict, opened):
    with strict.writing() as connection:
        owner.put_cards(connection, [Card("A")], NOW)
    show(strict, "A")
    show(opened(Policies(Policy.ACCEPT, Policy.ACCEPT)), "B")
    assert rows(strict, refused_cards, "id_tag") == []


def test_a_card_that_is_in_the_books_is_not_offered(strict):
    with strict.writing() as connection:
        owner.put_cards(connection, [Card("A", blocked=True)], NOW)
    show(strict, "A")
    show(strict, "B")
    assert rows(strict, refused_cards, "id_tag", "status") == [("A", "Blocked"), ("B", "Invalid")]
    assert [each[0] for each in found(strict)] == ["B"]
    with strict.writing() as connection:
        owner.put_cards(connection, [Card("B")], NOW)
    assert found(strict) == []


def test_a_charger_that_invents_cards_pushes_out_its_own_only(strict):
    show(strict, "MINE", "GA002")
    for begin in range(0, 300, 100):
        with strict.unit() as unit:
            for number in range(begin, begin + 100):
                call(unit, "GA001", "Authorize", {"idTag": f"N{number}"}, NOW + number)
    kept = [tag for tag, serial, _at in found(strict) if serial == "GA001"]
    assert kept == [f"N{number}" for number in range(299, 299 - refused.MOST, -1)]
    assert found(strict)[-1] == ("MINE", "GA002", NOW)


def test_what_cannot_be_a_card_is_not_remembered(strict):
    for tag in ("", "\0", "\u202eA", "x" * 21):
        show(strict, tag)
    assert rows(strict, refused_cards, "id_tag") == []


def test_an_answer_without_a_status_refuses_nothing(strict):
    """From a script."""
    with strict.unit() as unit:
        unit.charger("GA001").book("Authorize", {"idTag": "A"}, None, NOW)
        unit.charger("GA001").book("Authorize", {"idTag": "A"}, {"idTagInfo": {"status": 7}}, NOW)
    assert rows(strict, refused_cards, "id_tag") == []


def test_a_unit_that_is_undone_leaves_nothing(strict):
    def undone():
        with strict.unit() as unit:
            call(unit, "GA001", "Authorize", {"idTag": "A"}, NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        undone()
    assert rows(strict, refused_cards, "id_tag") == []


def test_a_card_that_charged_and_is_not_in_the_books_is_found(opened):
    books = opened(Policies(Policy.ACCEPT, Policy.ACCEPT))
    with books.writing() as connection:
        owner.put_cards(connection, [Card("KNOWN")], NOW)
    charger = Charger(books, "GA001")
    for tag in ("KNOWN", "04a1", "04B2"):
        charger.now += 1
        charger.start(idTag=tag)
    with books.reading() as connection:
        assert [(each.id_tag, each.at) for each in last_unknown(connection, NOW, 9)] == [
            ("04B2", NOW + 3),
            ("04A1", NOW + 2),
        ]
        assert [each.id_tag for each in last_unknown(connection, NOW + 2, 9)] == ["04B2"]


def test_cards_come_in_pages_and_by_a_part_of_them(strict):
    with strict.writing() as connection:
        owner.put_cards(connection, [Card(f"N{each}", name=f"_{each}%") for each in range(5)], NOW)

    def page(**wanted):
        with strict.reading() as connection:
            return [each.id_tag for each in all_cards(connection, **wanted)]

    assert page(most=2) + page(after="n1", most=2) + page(after="N3") == ["N0", "N1", "N2", "N3", "N4"]
    assert [page(part="n3"), page(part="_4"), page(part="%"), page(part="x_")] == [["N3"], ["N4"], page(), []]
    assert page(part="\0") == []
