# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl central user` and `token`: accounts of the web page, and tokens for programs."""

import argon2
import click
import pytest
from chargerctl.central.books import users
from chargerctl.central.books.queries import users as queries
from chargerctl.central.books.store import open_books
from chargerctl.central.web.login import passwords

from tests.host.central.cli.conftest import HOSTILE, both_databases

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def cheap(monkeypatch):
    monkeypatch.setattr(passwords, "PARAMETERS", argon2.profiles.CHEAPEST)


@pytest.fixture
def typing(monkeypatch):
    """typing(PASSWORD) -> a terminal on which this is typed; what was asked, and how."""
    asked = []

    def begin(*texts):
        answers = iter(texts)
        monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
        monkeypatch.setattr(click, "prompt", lambda text, **how: asked.append((text, how)) or next(answers))
        return asked

    return begin


@pytest.fixture
def piping(monkeypatch):
    def begin(text):
        import io

        monkeypatch.setattr("sys.stdin", io.StringIO(text))

    return begin


def right(database, name, password):
    store = open_books(database)
    with store.reading() as connection:
        found = queries.find_credentials(connection, name)
    store.close()
    return found is not None and passwords.Passwords().matches(found.password_hash, password)


@both_databases
def test_accounts_are_made_listed_changed_and_removed(central, central_json, database, piping):
    piping(f"{PASSWORD}\n")
    assert central("user", "add", "Anna", "--password-stdin")[:2] == (
        0,
        "added anna: may change everything\n",
    )
    assert right(database, "anna", PASSWORD)
    piping(f"{PASSWORD}\r\nmore\n")
    status, found = central_json("user", "add", "guest", "--read-only", "--password-stdin")
    assert (status, found) == (0, {"name": "guest", "read_only": True, "done": "added"})
    assert right(database, "guest", PASSWORD)

    store = open_books(database)
    with store.writing() as connection:
        anna = queries.find_credentials(connection, "anna")
        users.begin_session(connection, anna.id, anna.password_hash, "s", "c", 2_000_000_000.0)
    status, found = central_json("user")
    anna, guest = found["users"]
    assert (anna["name"], anna["read_only"], anna["sessions"]) == ("anna", False, 1)
    assert anna["last_used_at"] == "2033-05-18T03:33:20Z"
    assert (guest["name"], guest["read_only"], guest["sessions"], guest["last_used_at"]) == (
        "guest",
        True,
        0,
        None,
    )
    status, out, _ = central("user", "list")
    assert [line.split("\t")[:2] for line in out.splitlines()] == [["anna", "change"], ["guest", "look"]]

    piping("another password\n")
    assert central("user", "password", "ANNA", "--password-stdin")[0] == 0
    assert right(database, "anna", "another password")
    assert central_json("user")[1]["users"][0]["sessions"] == 0
    store.close()

    status, out, err = central("user", "remove", "guest", "Anna", "anna")
    assert (status, out) == (0, "removed guest\nremoved anna\n")
    assert "no account is left" in err
    assert central("user")[2] == "no account yet: chargerctl central user add NAME\n"


def test_the_password_is_asked_twice_on_a_terminal_and_never_shown(central, database, typing):
    asked = typing(PASSWORD)
    status, out, err = central("user", "add", "anna")
    assert (status, PASSWORD in out + err) == (0, False)
    assert asked == [("Password", {"hide_input": True, "confirmation_prompt": "Again", "err": True})]
    assert right(database, "anna", PASSWORD)


def test_what_is_wrong_is_said_before_the_password_is_asked_for(central, database, typing):
    asked = typing(PASSWORD)
    assert central("user", "add", "anna")[0] == 0
    asked.clear()
    status, _, err = central("user", "add", "anna")
    assert (status, "chargerctl central user password anna" in err) == (2, True)
    assert central("user", "add", HOSTILE)[0] == 2
    status, _, err = central("user", "password", "annna")
    assert (status, "did you mean" in err) == (2, True)
    assert asked == []


@pytest.mark.parametrize("command", ["add", "password"])
def test_a_password_on_the_command_line_is_refused_and_not_shown(central, database, typing, command):
    asked = typing(PASSWORD)
    status, out, err = central("user", command, "anna", PASSWORD)
    assert (status, PASSWORD in out + err, asked) == (2, False, [])
    assert "never on the command line" in err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "at least 8 characters, not 0"),
        ("1234567\n", "at least 8 characters, not 7"),
        ("x" * 1025, "at most 1024 bytes"),
        ("\u00e4" * 513, "at most 1024 bytes"),
        ("x" * 100_000, "at most 1024 bytes"),
        ("with a\ttab", "nobody can type"),
        ("\udcff" * 9, "not UTF-8"),
    ],
)
def test_what_cannot_be_a_password_is_refused(central, database, piping, text, said):
    piping(text)
    status, out, err = central("user", "add", "anna", "--password-stdin")
    assert (status, out) == (2, "")
    assert said in err
    assert len(err) < 300
    assert "no account yet" in central("user")[2]


def test_without_a_terminal_nothing_is_asked(central, database, piping):
    piping("")
    for more in ((), ("--json",)):
        status, out, err = central("user", "add", "anna", *more)
        assert status == 2
        assert "--password-stdin" in out + err


def test_the_books_are_made_for_the_first_account_and_for_nothing_else(central, database, piping):
    assert central("user")[0] == 1
    assert central("token")[0] == 1
    piping(PASSWORD)
    _, _, err = central("user", "add", "anna", "--password-stdin")
    assert err.startswith("made new books")


@both_databases
def test_tokens_are_made_shown_once_listed_and_removed(central, central_json, database):
    status, found = central_json("token", "add", "Prometheus", "--read-only")
    assert (status, found["name"], found["read_only"]) == (0, "prometheus", True)
    secret = found["token"]
    assert len(secret) >= 47
    store = open_books(database)
    with store.reading() as connection:
        assert queries.find_token(connection, secret).name == "prometheus"
    store.close()
    status, out, _ = central("token", "add", "home")
    assert out.splitlines()[0] == "added home: may change everything"
    status, found = central_json("token")
    assert [(each["name"], each["read_only"], each["last_used_at"]) for each in found["tokens"]] == [
        ("home", False, None),
        ("prometheus", True, None),
    ]
    status, out, _ = central("token", "list")
    assert secret not in out
    assert central("token", "add", "HOME")[0] == 2
    assert central("token", "remove", "prometheus", "nothing")[0] == 2
    assert len(central_json("token")[1]["tokens"]) == 2  # all or none
    assert central("token", "remove", "Prometheus", "home", "HOME")[:2] == (
        0,
        "removed prometheus\nremoved home\n",
    )
    assert central("token")[2] == "no token yet: chargerctl central token add NAME\n"


@pytest.mark.parametrize("group", ["user", "token"])
def test_a_hostile_name_is_refused_and_shown(central, database, group, piping):
    assert central("token", "add", "there")[0] == 0
    for words in (("add", HOSTILE), ("remove", HOSTILE)):
        status, out, err = central(group, *words)
        assert (status, out) == (2, "")
        assert "\x1b" not in err
        assert "\\x1b" in err


def test_what_serves_without_an_account_beyond_loopback_is_told_before_it_listens(central, database):
    status, _, err = central("serve", "--http", "0.0.0.0:0", "--listen", "127.0.0.1:0")
    assert status == 2
    assert err.splitlines()[-1] == (
        "chargerctl: http: others than this computer reach the web page, and it has no account: chargerctl central user "
        "add NAME"
    )
