# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Every route of the application, found by walking them: a new one is tried by itself.

Without login, with the read-only account and its token, from another web site, under another name, without the proof that a
page of ours sent it, and with books full of hostile names.
"""

import re
import shutil
from collections.abc import Mapping
from urllib.parse import quote

import anyio
import argon2
import pytest
from chargerctl.central.books.policies import Policies, Policy
from chargerctl.central.books.store import open_books
from chargerctl.central.books.tables import metadata
from chargerctl.central.live.watch import Watch
from chargerctl.central.web.app import routes
from chargerctl.central.web.login import passwords
from chargerctl.central.web.login.door import is_api
from chargerctl.central.web.login.gate import is_public
from fastapi.routing import iter_route_contexts
from sqlalchemy import select
from starlette.routing import Mount

from tests.host.central.web.login.asker import ask
from tests.host.central.web.login.conftest import CSRF, HOST, OUTSIDE, Clock, House, Told
from tests.host.central.web.login.hostile import CARD, HOSTILE, LONG, SERIAL, Foreign, fill, fragments

READING = ("GET", "HEAD")
CHANGING = ("POST", "DELETE")
METHODS = (*READING, *CHANGING, "OPTIONS")
# For the names in paths.
VALUES = {"serial": SERIAL, "action": "Reset", "uid": CARD, "id_tag": CARD, "card": CARD}


class Site(House):
    """The whole application over such books; `routes`: (method, path) of each that it was made of, with {names}."""

    def __init__(self, store):
        self.routes = []
        self.told = Told()

        def make(*given):
            app = routes(*given)
            self.routes += of_app(app, "")
            return app

        clock = Clock()
        self.watch = Watch(store, clock)
        super().__init__(store, OUTSIDE, clock, self.told, make, self.watch)
        self.add_user("anna")
        self.add_user("ben", read_only=True)
        self.add_token("looks", "looks", read_only=True)
        self.cookies = {}
        for name in ("anna", "ben"):
            self.enter(self.visitor(), name, f"the secret of {name}")
            self.cookies[name] = {"Cookie": f"chargerctl_session=the secret of {name}"}

    def asked(self, headers, wanted, body=b"", values: Mapping[str, str] = VALUES):
        """[(method, path, answer)] of each of these (method, path with {names})."""

        async def each_of_them():
            found = []
            for method, template in wanted:
                path = filled_in(template, values)
                given = {"Host": HOST} | headers
                found.append((method, path, await ask(self.app, method, path, given, body)))
            return found

        return anyio.run(each_of_them)

    def every(self, *methods):
        """Each path with each of these methods, whether it is made for them or not."""
        return [
            (method, path) for path in dict.fromkeys(path for _, path in self.routes) for method in methods
        ]


def of_app(app, before):
    for each in iter_route_contexts(app.routes):
        if not isinstance(each.original_route, Mount):
            yield from ((method, before + each.path) for method in sorted(each.methods or ()))
        elif hasattr(each.original_route.app, "routes"):
            yield from of_app(each.original_route.app, before + each.path)
        else:
            yield "GET", f"{before}{each.path}/x.js"


def filled_in(template, values):
    def value(found):
        return quote(values.get(found[1], "1").encode("utf-8", "replace"), safe="")

    return re.sub(r"{(\w+)(?::\w+)?}", value, template)


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    path = tmp_path_factory.mktemp("filled") / "books.db"
    store = open_books(str(path), Policies(Policy.ACCEPT, Policy.ACCEPT))
    fill(store)
    store.close()
    return path


@pytest.fixture(scope="module")
def site(filled, tmp_path_factory):
    """One for all tests that change nothing: to make it takes long."""
    yield from made_of(filled, tmp_path_factory)


@pytest.fixture(scope="module")
def changed_site(filled, tmp_path_factory):
    """One for all tests that change something, whatever others have changed. The central system that spoke to its chargers
    has ended: a call fails at once."""
    for found in made_of(filled, tmp_path_factory):
        found.clock.now += 3600
        yield found


def made_of(filled, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "PARAMETERS", argon2.profiles.CHEAPEST)
        store = open_books(str(shutil.copy(filled, tmp_path_factory.mktemp("site"))))
        found = Site(store)
    yield found
    found.watch.close()
    store.close()


@pytest.fixture
def unchanged(site):
    """The test may change nothing in the books but when something was used last."""
    before = rows(site.store)
    yield
    assert rows(site.store) == before


def rows(store):
    with store.reading() as connection:
        return {
            name: connection.execute(select(*[each for each in table.c if each.name != "last_used_at"])).all()
            for name, table in metadata.tables.items()
        }


def test_there_are_routes_to_try(site):
    for wanted in [
        ("GET", "/"),
        ("GET", "/chargers/{serial}"),
        ("GET", "/sessions"),
        ("GET", "/api/v1/chargers"),
        ("GET", "/metrics"),
        ("GET", "/static/base/x.js"),
        ("POST", "/login"),
        ("POST", "/logout"),
    ]:
        assert wanted in site.routes
    assert sum(method not in READING for method, _ in site.routes) >= 10


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_without_login_nothing_but_the_login_is_served(site, unchanged, accept):
    for method, path, answer in site.asked({"Accept": accept}, site.every(*METHODS)):
        if is_public(method, path):
            assert path == "/login" or path.startswith(("/static/base/", "/static/login/")), answer.asked
            continue
        assert answer.status in (303, 401), answer.asked
        if answer.status == 303:
            assert answer.headers["location"].partition("?")[0] == "/login", answer.asked
        assert b"alert" not in answer.body
        assert "set-cookie" not in answer.headers


def test_who_may_only_look_reads_every_route_and_changes_nothing_by_any(site, unchanged):
    headers = site.cookies["ben"] | {"X-CSRF": CSRF}
    wanted = [(method, path) for method, path in site.every(*METHODS) if path != "/logout"]
    for method, path, answer in site.asked(headers, wanted):
        if is_public(method, path):
            continue
        if method in READING:
            assert answer.status not in (401, 403, 500), (answer.asked, answer.text)
        else:
            assert answer.status == 403, answer.asked
    assert site.told.texts("bug") == []


def test_a_token_that_may_only_look_reads_the_api_and_nothing_else(site, unchanged):
    for method, path, answer in site.asked({"Authorization": "Bearer looks"}, site.every(*METHODS)):
        if is_public(method, path):
            continue
        if not is_api(path):
            assert answer.status == 401, answer.asked
        elif method in READING:
            assert answer.status not in (401, 403, 500), (answer.asked, answer.text)
        else:
            assert answer.status == 403, answer.asked


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
def test_another_web_site_changes_nothing_by_any_route(site, unchanged, foreign):
    """Not even if it knew the proof."""
    headers = site.cookies["anna"] | {"X-CSRF": CSRF} | foreign
    for _, _, answer in site.asked(headers, site.every(*CHANGING)):
        assert answer.status == 403, answer.asked


@pytest.mark.parametrize("host", ["evil.example", f"{HOST}.evil.example", ""])
def test_under_another_name_nothing_is_served(site, unchanged, host):
    """A name that somebody has pointed at this server (DNS rebinding)."""
    headers = site.cookies["anna"] | {"X-CSRF": CSRF, "Host": host}
    for _, _, answer in site.asked(headers, site.every("GET", "POST")):
        assert answer.status == 421, answer.asked


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, b""),
        ({"X-CSRF": "wrong"}, b""),
        ({"Content-Type": "application/x-www-form-urlencoded"}, b"csrf=wrong"),
        ({"Content-Type": "application/json"}, b'{"csrf": "the csrf of this session"}'),
    ],
)
def test_without_the_proof_of_a_page_no_route_changes_anything(site, unchanged, headers, body):
    for _, path, answer in site.asked(site.cookies["anna"] | headers, site.every(*CHANGING), body):
        assert answer.status == 403 or (path == "/login" and answer.status in (400, 403)), answer.asked


def test_with_it_every_route_is_reached(changed_site):
    headers = changed_site.cookies["anna"] | {"X-CSRF": CSRF, "Accept": "application/json"}
    wanted = [(method, path) for method, path in changed_site.routes if path not in ("/login", "/logout")]
    before = len(changed_site.told.texts("change"))
    reached = changed_site.asked(headers, wanted)
    for _, _, answer in reached:
        assert answer.status not in (401, 403, 500), (answer.asked, answer.text)
    assert changed_site.told.texts("bug") == []
    changes = len(changed_site.told.texts("change")) - before
    assert changes == sum(method not in READING for method, _, _ in reached) > 0


@pytest.mark.parametrize(
    "headers", [{}, {"Cookie": "chargerctl_session=the secret of anna"}, {"Host": "evil.example"}], ids=str
)
def test_every_answer_tells_the_browser_what_it_may_do(site, unchanged, headers):
    for _, path, answer in site.asked({"Accept": "text/html"} | headers, site.every("GET", "POST")):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy, answer.asked
        assert "unsafe" not in policy, answer.asked
        assert answer.headers["x-content-type-options"] == "nosniff", answer.asked
        assert answer.headers["referrer-policy"] == "same-origin", answer.asked
        assert "no-store" in answer.headers["cache-control"] or path.startswith("/static/"), answer.asked
        assert "access-control-allow-origin" not in answer.headers, answer.asked
        assert "server" not in answer.headers


def test_hostile_names_are_shown_as_text_on_every_page(site, unchanged):
    seen = 0
    for _, _, answer in site.asked(site.cookies["anna"] | {"Accept": "text/html"}, site.every("GET")):
        kind = answer.headers.get("content-type", "")
        if kind.startswith("text/html"):
            text = answer.text
        elif kind.startswith("text/event-stream"):
            text = fragments(answer.text)
        else:
            continue
        seen += "alert(1)" in text
        assert Foreign(text).found == [], answer.asked
    assert seen >= 3
    assert site.told.texts("bug") == []


def test_hostile_paths_are_answered_in_words(changed_site):
    """In every place where the path of a route has a value."""
    headers = changed_site.cookies["anna"] | {"Accept": "text/html", "X-CSRF": CSRF}
    wanted = [(method, path) for method, path in changed_site.routes if "{" in path]
    for value in (HOSTILE, LONG, "../../etc/passwd", "%2e%2e", "-1", "9" * 40):
        values = dict.fromkeys(re.findall(r"{(\w+)", str(wanted)), value)
        for _, _, answer in changed_site.asked(headers, wanted, values=values):
            assert answer.status != 500, answer.asked
            if answer.headers.get("content-type", "").startswith("text/html"):
                assert Foreign(answer.text).found == [], answer.asked
    assert changed_site.told.texts("bug") == []
