# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What stands before every route: who is let in, and what each may do."""

import sqlite3
from urllib.parse import urlencode

import anyio
import pytest
from chargerctl.central.books import users
from chargerctl.central.books.interface import BooksError
from chargerctl.central.books.queries.users import find_credentials
from chargerctl.central.settings import CentralSettings
from chargerctl.central.web.login.gate import Gate, is_public
from chargerctl.central.web.login.lasting import while_allowed
from chargerctl.central.web.login.open_door import require_account
from chargerctl.central.web.viewer import viewer_of
from chargerctl.errors import InputError
from chargerctl.settings.kinds import HostPort
from starlette.requests import Request
from starlette.responses import JSONResponse

from tests.host.central.web.login.conftest import CSRF, INSIDE, OUTSIDE, House

JSON = {"Accept": "application/json"}
PAGE = {"Accept": "text/html"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def echoing(*_):
    """Behind the gate: says who asked, and what it got."""

    async def echo(scope, receive, send):
        request = Request(scope, receive)
        viewer = viewer_of(request)
        body = (await request.body()).decode()
        said = {"name": viewer.name, "may_change": viewer.may_change, "csrf": viewer.csrf, "body": body}
        await JSONResponse(said)(scope, receive, send)

    return echo


@pytest.fixture
def house(store, clock, told):
    found = House(store, OUTSIDE, clock, told, echoing)
    found.add_user("anna")
    found.add_user("ben", read_only=True)
    found.add_token("grafana", "looks", read_only=True)
    found.add_token("home", "changes")
    return found


@pytest.fixture
def own_house(store, clock, told):
    """On a loopback address, without an account."""
    return House(store, INSIDE, clock, told, echoing)


def bearer(secret):
    return {"Authorization": f"Bearer {secret}"} | JSON


# Without login.


def test_a_person_is_sent_to_log_in_and_a_program_is_told(house):
    visitor = house.visitor()
    answer = visitor.get("/chargers/a%2Fb?x=1&y=%26", headers=PAGE)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?" + urlencode({"next": "/chargers/a/b?x=1&y=%26"})
    assert visitor.get("/", headers=PAGE).headers["location"] == "/login"
    assert visitor.post("/cards", headers=PAGE).headers["location"] == "/login"
    for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"):
        answer = visitor.request(method, "/cards", headers=JSON)
        assert answer.status_code == 401
        if method != "HEAD":
            assert answer.json()["login"] == "/login"


def test_the_api_asks_for_a_token(house):
    for path in ("/metrics", "/api/v1", "/api/v1/chargers"):
        answer = house.visitor().get(path, headers=PAGE)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/loginx",
        "/login/",
        "/LOGIN",
        "//login",
        "/logout",
        "/stream",
        "/static",
        "/static/",
        "/static/base",
        "/static/basex/",
        "/static/cards/cards.js",
        "/static/base/../cards/cards.js",
        "/static/login/../../pages.py",
    ],
)
def test_nothing_else_is_public(path):
    assert not is_public("GET", path)


def test_the_login_is_public_by_its_own_methods_only():
    assert [is_public(method, "/login") for method in ("GET", "HEAD", "POST", "PUT", "OPTIONS")] == [
        True,
        True,
        True,
        False,
        False,
    ]
    assert is_public("GET", "/static/base/base.css")
    assert not is_public("POST", "/static/base/base.css")


@pytest.mark.parametrize("kind", ["websocket", "lifespan", "something new"])
def test_what_is_no_request_reaches_no_route(kind):
    async def never(*_):
        raise AssertionError

    anyio.run(Gate(never, None, None), {"type": kind}, never, never)


@pytest.mark.parametrize("secret", ["", "x", "x" * 600, "\x00", "' OR 1=1"])
def test_a_cookie_of_nobody_is_none(house, secret):
    visitor = house.visitor(cookies={"chargerctl_session": secret})
    assert visitor.get("/", headers=JSON).status_code == 401


# With a session.


def test_who_is_logged_in_reads_and_changes(house, told):
    visitor = house.enter(house.visitor(), "anna")
    assert visitor.get("/cards").json() == {"name": "anna", "may_change": True, "csrf": CSRF, "body": ""}
    answer = visitor.post("/cards", headers={"X-CSRF": CSRF}, data={"uid": "04A1"})
    assert answer.json()["body"] == "uid=04A1"
    assert told.texts("change") == ["anna: POST /cards: 200"]
    assert told.events[-1].details == {"user": "anna", "method": "POST", "path": "/cards", "status": 200}


@pytest.mark.parametrize("size", [0, 40_000])
def test_the_field_of_a_form_is_enough_and_the_route_gets_the_form_as_it_came(house, size):
    visitor = house.enter(house.visitor(), "anna")
    body = urlencode({"a": "\u00e4&=" + "x" * size, "csrf": CSRF, "b": ""})
    answer = visitor.post("/cards", content=body, headers=FORM)
    assert answer.json()["body"] == body

    def in_pieces():
        yield from (body[each : each + 1000].encode() for each in range(0, len(body), 1000))

    assert visitor.post("/cards", content=in_pieces(), headers=FORM).json()["body"] == body


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"headers": {"X-CSRF": ""}},
        {"headers": {"X-CSRF": "wrong"}},
        {"headers": {"X-CSRF": "wrong"}, "data": {"csrf": CSRF}},
        {"data": {"csrf": ""}},
        {"data": {"csrf": "wrong"}},
        {"data": {"csrf": ["wrong", CSRF]}},
        {"data": {"csrf": [CSRF, "wrong"]}},
        {"json": {"csrf": CSRF}},
        {"content": urlencode({"csrf": CSRF}), "headers": {"Content-Type": "text/plain"}},
        {"files": {"csrf": (None, CSRF)}},
        {"params": {"csrf": CSRF}},
        {"content": "&" * 60_000, "headers": FORM},
        {"content": b"\xff\xfe", "headers": FORM},
    ],
)
def test_what_no_page_of_ours_sent_is_refused(house, told, how):
    visitor = house.enter(house.visitor(), "anna")
    for method in ("POST", "DELETE"):
        answer = visitor.request(method, "/cards", **{**how, "headers": JSON | how.get("headers", {})})
        assert answer.status_code == 403
        assert "load it again" in answer.json()["error"]
    assert told.texts("change") == []


def test_a_form_that_is_too_long_is_refused_as_that(house):
    visitor = house.enter(house.visitor(), "anna")
    answer = visitor.post("/cards", data={"csrf": CSRF, "x": "y" * 70_000}, headers=JSON)
    assert (answer.status_code, answer.json()["error"]) == (413, "a form has at most 64 KB: send less")


def test_a_program_without_a_token_is_told_to_send_one(own_house):
    answer = own_house.visitor("127.0.0.1", "localhost").post("/api/v1/cards", json={})
    assert answer.status_code == 403
    assert "chargerctl central token add" in answer.json()["error"]


def test_the_csrf_of_another_session_is_none(house):
    visitor = house.enter(house.visitor(), "anna")
    with house.store.writing() as connection:
        found = find_credentials(connection, "ben")
        users.begin_session(
            connection, found.id, found.password_hash, "other", "the csrf of ben", house.clock.now
        )
    assert visitor.post("/cards", headers={"X-CSRF": "the csrf of ben"} | JSON).status_code == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY"])
def test_who_may_only_look_changes_nothing(house, told, method):
    visitor = house.enter(house.visitor(), "ben")
    for path in ("/cards", "/api/v1/cards", "/logout/", "/LOGOUT"):
        answer = visitor.request(method, path, headers={"X-CSRF": CSRF} | JSON)
        assert (answer.status_code, answer.json()["error"]) == (403, "ben may look, and change nothing")
    assert "may look" in visitor.request(method, "/cards", headers={"X-CSRF": CSRF} | PAGE).text
    assert visitor.get("/cards").json()["may_change"] is False
    assert told.texts("change") == []


def test_a_use_of_the_session_is_not_written_each_time(house, clock, monkeypatch):
    visitor = house.enter(house.visitor(), "anna")
    written = []
    use = users.use_session
    monkeypatch.setattr(users, "use_session", lambda *given: written.append(1) or use(*given))
    for _ in range(20):
        visitor.get("/")
        clock.now += 10
    assert len(written) == 3


def test_who_reads_does_not_wait_for_who_writes_the_books(house, clock, monkeypatch):
    """The time of the last use is written another time."""
    visitor = house.enter(house.visitor(), "anna")
    clock.now += 3600
    waited = []
    monkeypatch.setattr(type(house.store), "writing", lambda self: waited.append(1))
    with sqlite3.connect(house.store.place, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        assert visitor.get("/cards").status_code == 200
        assert visitor.get("/metrics", headers=bearer("looks")).status_code == 200
    other.close()
    assert waited == []


# With a token.


def test_a_program_uses_the_api_by_its_token(house, told):
    visitor = house.visitor()
    assert visitor.get("/metrics", headers=bearer("looks")).json() == {
        "name": "token grafana",
        "may_change": False,
        "csrf": "",
        "body": "",
    }
    assert visitor.post("/api/v1/cards", headers=bearer("changes")).json()["name"] == "token home"
    assert visitor.post("/api/v1/cards", headers=bearer("looks")).status_code == 403
    assert told.texts("change") == ["token home: POST /api/v1/cards: 200"]


def test_a_token_is_good_for_the_api_only(house):
    for path in ("/", "/cards", "/api", "/api/v2/x", "/api/v1x", "/metricsx", "/metrics/", "/logout"):
        assert house.visitor().get(path, headers=bearer("changes")).status_code == 401


def test_a_wrong_token_is_not_mended_by_a_cookie(house):
    visitor = house.enter(house.visitor(), "anna")
    assert visitor.get("/api/v1/cards").status_code == 200
    assert visitor.get("/api/v1/cards", headers=bearer("wrong")).status_code == 401
    assert visitor.get("/cards", headers=bearer("changes")).status_code == 401


def test_a_cookie_needs_csrf_at_the_api_too(house):
    visitor = house.enter(house.visitor(), "anna")
    assert visitor.post("/api/v1/cards", headers=JSON).status_code == 403
    basic = {"Authorization": "Basic Bearer x"}
    assert visitor.post("/api/v1/cards", headers=JSON | basic).status_code == 403


def test_the_password_of_a_proxy_is_no_token(house):
    """Which asks for one of its own, and hands it on."""
    visitor = house.enter(house.visitor(), "anna")
    assert visitor.get("/cards", headers={"Authorization": "Basic YTpi"}).status_code == 200


def test_a_removed_token_is_refused_at_once(house):
    with house.store.writing() as connection:
        users.remove_token(connection, "home")
    assert house.visitor().get("/metrics", headers=bearer("changes")).status_code == 401


@pytest.mark.parametrize("secret", ["", " ", "x" * 600, "x" * 5000, "\xff"])
def test_a_hostile_token_is_only_unknown(house, secret):
    headers = {"Authorization": b"Bearer " + secret.encode("latin-1")}
    assert house.visitor().get("/metrics", headers=headers).status_code == 401


# Without an account, on this computer.


def test_without_an_account_a_person_at_this_computer_needs_no_login(own_house, told):
    visitor = own_house.visitor("127.0.0.1", "localhost:8080")
    found = visitor.get("/cards").json()
    assert (found["name"], found["may_change"]) == ("", True)
    assert visitor.post("/cards", headers=JSON).status_code == 403
    assert visitor.post("/cards", headers={"X-CSRF": found["csrf"]}).status_code == 200
    assert told.texts("change") == ["somebody at this computer: POST /cards: 200"]


def test_from_the_first_account_on_everybody_logs_in(own_house):
    visitor = own_house.visitor("127.0.0.1", "localhost:8080")
    assert visitor.get("/").status_code == 200
    own_house.add_user("ben", read_only=True)
    assert visitor.get("/", headers=JSON).status_code == 401


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP", "x-forwarded-host"])
def test_behind_a_reverse_proxy_nobody_is_at_this_computer(own_house, header):
    visitor = own_house.visitor("127.0.0.1", "localhost:8080")
    assert visitor.get("/", headers={header: "x"} | JSON).status_code == 401


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "192.0.2.1:8080", "", "localhost:80:80"]
)
def test_another_web_site_cannot_pass_for_this_one(own_house, host):
    """A name of its own that it points at this computer (DNS rebinding)."""
    visitor = own_house.visitor("127.0.0.1", "localhost:8080")
    assert visitor.get("/cards", headers={"Host": host}).status_code == 421


def test_another_web_site_changes_nothing_here(own_house):
    visitor = own_house.visitor("127.0.0.1", "localhost:8080")
    csrf = visitor.get("/").json()["csrf"]
    for foreign in ({"Origin": "http://localhost:9999"}, {"Origin": "null"}, {"Sec-Fetch-Site": "same-site"}):
        assert visitor.post("/cards", headers={"X-CSRF": csrf} | foreign).status_code == 403


@pytest.mark.parametrize(
    ("settings", "local"),
    [
        (CentralSettings(), True),
        (INSIDE, True),
        (CentralSettings(http=HostPort("::1", 1)), True),
        (CentralSettings(http=HostPort("localhost", 1)), True),
        (OUTSIDE, False),
        (CentralSettings(http=HostPort("192.168.1.5", 1)), False),
        (CentralSettings(http=HostPort("::", 1)), False),
        (CentralSettings(http=HostPort("127.0.0.1", 1), http_hosts=("charge.example",)), False),
    ],
)
def test_where_others_reach_the_page_it_needs_an_account(store, clock, told, settings, local):
    if local:
        require_account(settings, store)
        return
    with pytest.raises(InputError, match="chargerctl central user add NAME"):
        require_account(settings, store)
    house = House(store, settings, clock, told, echoing)
    visitor = house.visitor("127.0.0.1", settings.http.host if ":" not in settings.http.host else "[::1]")
    assert visitor.get("/", headers=JSON).status_code == 401
    house.add_user("anna")
    require_account(settings, store)


# What lasts.


@pytest.mark.parametrize("allowed", [True, False])
def test_a_stream_ends_when_its_session_ends(clock, allowed):
    sent = []
    asked = []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for second in range(12):
            await send({"type": "http.response.body", "body": b"%d" % second, "more_body": True})
            clock.now += 1

    async def send(message):
        sent.append(message)

    async def still():
        asked.append(clock.now)
        return allowed

    anyio.run(while_allowed, app, {}, None, send, still, clock)
    bodies = [each["body"] for each in sent[1:]]
    if allowed:
        assert len(asked) == 2
        assert len(bodies) == 12
    else:
        assert bodies == [b"0", b"1", b"2", b"3", b"4", b""]
        assert not sent[-1]["more_body"]
        assert len(asked) == 1


@pytest.mark.parametrize("path", ["/", "/api/v1/chargers", "/metrics"])
def test_books_that_cannot_be_read_let_nobody_in_and_strangers_do_not_hear_where_they_are(
    house, monkeypatch, told, path
):
    visitor = house.enter(house.visitor(), "anna")
    house.store.close()
    monkeypatch.setattr(type(house.store), "reading", broken)
    secret = {"Authorization": "Bearer x"} if path in ("/api/v1/chargers", "/metrics") else {}
    for headers in (JSON, PAGE):
        answer = visitor.get(path, headers=headers | secret)
        assert answer.status_code == 503
        assert "not available just now" in answer.text
        assert "books.db" not in answer.text
    assert "books.db: the books are locked" in told.events[-1].text


def broken(self):
    raise BooksError("books.db: the books are locked")
