# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The routes of the virtual board's page, and who is refused there."""

import re
import threading
from html import unescape

import pytest
from chargerctl.settings.kinds import HostPort
from chargerctl.simulator.script.lines import LINES
from chargerctl.simulator.web.app import application
from chargerctl.simulator.web.hands import Hands
from chargerctl.simulator.web.mirror import Mirror
from chargerctl.web.hosts import ours
from chargerctl.web.streams import Streams
from starlette.testclient import TestClient

READY = {"t": 0.0, "kind": "board", "id": "x", "parts": ["cable"], "central": "local"}


class Site:
    def __init__(self):
        self.mirror, self.hands, self.told = Mirror(), Hands(), []
        self.given = []
        self.hands.begin(self.give)
        self.take(READY)
        is_ours = ours(HostPort("127.0.0.1", 8081))
        app = application(self.mirror, self.hands, Streams(), is_ours, self.told.append)
        self.client = TestClient(app, base_url="http://127.0.0.1:8081")

    def take(self, event):
        self.mirror.take(event)
        self.hands.take(event)

    def give(self, line):
        self.given.append(line)
        wrong = {"error": "did you mean plug?"} if line == "plog" else {}
        event = {"t": 1.5, "kind": "hand", "line": len(self.given), "text": line, **wrong}
        threading.Thread(target=self.take, args=[event]).start()


@pytest.fixture
def site():
    made = Site()
    yield made
    made.client.close()
    assert made.told == [], "no bug"


def test_the_page_has_the_lines_of_the_language_with_their_help(site):
    page = unescape(site.client.get("/").text)
    for each in LINES:
        if each.act and "FILE" not in each.usage:
            assert f"<code>{each.usage}</code></dt><dd>{each.help}</dd>" in page


def test_every_button_has_a_line_that_the_language_has(site):
    from pathlib import Path

    from chargerctl.simulator.script.language import parse

    page = unescape(site.client.get("/").text)
    lines = re.findall(r'data-(?:line|press|release)="([^"]+)"', page)
    lines += [f"swipe {uid}" for uid in re.findall(r'data-card="([^"]+)"', page)]
    lines += [f"{done} service" for done in ("press", "release") if 'data-hold="service"' in page]
    lines += [
        f"ntp {each}"
        for each in re.findall(r"<option>(\w+)</option>", page.split('id="ntp"')[1].split("</select>")[0])
    ]
    assert len(lines) > 30
    statements = parse("\n".join(lines), "page", Path()).statements
    assert all(each.form.act for each in statements)


@pytest.mark.parametrize(
    ("path", "headers", "status"), [("/nowhere", {}, 404), ("/", {"Host": "evil.example"}, 421)]
)
def test_what_a_person_cannot_have_is_told_on_a_page(site, path, headers, status):
    answer = site.client.get(path, headers={"Accept": "text/html", **headers})
    assert answer.status_code == status
    assert "<h1>" in answer.text
    assert "/static/base/base.css" in answer.text


def test_the_page_has_neither_script_nor_style_in_it_and_says_so(site):
    answer = site.client.get("/")
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?! type=\"module\" src=)", answer.text)
    for path in re.findall(r'(?:src|href)="(/static/[^"]+)"', answer.text):
        assert site.client.get(path).status_code == 200


def test_a_line_acts_and_a_wrong_one_is_answered_with_the_reason(site):
    assert site.client.post("/line", data={"line": "plug"}).json() == {"said": "plug: done"}
    wrong = site.client.post("/line", data={"line": "plog"})
    assert (wrong.status_code, wrong.json()["error"]) == (400, "did you mean plug?")


@pytest.mark.parametrize("form", [{"line": "x" * 5000}, {"line": "plug\nunplug"}])
def test_what_is_no_line_is_refused_before_it_reaches_the_simulation(site, form):
    assert site.client.post("/line", data=form).status_code == 400
    assert site.given == []


def test_more_than_a_form_needs_is_refused(site):
    assert site.client.post("/line", content=b"line=" + b"x" * 300_000).status_code == 413
    assert site.given == []


def test_too_many_lines_at_once_are_refused(site):
    statuses = {site.client.post("/line", data={"line": "plug"}).status_code for _ in range(200)}
    assert statuses == {200, 429}


def test_after_the_end_no_line_acts(site):
    site.hands.end()
    answer = site.client.post("/line", data={"line": "plug"})
    assert answer.status_code == 502
    assert "has ended" in answer.json()["error"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1:8082"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_web_site_can_give_no_line(site, headers):
    assert site.client.post("/line", data={"line": "plug"}, headers=headers).status_code == 403
    assert site.given == []


@pytest.mark.parametrize("path", ["/", "/stream", "/recorded.script"])
def test_a_name_that_somebody_else_points_here_gets_nothing(site, path):
    site.mirror.end(0, "")  # else a stream that is not refused would last
    assert site.client.get(path, headers={"Host": "evil.example:8081"}).status_code == 421


def test_a_line_is_no_get(site):
    assert site.client.get("/line?line=plug").status_code == 405
    assert site.given == []


def test_what_was_played_is_a_file_to_download(site):
    site.client.post("/line", data={"line": "plug"})
    answer = site.client.get("/recorded.script")
    assert answer.headers["content-disposition"] == 'attachment; filename="by-hand.script"'
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.text.splitlines()[-2:] == ["wait 1.5", "plug"]
