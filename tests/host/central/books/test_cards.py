# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Who may charge, and where; what the owner enters, and what is learnt."""

import pytest
from chargerctl.central.accounts import Account
from chargerctl.central.books import owner
from chargerctl.central.books.owner import Card
from chargerctl.central.books.policies import Policies, Policy
from chargerctl.central.books.queries.cards import all_cards
from chargerctl.central.books.serials import MOST_STRANGERS, is_serial
from chargerctl.central.books.tables import chargers, transactions
from chargerctl.central.passwords import password_matches
from chargerctl.errors import InputError

from tests.host.central.books.charger import NOW, START, Charger, call, rows

REFUSING = Policies()
ACCEPTING = Policies(Policy.ACCEPT, Policy.ACCEPT)


@pytest.fixture
def strict(opened):
    """Books that refuse who is unknown, with the charger GA001."""
    books = opened(REFUSING)
    with books.writing() as connection:
        owner.add_charger(connection, "GA001", NOW)
    return books


def put(books, *cards):
    with books.writing() as connection:
        return owner.put_cards(connection, cards, NOW)


def info(books, id_tag, serial="GA001", now=NOW):
    with books.unit() as unit:
        return unit.charger(serial).id_tag_info(id_tag, now)


def test_a_card_is_known_in_upper_and_lower_case(strict):
    put(strict, Card("04a1B2", name="Ana"))
    assert info(strict, "04A1b2") == {"status": "Accepted"}
    assert info(strict, "04A1B3") == {"status": "Invalid"}


def test_a_blocked_card_is_blocked_also_when_it_has_expired(strict):
    put(strict, Card("A", blocked=True, valid_until=NOW - 1))
    assert info(strict, "A")["status"] == "Blocked"


def test_a_card_expires(strict):
    put(strict, Card("A", valid_until=NOW + 10, parent="home"))
    until = "2026-11-22T07:30:10.000Z"
    assert info(strict, "A") == {"status": "Accepted", "parentIdTag": "HOME", "expiryDate": until}
    assert info(strict, "A", now=NOW + 10)["status"] == "Expired"


def test_a_card_may_be_for_some_chargers(strict):
    put(strict, Card("A", chargers=["GA001"]), Card("B", chargers=[]))
    assert info(strict, "A")["status"] == "Accepted"
    assert info(strict, "A", serial="GA002")["status"] == "Blocked"
    assert info(strict, "B")["status"] == "Blocked"


def test_an_unknown_card_is_accepted_by_policy_and_not_entered(opened):
    charger = Charger(opened(ACCEPTING))
    charger.start()
    assert rows(charger.books, transactions, "status") == ["Accepted"]
    with charger.books.reading() as connection:
        assert list(all_cards(connection)) == []


@pytest.mark.parametrize("action", ["Authorize", "StartTransaction"])
def test_an_unknown_card_is_learnt_once(books, action):
    charger = Charger(books)
    for _each in range(2):
        charger.start() if action == "StartTransaction" else charger.call(action, {"idTag": "04a1b2c3"})
    with books.reading() as connection:
        assert list(all_cards(connection)) == [Card("04A1B2C3")]


def test_what_cannot_be_a_card_is_not_learnt(books):
    Charger(books).start(idTag="\0")
    with books.reading() as connection:
        assert list(all_cards(connection)) == []


def test_cards_are_entered_and_replaced_together(strict):
    assert put(strict, Card("A", name="Ana", chargers=["GA001"]), Card("B")) == (2, 0)
    assert put(strict, Card("a", name="Ann", parent="P"), Card("C", valid_until=NOW)) == (1, 1)
    with strict.reading() as connection:
        assert list(all_cards(connection)) == [
            Card("A", name="Ann", parent="P"),
            Card("B"),
            Card("C", valid_until=NOW),
        ]
        assert [each.id_tag for each in all_cards(connection, "b")] == ["B"]


MISTAKES = [
    (Card(""), "cannot be a card"),
    (Card("x" * 21), "cannot be a card"),
    (Card("é"), "cannot be a card"),
    (Card("A\n"), "cannot be a card"),
    (Card("X", parent="\0"), "cannot be a card"),
    (Card("b"), "there twice"),
    (Card("X", chargers=["GA404"]), "card 'X': there is no charger 'GA404'"),
]


def test_a_list_with_a_mistake_changes_nothing(strict):
    for card, reason in MISTAKES:
        with pytest.raises(InputError, match=reason):
            put(strict, Card("B"), card)
        with strict.reading() as connection:
            assert list(all_cards(connection)) == []


def test_a_removed_card_is_unknown(strict):
    put(strict, Card("A", chargers=["GA001"]))
    with strict.writing() as connection:
        owner.remove_card(connection, "a")
    assert info(strict, "A")["status"] == "Invalid"
    with pytest.raises(InputError, match="no card 'A'"), strict.writing() as connection:
        owner.remove_card(connection, "A")


@pytest.mark.parametrize(
    ("policy", "answer", "known"),
    [
        (Policy.REFUSE, "Rejected", False),
        (Policy.ACCEPT, "Accepted", False),
        (Policy.LEARN, "Accepted", True),
    ],
)
def test_the_policy_decides_about_an_unknown_charger(opened, policy, answer, known):
    books = opened(Policies(policy))
    assert Charger(books).boot() == answer
    assert rows(books, chargers, "serial", "known", "registration") == [("GA001", known, answer)]
    assert books.known() == ["GA001"] * known
    with books.unit() as unit:
        assert unit.charger("GA001").registered() == (answer == "Accepted")
        assert unit.charger("GA002").registered() == (answer == "Accepted"), "it need not boot"


def test_a_charger_that_goes_on_without_a_bootnotification_is_learnt(opened):
    refusing, learning = opened(REFUSING), opened()
    Charger(refusing, "GA001").boot()
    Charger(refusing, "GA002").boot()
    Charger(learning, "GA001").meter("1500")
    with learning.unit() as unit:
        unit.charger("GA002").told("GetConfiguration", {}, {}, NOW)
    assert rows(learning, chargers, "serial", "known") == [("GA001", True), ("GA002", True)]


def test_a_charger_that_is_not_allowed_is_rejected_whatever_the_policy(opened):
    books = opened()
    Charger(books).boot()
    with books.writing() as connection:
        owner.change_charger(connection, "GA001", allowed=False)
    with books.unit() as unit:
        assert not unit.charger("GA001").registered()
    assert Charger(books).boot() == "Rejected"
    assert books.charger_account("GA001") is None


def test_a_charger_that_is_known_is_accepted_also_by_refusing_books(strict):
    assert Charger(strict).boot() == "Accepted"
    assert strict.charger_account("GA001").password == ""
    assert strict.charger_account("GA002") is None


def test_a_removed_charger_is_unknown_and_its_sessions_stay(strict):
    number = Charger(strict).start()
    with strict.writing() as connection:
        owner.set_password(connection, "GA001", b"secret")
        owner.remove_charger(connection, "GA001")
    assert Charger(strict).boot() == "Rejected"
    Charger(strict).stop(number)
    assert rows(strict, transactions, "energy_wh") == [1500]
    assert rows(strict, chargers, "password_hash") == [None]


def test_of_a_password_only_its_hash_is_kept(strict):
    with strict.writing() as connection:
        owner.set_password(connection, "GA001", b"secret")
        [account] = owner.accounts(connection)
    assert account.name == "GA001"
    assert password_matches(account.password, b"secret")
    assert not password_matches(account.password, b"Secret")
    assert strict.charger_account("GA001") == account


def test_the_account_of_a_charger_that_may_not_come_is_not_listed(strict):
    with strict.writing() as connection:
        owner.add_charger(connection, "GA002", NOW, name="Hall", password=b"x")
        owner.change_charger(connection, "GA002", allowed=False)
        assert owner.accounts(connection) == [Account("GA001")]


def test_what_is_not_in_the_books_cannot_be_changed(strict):
    with pytest.raises(InputError, match="no charger 'GA404'"), strict.writing() as connection:
        owner.change_charger(connection, "GA404", allowed=False)


def test_what_cannot_be_a_serial_never_becomes_a_row(books):
    for serial in ["", "a/b", "a+b", "#", "..", " a", "a" * 49, "é", "a\n", "a%2fb", "<b>"]:
        assert not is_serial(serial)
        with books.unit() as unit:
            for action, payload in (("BootNotification", {}), ("StartTransaction", START)):
                with pytest.raises(RuntimeError, match="cannot have a row"):
                    call(unit, serial, action, payload)
            unit.frame(serial, False, "[]", NOW)
            unit.seen(serial, NOW)
            unit.connected(serial, "mqtt", NOW)
        with pytest.raises(InputError, match="cannot be the serial"), books.writing() as connection:
            owner.add_charger(connection, serial, NOW)
    assert rows(books, chargers, "id") == []


@pytest.mark.parametrize("serial", ["GA001", "_ga-1.", "RDAM 123", "00:1A:2B", "a" * 48])
def test_what_can_be_a_serial(serial):
    assert is_serial(serial)


def test_strangers_do_not_fill_the_books(strict):
    with strict.unit() as unit:
        for number in range(MOST_STRANGERS + 5):
            unit.seen(f"X{number}", NOW)
    assert len(rows(strict, chargers, "id")) == MOST_STRANGERS + 1


def test_of_too_many_strangers_those_stay_that_asked_last_and_whom_the_owner_has_dealt_with(strict):
    stays = ["GA001", "removed", "refused", "still asks", "new"]
    with strict.writing() as connection:
        owner.add_charger(connection, "removed", NOW)
    Charger(strict, "removed").start()
    for serial in ("refused", "still asks"):
        Charger(strict, serial).boot()
    with strict.writing() as connection:
        owner.remove_charger(connection, "removed")
        owner.change_charger(connection, "refused", allowed=False)
    with strict.unit() as unit:
        for number in range(MOST_STRANGERS - 1):
            unit.seen(f"X{number}", NOW + 1)
    for now, serial in ((NOW + 2, "still asks"), (NOW + 3, "new")):
        charger = Charger(strict, serial)
        charger.now = now
        assert charger.boot() == "Rejected"
    found = rows(strict, chargers, "serial")
    assert set(stays) <= set(found)
    assert "X0" not in found
    assert len(found) == MOST_STRANGERS + 3
    assert Charger(strict, "X0").boot() == "Rejected"  # and is entered again
    assert "X0" in rows(strict, chargers, "serial")
