# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What every page of chargerctl does, in a real browser."""

import asyncio

import pytest
from chargerctl.web.errors import Errors
from chargerctl.web.guard import Guard
from chargerctl.web.headers import SafeHeaders
from chargerctl.web.streams import Streams
from chargerctl.web.templates import STATIC, environment
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from tests.browser import PHONE

PAGE = """{% extends "base.html" %}{% from "kit.html" import when, chip %}
{% block meta %}<meta name="csrf" content="token">{% endblock %}
{% block head %}<script type="module" src="/page.js"></script>{% endblock %}
{% block nav %}<a href="/" aria-current="page">Chargers</a><a href="/sessions">Sessions</a>{% endblock %}
{% block main %}<h1>{{ name }}</h1>
<ul class="tiles">{% for kind in ["good", "busy", "wait", "bad", "faint"] %}
<li class="tile"><div class="row"><h3>{{ name }}</h3>{{ chip(kind, name) }}</div>
<p class="big number">7.20 kW</p><dl class="facts"><dt>Since</dt><dd>{{ when(1795332600.0) }}</dd></dl></li>{% endfor %}</ul>
<section class="sheet"><h2>Sessions</h2>
<table class="stack"><thead><tr><th>Start</th><th>Card</th></tr></thead>
<tbody><tr><td data-label="Start">{{ when(1795332600.0) }}</td><td data-label="Card">{{ name }}</td></tr></tbody></table>
<p class="notice">A notice</p><pre>{{ name }}</pre></section>
<ul id="list"></ul>
<form data-send method="post" action="/act" id="act">
<div class="field"><label for="card">Card</label><input id="card" name="card"></div>
<div class="actions"><button class="primary">Start</button><button class="danger" name="how" value="hard">Reset</button>
<button disabled>Stop</button><button class="plain">More</button></div></form>
<form data-send data-ask="Really?" method="post" action="/act" id="asked"><button>Remove</button></form>
{% endblock %}"""
SCRIPT = """import { live, put } from "/static/base/base.js";
let connections = 0;
live(() => `/stream?${++connections}`, { item: (html) => put(html, document.getElementById("list")) });
document.getElementById("act").addEventListener("sent", (event) => { document.body.dataset.sent = event.detail.card; });"""
HOSTILE = '<img src=x onerror="document.title=`gone`">\u202e' + "long" * 300


class Page:
    def __init__(self):
        self.streams = Streams()
        self.events = asyncio.Queue()
        self.asked = []
        self.connections = []
        self.ends = False


@pytest.fixture
def page(serve, browser):
    page = Page()
    app = FastAPI()
    Errors(lambda event: None, lambda *_: Response(), {}).install(app)

    @app.get("/")
    def home(name: str = "Garage"):
        return HTMLResponse(
            environment().from_string(PAGE).render(name=HOSTILE if name == "hostile" else name)
        )

    @app.get("/page.js")
    def script():
        return Response(SCRIPT, media_type="text/javascript")

    @app.get("/stream")
    async def stream(request: Request):
        page.connections.append(request.url.query)

        async def events():
            number = 0
            while not page.ends:
                number += 1
                yield (
                    "item",
                    f'<li id="item"><button>{number}</button> <time datetime="2026-11-22T07:30:00Z">x</time></li>',
                )
                await asyncio.sleep(0.2)
            page.ends = False

        return page.streams.response(events())

    @app.post("/act")
    async def act(request: Request):
        values = dict(await request.form())
        page.asked.append((values, request.headers.get("x-csrf")))
        if values.get("card") == "bad":
            return JSONResponse({"error": "this card is \u202e wrong"}, 400)
        return {"said": f"Done: {values}", **values}

    app.mount("/static/base", StaticFiles(directory=STATIC))
    served = serve(SafeHeaders(Guard(app, lambda host: True)), on_closing=page.streams.close)
    page.url, page.server = served.url, served.server
    browser.zone("Europe/Berlin")
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_keeps_people_out(browser, page, scheme):
    browser.scheme(scheme)
    browser.open(page.url)
    assert browser.barriers() == []
    assert browser.complaints() == []


def test_a_hostile_name_is_text_and_the_page_stays_as_wide_as_a_phone(browser, page):
    browser.size(*PHONE)
    browser.open(f"{page.url}/?name=hostile")
    assert browser.overflow() <= 0
    assert r"\u202e" in browser.text("h1")
    assert browser.run("return document.title") != "gone"
    assert browser.complaints() == []


def test_times_are_those_of_the_viewer(browser, page):
    browser.open(page.url)
    browser.shows("8:30", "time")
    assert browser.driver.get_cookie("zone")["value"] == "Europe/Berlin"


def test_a_form_is_answered_in_place(browser, page):
    browser.open(page.url)
    browser.fill("#card", "04A1")
    browser.click("#act .primary")
    browser.shows("Done: {'card': '04A1'}", "#say")
    browser.until(lambda: browser.run("return document.body.dataset.sent") == "04A1")
    browser.fill("#card", "bad")
    browser.click("#act .danger")
    browser.shows("this card is", "#say.bad")
    assert page.asked == [({"card": "04A1"}, "token"), ({"card": "bad", "how": "hard"}, "token")]


def test_what_cannot_be_undone_is_asked_first_and_by_keyboard(browser, page):
    browser.open(page.url)
    browser.click("#asked button")
    browser.shows("Really?", "#ask")
    browser.press("\ue00c")  # Escape
    browser.until(lambda: not browser.run("return document.getElementById('ask').open"))
    assert page.asked == []
    browser.click("#asked button")
    browser.shows("Remove", "#ask [value=yes]")
    browser.press("\ue004", "\ue007")  # Tab, Enter
    browser.until(lambda: page.asked)


def test_what_is_live_is_replaced_in_place_and_keeps_the_focus(browser, page):
    browser.open(page.url)
    first = int(browser.text("#item button"))
    browser.find("#item button")
    browser.run("document.querySelector('#item button').focus()")
    browser.until(lambda: int(browser.text("#item button")) > first + 2)
    assert browser.run("return document.activeElement === document.querySelector('#item button')")
    assert len(browser.all("#item")) == 1
    browser.shows("8:30", "#item time")
    assert browser.run("return document.body.dataset.live") == "yes"


def test_each_connection_says_what_the_page_has_by_then(browser, page):
    browser.open(page.url)
    browser.find("#item")
    page.ends = True
    browser.until(lambda: len(page.connections) == 2, "a second connection after the stream ended")
    browser.run("dispatchEvent(new Event('pagehide')); dispatchEvent(new Event('pageshow'))")
    browser.until(lambda: len(page.connections) == 3, "a third one, of a page that is shown again")
    assert page.connections == ["1", "2", "3"]


def test_a_lost_connection_is_shown_until_it_is_back(browser, page):
    browser.open(page.url)
    browser.find("#item")
    page.server.close()
    browser.shows("Connection lost", "#lost")
    assert "Load the page again" in browser.text("#lost")
    browser.fill("#card", "x")
    browser.click("#act .primary")
    browser.shows("The server does not answer. Is chargerctl running?", "#say.bad")


def test_that_there_are_too_many_live_pages_is_told(browser, page):
    page.streams = Streams(most=0)
    browser.open(page.url)
    browser.shows("This page is not live: too many live pages are open", "#lost")
    page.streams = Streams()
    browser.find("#item")
    browser.until(lambda: browser.run("return document.getElementById('lost').hidden"))


@pytest.mark.parametrize("keys", ["\ue00c", "\ue004\ue007"], ids=["Escape", "its button"])
def test_what_is_wrong_stays_until_it_is_closed_by_keyboard(browser, page, keys):
    browser.open(page.url)
    browser.fill("#card", "bad")
    browser.click("#act .danger")
    browser.shows("this card is", "#say.bad")
    assert browser.barriers() == []
    # The button is the last thing of the page.
    browser.run("document.querySelector('#asked button').focus()")
    browser.press(*keys)
    browser.until(lambda: browser.run("return document.querySelector('#say p').textContent") == "")
    assert not browser.all("#say.bad")


def test_everything_is_reached_by_the_tab_key(browser, page):
    browser.open(page.url)
    browser.find("#item")
    reached = browser.reached_by_tab()
    assert reached[0].startswith('<a class="skip"')
    for part in ('href="/sessions"', 'id="card"', ">Start</button>", 'class="danger"', ">Remove</button>"):
        assert any(part in each for each in reached), part
