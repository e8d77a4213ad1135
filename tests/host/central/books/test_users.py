# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Accounts of the web page, who is logged in, and tokens: what the books keep, and when it ends."""

import time

import pytest
from chargerctl.central.books import engine, users
from chargerctl.central.books.interface import BooksError
from chargerctl.central.books.queries import users as queries
from chargerctl.central.books.tables import tokens, web_sessions
from chargerctl.errors import InputError
from sqlalchemy import select

from tests.host.central.books.charger import NOW

HASH = "$argon2id$the hash"
DAY_S = 86_400


@pytest.fixture
def do(books):
    """do(function, ...) -> what it gives, in a transaction that writes."""

    def run(function, *arguments, **more):
        with books.writing() as connection:
            return function(connection, *arguments, **more)

    return run


@pytest.fixture
def ask(books):
    def run(function, *arguments):
        with books.reading() as connection:
            return function(connection, *arguments)

    return run


@pytest.fixture
def anna(do, ask):
    do(users.add_user, "anna", HASH, NOW, read_only=False)
    return ask(queries.find_credentials, "anna").id


def log_in(do, user, secret="s1", now=NOW, password_hash=HASH):
    return do(users.begin_session, user, password_hash, secret, "csrf", now)


def test_an_account_is_found_however_its_name_is_typed(do, ask):
    assert not ask(queries.has_users)
    do(users.add_user, "J\u00f6rg", HASH, NOW, read_only=True)
    assert ask(queries.has_users)
    for typed in ("j\u00f6rg", "JO\u0308RG", "J\u00d6RG"):
        assert ask(queries.find_credentials, typed).password_hash == HASH
    assert ask(queries.find_credentials, "jorg") is None
    (found,) = ask(queries.all_users, NOW)
    assert found == queries.User("j\u00f6rg", True, NOW, 0, None)


@pytest.mark.parametrize(
    "name", ["", "a b", "a\n", "\u202ea", "<script>", "a" * 65, "a\0", "\udcff", "a/b", "\ufb01x/"]
)
def test_what_cannot_be_a_name_is_refused(do, ask, name):
    for add in (users.add_user, users.add_token):
        with pytest.raises(InputError, match="cannot be a name"):
            do(add, name, HASH, NOW, read_only=False)
    assert ask(queries.find_credentials, name) is None


def test_a_name_of_a_megabyte_is_no_account(ask, anna):
    assert ask(queries.find_credentials, "\ufdfa" * 1_000_000) is None


def test_a_name_is_given_once(do, anna):
    with pytest.raises(InputError, match="chargerctl central user password anna"):
        do(users.add_user, "ANNA", HASH, NOW, read_only=False)
    do(users.add_token, "grafana", "t", NOW, read_only=True)
    with pytest.raises(InputError, match="already"):
        do(users.add_token, "Grafana", "u", NOW, read_only=True)


def test_who_is_not_there_cannot_be_changed(do):
    for change in (users.remove_user, users.remove_token):
        with pytest.raises(InputError, match="there is no"):
            do(change, "nobody")
    with pytest.raises(InputError, match="there is no account"):
        do(users.set_user_password, "nobody", HASH)


def test_who_is_logged_in_is_known_by_the_secret_of_the_cookie(do, ask, anna):
    assert log_in(do, anna)
    assert ask(queries.find_session, "s1", NOW) == queries.WebSession("anna", False, "csrf", NOW)
    assert ask(queries.find_session, "s2", NOW) is None
    do(users.end_session, "s1")
    assert ask(queries.find_session, "s1", NOW) is None


def test_the_books_hold_no_secret_of_a_cookie_or_a_token(do, books, anna):
    log_in(do, anna, "the secret of the cookie")
    do(users.add_token, "grafana", "the secret of the token", NOW, read_only=True)
    with books.reading() as connection:
        for table in (web_sessions, tokens):
            assert "the secret" not in str(connection.execute(select(table)).all())


def test_a_session_ends_when_it_is_not_used_for_a_day(do, ask, anna):
    log_in(do, anna)
    assert ask(queries.find_session, "s1", NOW + DAY_S - 1)
    assert ask(queries.find_session, "s1", NOW + DAY_S) is None
    do(users.use_session, "s1", NOW + DAY_S - 1)
    assert ask(queries.find_session, "s1", NOW + 2 * DAY_S - 2)


def test_a_session_ends_after_fourteen_days_however_it_is_used(do, ask, anna):
    log_in(do, anna)
    do(users.use_session, "s1", NOW + 14 * DAY_S - 1)
    assert ask(queries.find_session, "s1", NOW + 14 * DAY_S - 1)
    assert ask(queries.find_session, "s1", NOW + 14 * DAY_S) is None


def test_another_password_ends_every_session_of_that_account_and_no_other(do, ask, anna):
    do(users.add_user, "ben", HASH, NOW, read_only=False)
    log_in(do, anna)
    log_in(do, ask(queries.find_credentials, "ben").id, "s2")
    do(users.set_user_password, "Anna", "$argon2id$another")
    assert ask(queries.find_session, "s1", NOW) is None
    assert ask(queries.find_session, "s2", NOW).name == "ben"


def test_who_is_removed_is_not_logged_in_any_more(do, ask, anna):
    log_in(do, anna)
    do(users.remove_user, "anna")
    assert ask(queries.find_session, "s1", NOW) is None
    assert not ask(queries.has_users)


def test_a_password_that_was_changed_while_it_was_compared_lets_nobody_in(do, ask, anna):
    do(users.set_user_password, "anna", "$argon2id$another")
    assert not log_in(do, anna)
    assert not do(users.hash_anew, anna, HASH, "$argon2id$the same with more memory")
    assert ask(queries.find_credentials, "anna").password_hash == "$argon2id$another"
    do(users.remove_user, "anna")
    assert not log_in(do, anna, password_hash="$argon2id$another")


def test_a_password_is_hashed_anew_without_ending_sessions(do, ask, anna):
    log_in(do, anna)
    assert do(users.hash_anew, anna, HASH, "$argon2id$more memory")
    assert ask(queries.find_session, "s1", NOW)


def test_sessions_do_not_fill_the_books(do, books, ask, anna):
    for number in range(30):
        log_in(do, anna, f"s{number}", NOW + number)
    (found,) = ask(queries.all_users, NOW + 30)
    assert (found.sessions, found.last_used_at) == (20, NOW + 29)
    assert ask(queries.find_session, "s9", NOW + 30) is None
    assert ask(queries.find_session, "s10", NOW + 30)
    log_in(do, anna, "later", NOW + 5 * DAY_S)
    with books.reading() as connection:
        assert len(connection.execute(select(web_sessions)).all()) == 1


def test_a_token_is_known_until_it_is_removed(do, ask):
    do(users.add_token, "grafana", "t", NOW, read_only=True)
    assert ask(queries.find_token, "t") == queries.Token("grafana", True, NOW, None)
    assert ask(queries.find_token, "u") is None
    do(users.use_token, "grafana", NOW + 5)
    assert ask(queries.all_tokens) == [queries.Token("grafana", True, NOW, NOW + 5)]
    do(users.remove_token, "GRAFANA")
    assert ask(queries.find_token, "t") is None


def test_not_every_use_is_written():
    assert users.is_stale(None, NOW)
    assert not users.is_stale(NOW, NOW + 59)
    assert users.is_stale(NOW, NOW + 60)
    assert users.is_stale(NOW, NOW - 1)  # the clock was set back


def test_a_use_is_written_at_once_or_not_at_all(database, opener, monkeypatch):
    monkeypatch.setattr(engine, "LOCK_TIMEOUT_S", 60)
    first, second = opener(database), opener(database)
    with first.writing() as connection:
        users.add_token(connection, "grafana", "t1", NOW, read_only=True)
    with first.writing() as connection:
        users.use_token(connection, "grafana", NOW + 1)
        began = time.monotonic()
        with pytest.raises(BooksError), second.writing_at_once() as other:
            users.use_token(other, "grafana", NOW + 2)
        assert time.monotonic() - began < 30
    with second.writing_at_once() as connection:
        users.use_token(connection, "grafana", NOW + 3)
    with first.reading() as connection:
        assert queries.find_token(connection, "t1").last_used_at == NOW + 3


def test_who_writes_after_that_waits_as_ever(database, opener):
    books = opener(database)
    with books.writing_at_once() as connection:
        users.add_token(connection, "grafana", "t1", NOW, read_only=True)
    with books.reading() as connection:
        show = "PRAGMA busy_timeout" if connection.dialect.name == "sqlite" else "SHOW lock_timeout"
        assert connection.exec_driver_sql(show).scalar() in (engine.LOCK_TIMEOUT_S * 1000, "5s")
