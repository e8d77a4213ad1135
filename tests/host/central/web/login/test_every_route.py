# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Every route of the application, found by walking them: a new one is tried by itself.

Without login, with the read-only account and its token, from another web site, under another name, without the proof that a
page of ours sent it, and with books full of hostile names.
"""

import json
import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import quote

import anyio
import pytest
from chargerctl.central.books import owner
from chargerctl.central.books.policies import Policies, Policy
from chargerctl.central.books.store import open_books
from chargerctl.central.books.tables import metadata
from chargerctl.central.live.watch import Watch
from chargerctl.central.settings import CentralSettings
from chargerctl.central.web.app import routes
from chargerctl.central.web.login.door import Door, is_api
from chargerctl.central.web.login.gate import is_public
from chargerctl.central.web.login.limits import Limits
from chargerctl.central.web.pages import Pages
from chargerctl.central.web.parts import Parts
from chargerctl.web.errors import Errors
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from sqlalchemy import select
from starlette.routing import Mount

from tests.host.central.web.login.conftest import CSRF, HOST, NOW, OUTSIDE, House

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
READING = ("GET", "HEAD")
SCRIPT = "<script>alert(1)</script>"
HOSTILE = f"\"'>{SCRIPT}<img src=x onerror=alert(2)>\u202e\x1b[31m\x00\u2028{{{{7*7}}}}"
LONG = "<b>" + "x" * 10_000
SERIAL = "a&b'();c@d"
CARD = "<b>'\"&--><script>"
# What the values of the paths are; any other gets "1".
VALUES = {"serial": SERIAL, "action": "Reset", "uid": CARD, "id_tag": CARD, "card": CARD}
# What is no secret, and changes by reading.
USES = ("last_used_at",)


def fill(store):
    """A charger and cards whose names attack pages; sessions, frames and a refused card of theirs."""
    with store.writing() as connection:
        owner.add_charger(connection, SERIAL, NOW, name=HOSTILE)
        owner.add_charger(connection, "long", NOW, name=LONG)
        owner.put_cards(connection, [owner.Card(CARD, HOSTILE), owner.Card("LONG", LONG)], NOW)
    boot = {"chargePointVendor": HOSTILE[:20], "chargePointModel": SCRIPT[:20], "firmwareVersion": SCRIPT}
    with store.unit() as unit:
        unit.working(NOW)
        for serial in (SERIAL, "long", "stranger"):
            books = unit.charger(serial)
            unit.connected(serial, "mqtt", NOW)
            unit.frame(serial, False, json.dumps([2, HOSTILE, "Authorize", {"idTag": HOSTILE}]), NOW)
            unit.frame(serial, False, HOSTILE + LONG, NOW)
            status = books.registration(boot, NOW)
            books.book("BootNotification", boot, {"status": status, "currentTime": "", "interval": 300}, NOW)
            told = {"connectorId": 1, "status": "Faulted", "errorCode": "OtherError", "info": HOSTILE[:50]}
            books.book("StatusNotification", told | {"vendorErrorCode": SCRIPT}, {}, NOW)
            keys = [{"key": HOSTILE[:50], "readonly": False, "value": LONG[:500]}]
            books.told("GetConfiguration", {}, {"configurationKey": keys, "unknownKey": [SCRIPT]}, NOW)
            start = {"connectorId": 1, "idTag": CARD, "meterStart": 0, "timestamp": "2026-11-22T07:00:00Z"}
            number = books.transaction_id(start)
            info = {"transactionId": number, "idTagInfo": {"status": "Accepted"}}
            books.book("StartTransaction", start, info, NOW)
            refused = {"idTagInfo": {"status": "Invalid"}}
            books.book("Authorize", {"idTag": HOSTILE[:20]}, refused, NOW)


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    path = tmp_path_factory.mktemp("filled") / "books.db"
    store = open_books(str(path), Policies(Policy.ACCEPT, Policy.ACCEPT))
    fill(store)
    store.close()
    return path


@pytest.fixture
def store(filled, tmp_path):
    found = open_books(str(shutil.copy(filled, tmp_path)))
    yield found
    found.close()


@pytest.fixture
def watch(store, clock):
    found = Watch(store, clock)
    yield found
    found.close()


@pytest.fixture
def house(store, watch, clock, told):
    found = House(store, watch, OUTSIDE, clock, told)
    found.add_user("anna")
    found.add_user("ben", read_only=True)
    found.add_token("looks", "looks", read_only=True)
    found.add_token("changes", "changes")
    return found


def found_routes(store) -> Iterator[tuple[str, str]]:
    """(method, path) of each, once."""
    parts = Parts(store, None, Pages(), CentralSettings())
    limits = Limits()
    errors = Errors(parts.tell, parts.pages.error, {})
    yield from below("", routes(parts, Door(parts, limits), limits, errors))


def below(prefix: str, app) -> Iterator[tuple[str, str]]:
    for each in iter_route_contexts(app.routes):
        if isinstance(each.original_route, Mount):
            mounted = each.original_route.app
            if isinstance(mounted, FastAPI):
                yield from below(prefix + each.path, mounted)
            else:
                yield "GET", f"{prefix}{each.path}/x.js"
            continue
        path = re.sub(r"{(\w+)(:\w+)?}", lambda name: quote(VALUES.get(name[1], "1"), safe=""), each.path)
        for method in sorted(each.methods or ()):
            yield method, prefix + path


class Answer:
    def __init__(self, method, path):
        self.asked = f"{method} {path}"
        self.status = 0
        self.headers = {}
        self.body = b""

    @property
    def text(self):
        return self.body.decode()


async def ask(app, method, path, headers, body):
    """One request; of what lasts, the first of it."""
    answer = Answer(method, path)
    begun = anyio.Event()
    asked = False

    async def receive():
        nonlocal asked
        if not asked:
            asked = True
            return {"type": "http.request", "body": body, "more_body": False}
        await begun.wait()
        return {"type": "http.disconnect"}

    async def send(message):
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {name.decode(): value.decode("latin-1") for name, value in message["headers"]}
        else:
            answer.body += message.get("body", b"")
            begun.set()

    only, _, query = path.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": re.sub("%([0-9A-F]{2})", lambda code: chr(int(code[1], 16)), only),
        "raw_path": only.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()],
        "client": ("192.0.2.7", 50_000),
        "server": (HOST, 80),
    }
    with anyio.fail_after(60):
        await app(scope, receive, send)
    return answer


@pytest.fixture
def asking(house, store):
    """asking(headers, methods) -> the answers of every route to every method."""
    paths = list(dict.fromkeys(path for _, path in found_routes(store)))
    own = set(found_routes(store))

    def run(headers, methods=METHODS, *, only_own=False, body=b"", only=lambda method, path: True):
        async def all_of_them():
            return [
                (method, path, await ask(house.app, method, path, {"Host": HOST} | headers, body))
                for path in paths
                for method in methods
                if (not only_own or (method, path) in own) and only(method, path)
            ]

        return anyio.run(all_of_them)

    return run


def rows(store):
    """All that the books hold, but when something was used last."""
    with store.reading() as connection:
        return {
            name: connection.execute(select(*[each for each in table.c if each.name not in USES])).all()
            for name, table in metadata.tables.items()
        }


@pytest.fixture
def nobody_serves(clock):
    """The central system that was connected to the chargers has ended: a call to one fails at once."""
    clock.now += 3600


def cookie(house, name):
    house.enter(house.visitor(), name)
    return {"Cookie": "chargerctl_session=the secret"}


def test_there_are_routes_to_try(store):
    found = set(found_routes(store))
    assert ("GET", "/") in found
    assert ("POST", "/login") in found
    assert ("GET", "/static/base/x.js") in found
    assert sum(method not in READING for method, _ in found) >= 5


def test_without_login_nothing_but_the_login_is_served(asking, store):
    before = rows(store)
    for accept in ("text/html", "application/json", "text/event-stream"):
        for method, path, answer in asking({"Accept": accept}):
            if is_public(method, path):
                assert path == "/login" or path.startswith(("/static/base/", "/static/login/")), answer.asked
                continue
            assert answer.status in (303, 401), answer.asked
            assert answer.status == 401 or answer.headers["location"].partition("?")[0] == "/login", (
                answer.asked
            )
            assert b"alert" not in answer.body
            assert "set-cookie" not in answer.headers
    assert rows(store) == before


def test_who_may_only_look_changes_nothing_by_any_route(asking, house, store, told):
    headers = cookie(house, "ben") | {"X-CSRF": CSRF}
    before = rows(store)
    for method, path, answer in asking(headers, only=lambda method, path: path != "/logout"):
        if method not in READING and not is_public(method, path):
            assert answer.status == 403, answer.asked
        elif not is_public(method, path):
            assert answer.status not in (401, 403, 500), (answer.asked, answer.text)
    assert rows(store) == before
    assert told.texts("bug") == []


def test_a_token_that_may_only_look_reads_the_api_and_nothing_else(asking, store):
    before = rows(store)
    for method, path, answer in asking({"Authorization": "Bearer looks"}):
        if is_public(method, path):
            continue
        if not is_api(path):
            assert answer.status == 401, answer.asked
        elif method not in READING:
            assert answer.status == 403, answer.asked
        else:
            assert answer.status not in (401, 403, 500), (answer.asked, answer.text)
    assert rows(store) == before


@pytest.mark.parametrize(
    "foreign",
    [
        {"Origin": "https://evil.example"},
        {"Origin": f"http://{HOST}:8081"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
def test_another_web_site_changes_nothing_by_any_route(asking, house, store, foreign):
    """Not even if it knew the proof."""
    headers = cookie(house, "anna") | {"X-CSRF": CSRF} | foreign
    before = rows(store)
    for _, _, answer in asking(headers, only=lambda method, path: method not in (*READING, "OPTIONS")):
        assert answer.status == 403, answer.asked
    assert rows(store) == before


@pytest.mark.parametrize("host", ["evil.example", f"{HOST}.evil.example", "", f"evil.example/{HOST}"])
def test_under_another_name_nothing_is_served(asking, house, host):
    for _, _, answer in asking(cookie(house, "anna") | {"Host": host}, ("GET", "POST")):
        assert answer.status == 421, answer.asked


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, b""),
        ({"X-CSRF": ""}, b""),
        ({"X-CSRF": "wrong"}, b""),
        ({"Content-Type": "application/x-www-form-urlencoded"}, b"csrf=wrong"),
        ({"Content-Type": "application/json"}, b'{"csrf": "the csrf of this session"}'),
    ],
)
def test_without_the_proof_of_a_page_no_route_changes_anything(asking, house, store, headers, body):
    session = cookie(house, "anna")
    before = rows(store)
    for _, _, answer in asking(session | headers, only=lambda method, path: method not in READING, body=body):
        assert answer.status in (400, 403), answer.asked
    assert rows(store) == before


def test_with_it_every_route_is_reached(asking, house, told, nobody_serves):
    headers = cookie(house, "anna") | {"X-CSRF": CSRF, "Accept": "application/json"}
    reached = asking(headers, only_own=True, only=lambda method, path: path not in ("/login", "/logout"))
    for _, _, answer in reached:
        assert answer.status not in (401, 403, 500), (answer.asked, answer.text)
    assert told.texts("bug") == []
    changes = [answer for method, _, answer in reached if method not in READING]
    assert len(told.texts("change")) == len(changes) > 0


def test_every_answer_tells_the_browser_what_it_may_do(asking, house, nobody_serves):
    for headers in ({}, cookie(house, "anna") | {"X-CSRF": CSRF}, {"Host": "evil.example"}):
        for _, _, answer in asking({"Accept": "text/html"} | headers, ("GET", "POST", "DELETE")):
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy, answer.asked
            assert "unsafe" not in policy, answer.asked
            assert answer.headers["x-content-type-options"] == "nosniff", answer.asked
            assert answer.headers["referrer-policy"] == "same-origin", answer.asked
            assert "no-store" in answer.headers["cache-control"] or "/static/" in answer.asked, answer.asked
            assert "access-control-allow-origin" not in answer.headers, answer.asked
            assert "server" not in answer.headers


_HIDDEN = re.compile("[\u202a-\u202e\u2066-\u2069\u2028\u2029\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


class Foreign(HTMLParser):
    """Collects elements and attributes that no page of ours has, and text that hides or is too long."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag in ("b", "style", "iframe", "object") or (tag == "img" and given.get("src") == "x"):
            self.found.append(tag)
        if tag == "script" and not (given.get("src") or "").startswith("/static/"):
            self.found.append(tag)
        self.found += [name for name in given if name == "style" or name.startswith("on")]
        for value in filter(None, given.values()):
            self.handle_data(value)
            self.found += [value] if value.strip().lower().startswith("javascript:") else []

    def handle_data(self, data):
        self.found += [ascii(data)[:100]] if _HIDDEN.search(data) or "x" * 5000 in data else []


def test_hostile_names_are_shown_as_text_on_every_page(asking, house, told):
    headers = cookie(house, "anna")
    seen = 0
    for _, _, answer in asking(headers | {"Accept": "text/html"}, ("GET",)):
        kind = answer.headers.get("content-type", "")
        if "/static/" in answer.asked or not kind.startswith("text/"):
            continue
        text = answer.text
        if kind.startswith("text/event-stream"):
            text = " ".join(found["html"] for found in fragments(text))
        if not kind.startswith(("text/html", "text/event-stream")):
            assert answer.headers["x-content-type-options"] == "nosniff"
            continue
        seen += "alert(1)" in text
        assert Foreign(text).found == [], answer.asked
    assert seen > 1
    assert told.texts("bug") == []


def fragments(stream):
    """The HTML in the data of server-sent events."""

    def walk(value):
        if isinstance(value, dict):
            yield from (each for inner in value.values() for each in walk(inner))
        elif isinstance(value, list):
            yield from (each for inner in value for each in walk(inner))
        elif isinstance(value, str) and value.lstrip().startswith("<"):
            yield {"html": value}

    for line in stream.splitlines():
        if line.startswith("data:"):
            yield from walk(json.loads(line[5:]))


@pytest.mark.parametrize(
    "value", [HOSTILE, LONG, "\u202e", "../../etc/passwd", "%2e%2e", "0", "-1", "9" * 40, "\ud800"]
)
def test_hostile_paths_are_answered_in_words(house, store, told, value, monkeypatch, nobody_serves):
    """Of every route, and in every place where a path has a value."""
    monkeypatch.setattr("tests.host.central.web.login.test_every_route.VALUES", Hostile(value))
    headers = cookie(house, "anna") | {"Host": HOST, "Accept": "text/html", "X-CSRF": CSRF}

    async def all_of_them():
        return [
            await ask(house.app, method, path, headers, b"")
            for method, path in found_routes(store)
            if path not in ("/logout", "/login")
        ]

    for answer in anyio.run(all_of_them):
        assert answer.status != 500, (answer.asked, answer.text)
        if answer.headers.get("content-type", "").startswith("text/html"):
            assert Foreign(answer.text).found == [], answer.asked
    assert told.texts("bug") == []


class Hostile:
    def __init__(self, value):
        self._value = value.encode("utf-8", "replace").decode()

    def get(self, name, otherwise):
        return self._value
