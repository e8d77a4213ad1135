# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The page to log in, as a browser uses it."""

from dataclasses import replace

import pytest
from chargerctl.central.books import users
from chargerctl.central.books.interface import BooksError
from chargerctl.central.books.queries.users import find_credentials
from chargerctl.central.web.login import passwords
from chargerctl.central.web.login.routes import local

from tests.host.central.web.login.conftest import CSRF, PASSWORD, csrf_in, log_in

PAGE = {"Accept": "text/html"}
JSON = {"Accept": "application/json"}
HOSTILE = '"><script>alert(1)</script>\u202e\x1b[31m'


def is_in(visitor):
    return visitor.get("/nothing", headers=JSON).status_code == 404


def cookies_of(answer):
    """{name: attributes} of what it sets."""
    found = {}
    for header in answer.headers.get_list("set-cookie"):
        (name, value), *rest = (part.strip().partition("=")[::2] for part in header.split(";"))
        found[name] = {"": value} | {each.lower(): text for each, text in rest}
    return found


def test_where_the_books_are_is_not_told_to_who_has_not_logged_in(house, monkeypatch, told):
    def broken(self):
        raise BooksError("books.db: the books are locked")

    monkeypatch.setattr(type(house.store), "reading", broken)
    answer = house.visitor().get("/login", headers={"Accept": "text/html"})
    assert answer.status_code == 503
    assert "not available just now" in answer.text
    assert "books.db" not in answer.text
    assert "books.db: the books are locked" in told.events[-1].text


def test_head_is_answered_where_get_is(house):
    visitor = house.visitor()
    assert visitor.head("/login").status_code == 200
    assert visitor.head("/cards").status_code == 401
    assert house.enter(visitor, "anna").head("/login").status_code == 303


def test_who_knows_the_password_is_in_and_comes_to_the_page_that_was_asked_for(house, told):
    visitor = house.visitor()
    asked = visitor.get("/sessions?page=2", headers=PAGE)
    assert (asked.status_code, asked.headers["location"]) == (303, "/login?next=%2Fsessions%3Fpage%3D2")
    assert 'value="/sessions?page=2"' in visitor.get(asked.headers["location"]).text
    answer = log_in(visitor, "Anna", next="/sessions?page=2")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sessions?page=2")
    assert is_in(visitor)
    assert told.texts("login") == ["anna logged in from 192.0.2.7"]


def test_a_wrong_password_is_answered_in_words_like_a_wrong_name(house, told):
    answers = [log_in(house.visitor(), "anna", "wrong password"), log_in(house.visitor(), "nobody")]
    for answer in answers:
        assert answer.status_code == 401
        assert "Wrong name or password." in answer.text
        assert "chargerctl_session" not in cookies_of(answer)
    without = [
        answer.text.replace(csrf_in(answer), "").replace(name, "")
        for answer, name in zip(answers, ("anna", "nobody"), strict=True)
    ]
    assert without[0] == without[1]
    assert told.texts("login_refused") == [
        "192.0.2.7 gave a wrong password for the account anna",
        "192.0.2.7 gave a wrong password for a name that is no account",
    ]


def test_a_password_in_the_wrong_field_is_not_in_the_log(house, told):
    log_in(house.visitor(), PASSWORD, "anna")
    assert PASSWORD not in str(told.events)


def test_a_wrong_name_takes_as_much_work_as_a_wrong_password(house, monkeypatch):
    hashed = []
    verify = passwords.argon2.PasswordHasher.verify
    monkeypatch.setattr(
        passwords.argon2.PasswordHasher,
        "verify",
        lambda self, kept, text: hashed.append(kept.split("$")[:4]) or verify(self, kept, text),
    )
    for name in ("anna", "nobody", HOSTILE):
        log_in(house.visitor(), name, "wrong password")
    assert len(hashed) == 3
    assert hashed[0] == hashed[1] == hashed[2]


@pytest.mark.parametrize("name", [HOSTILE, "a" * 10_000, "\0", "\ufdfa" * 500, "", "' OR 1=1 --"])
def test_a_hostile_name_is_refused_and_shown_as_text(house, name, told):
    answer = log_in(house.visitor(), name, "x" * 20)
    assert answer.status_code == 401
    assert "<script>alert" not in answer.text
    assert len(answer.text) < 5000
    assert "alert" not in str(told.events)


@pytest.mark.parametrize("password", ["", "\0" * 8, "x" * 1025, "x" * 100_000, "\udcff" * 9, "\u202e" * 10])
def test_a_hostile_password_is_only_wrong(house, password):
    body = {"name": "anna", "csrf": None, "password": password.encode("utf-8", "surrogatepass")}
    visitor = house.visitor()
    body["csrf"] = csrf_in(visitor.get("/login"))
    assert visitor.post("/login", data=body).status_code == 401


def test_the_cookie_of_a_session_is_kept_from_scripts_other_sites_and_the_network(house):
    session = cookies_of(log_in(house.visitor(), "anna"))["chargerctl_session"]
    assert len(session[""]) >= 43  # 256 bits
    assert session | {"": ""} == {
        "": "",
        "path": "/",
        "httponly": "",
        "samesite": "lax",
        "max-age": "1209600",
    }
    visitor = house.visitor(scheme="https")
    secure = cookies_of(log_in(visitor, "anna"))["__Host-chargerctl_session"]
    assert secure["secure"] == ""
    assert "domain" not in secure
    assert is_in(visitor)


def test_behind_a_proxy_with_tls_the_cookie_is_secure(house):
    visitor = house.visitor(scheme="https")
    visitor.base_url = f"http://{visitor.base_url.host}"
    answer = visitor.get("/login", headers={"X-Forwarded-Proto": "https"})
    assert cookies_of(answer)["__Host-chargerctl_form"]["secure"] == ""


def test_a_cookie_of_before_the_login_is_worth_nothing_after_it(house):
    visitor = house.visitor()
    visitor.cookies.set("chargerctl_session", "chosen by somebody else")
    answer = log_in(visitor, "anna")
    assert cookies_of(answer)["chargerctl_session"][""] != "chosen by somebody else"
    other = house.visitor()
    other.cookies.set("chargerctl_session", "chosen by somebody else")
    assert not is_in(other)


def test_a_new_login_ends_the_session_that_the_browser_had(house):
    visitor = house.visitor()
    csrf = csrf_in(visitor.get("/login"))
    before = house.enter(house.visitor(), "ben")
    visitor.cookies.update(before.cookies)
    assert (
        visitor.post("/login", data={"name": "anna", "password": PASSWORD, "csrf": csrf}).status_code == 303
    )
    assert is_in(visitor)
    assert not is_in(before)


def test_who_is_in_does_not_have_to_log_in(house):
    visitor = house.enter(house.visitor(), "anna")
    answer = visitor.get("/login?next=/cards")
    assert (answer.status_code, answer.headers["location"]) == (303, "/cards")


def test_log_out_ends_the_session(house, told):
    visitor = house.enter(house.visitor(), "anna")
    answer = visitor.post("/logout", data={"csrf": CSRF})
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?out=1")
    assert "You are logged out." in visitor.get("/login?out=1").text
    visitor.cookies.set("chargerctl_session", "the secret")
    assert not is_in(visitor)
    assert told.texts("logout") == ["anna logged out"]


def test_who_may_only_look_may_log_out(house):
    visitor = house.enter(house.visitor(), "ben")
    assert visitor.post("/logout", data={"csrf": CSRF}).status_code == 303
    assert not is_in(visitor)


def test_log_out_needs_the_form_of_the_page(house):
    visitor = house.enter(house.visitor(), "anna")
    assert visitor.post("/logout").status_code == 403
    assert visitor.get("/logout", headers=JSON).status_code == 405
    assert is_in(visitor)


@pytest.mark.parametrize("form", ["", "chosen"])
def test_the_form_to_log_in_has_to_be_ours(house, form):
    """Else another site could log a browser in with an account of its own."""
    visitor = house.visitor()
    visitor.get("/login")
    answer = visitor.post("/login", data={"name": "anna", "password": PASSWORD, "csrf": form})
    assert answer.status_code == 403
    assert "try again" in answer.text
    assert not is_in(visitor)


@pytest.mark.parametrize(
    "body",
    [
        {"json": {"name": "anna"}},
        {"content": b"\xff" * 1000, "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
        {"content": b"&" * 5000, "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
        {"content": b"--", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
        {"files": {"name": ("a", b"anna")}},
    ],
)
def test_what_is_no_form_is_refused(house, body):
    assert house.visitor().post("/login", **body).status_code in (400, 403)


def test_a_password_that_is_changed_ends_the_sessions_at_once(house):
    visitor = house.enter(house.visitor(), "anna")
    with house.store.writing() as connection:
        users.set_user_password(connection, "anna", passwords.Passwords().hash("another password"))
    assert not is_in(visitor)
    assert log_in(house.visitor(), "anna").status_code == 401
    assert log_in(house.visitor(), "anna", "another password").status_code == 303


def test_who_is_removed_is_out_at_once(house):
    visitor = house.enter(house.visitor(), "anna")
    with house.store.writing() as connection:
        users.remove_user(connection, "anna")
    assert not is_in(visitor)


def test_a_session_lasts_while_it_is_used_and_fourteen_days_at_most(house, clock):
    visitor = house.enter(house.visitor(), "anna")
    for _ in range(27):
        clock.now += 12 * 3600
        assert is_in(visitor)
    clock.now += 12 * 3600
    assert not is_in(visitor)


def test_a_session_that_is_not_used_for_a_day_is_over(house, clock):
    visitor = house.enter(house.visitor(), "anna")
    clock.now += 24 * 3600
    answer = visitor.get("/nothing", headers=JSON)
    assert answer.status_code == 401
    assert answer.json() == {
        "error": "you are not logged in, or not any more: log in again",
        "login": "/login",
    }


def test_a_password_is_hashed_anew_when_the_parameters_have_changed(house, monkeypatch):
    monkeypatch.setattr(passwords, "PARAMETERS", replace(passwords.PARAMETERS, time_cost=2))
    with house.store.writing() as connection:
        users.set_user_password(connection, "anna", passwords.Passwords().hash(PASSWORD))
    visitor = house.visitor()
    assert log_in(visitor, "anna").status_code == 303
    assert is_in(visitor)
    with house.store.reading() as connection:
        kept = find_credentials(connection, "anna").password_hash
    assert "t=1," in kept  # as the application was made with
    assert log_in(house.visitor(), "anna").status_code == 303


@pytest.mark.parametrize(
    ("path", "goes_to"),
    [
        ("/", "/"),
        ("/chargers/a%20b?x=1#y", "/chargers/a%20b?x=1#y"),
        ("", "/"),
        ("sessions", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("\\\\evil.example", "/"),
        ("https://evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nSet-Cookie: x=1", "/"),
        ("/\t/evil.example", "/"),
        ("/\u2044/evil.example", "/"),
        ("/logout", "/"),
        ("/login?next=/", "/"),
        ("/" + "a" * 500, "/"),
        ("//[", "/"),
    ],
)
def test_after_the_login_comes_a_page_of_ours(house, path, goes_to):
    assert local(path) == goes_to
    visitor = house.visitor()
    answer = log_in(visitor, "anna", next=path)
    assert (answer.status_code, answer.headers["location"]) == (303, goes_to)


def test_without_an_account_the_page_says_how_to_make_one(house):
    with house.store.writing() as connection:
        users.remove_user(connection, "anna")
        users.remove_user(connection, "ben")
    visitor = house.visitor()
    assert not is_in(visitor)
    page = visitor.get("/login").text
    assert "chargerctl central user add NAME" in page
    assert "<form method" not in page.partition("<main")[2].partition("</main")[0]
