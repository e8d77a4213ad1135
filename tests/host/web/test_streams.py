# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Live streams: a slow viewer is caught up, and nothing lasts longer than viewer and server."""

import asyncio
import json
import threading
from contextlib import ExitStack

import httpx2 as httpx
import pytest
from chargerctl.errors import ChargerctlError
from chargerctl.web import server
from chargerctl.web import streams as module
from chargerctl.web.errors import Errors
from chargerctl.web.streams import Streams, latest
from fastapi import FastAPI
from starlette.responses import PlainTextResponse

from tests.until import until

BOUND_S = 60


class Source:
    """Something that is watched."""

    def __init__(self):
        self.puts = []

    def subscribe(self, put):
        self.puts.append(put)
        return lambda: self.puts.remove(put)


@pytest.fixture
def source():
    return Source()


@pytest.fixture
def streams():
    return Streams(most=2)


@pytest.fixture
def served(serve, streams, source):
    app = FastAPI()
    told = []

    @app.get("/stream")
    def stream():
        return streams.response(latest(source.subscribe, dict.items))

    @app.get("/few")
    def few():
        async def events():
            yield "one", {"line": "a\nb\u2028\ud800"}

        return streams.response(events())

    @app.get("/wrong/{what}")
    def wrong(what: str):
        async def events():
            yield "one", 1
            raise {"books": ChargerctlError("gone"), "bug": KeyError("bug")}[what]

        return streams.response(events())

    errors = Errors(told.append, lambda *_: PlainTextResponse(""), {})
    errors.install(app)
    result = serve(errors.around(app), on_closing=streams.close)
    result.told = told
    return result


def events(lines):
    """(name, data) of each event that arrives."""
    name = ""
    for line in lines:
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        if line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


def test_what_changes_arrives(served, source):
    with httpx.stream("GET", f"{served.url}/stream", timeout=BOUND_S) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert "content-length" not in answer.headers
        arrived = events(answer.iter_lines())
        until(lambda: source.puts)
        for number in range(3):
            source.puts[0]({"a": number})
            assert next(arrived) == ("a", number)
    until(lambda: not source.puts)  # who has gone is not told any more


def test_any_text_is_one_event(served):
    answer = httpx.get(f"{served.url}/few", timeout=BOUND_S)
    assert list(events(answer.text.splitlines())) == [("one", {"line": "a\nb\u2028\ud800"})]


def test_a_slow_viewer_gets_the_latest_of_each_thing():
    async def play():
        source = Source()
        stream = latest(source.subscribe, lambda new: [("new", dict(new))])
        waiting = asyncio.ensure_future(anext(stream))
        while not source.puts:
            await asyncio.sleep(0)
        for number in range(10_000):
            source.puts[0]({"a": number})
        source.puts[0]({"b": 1})
        first = await waiting
        await stream.aclose()
        return first, source.puts

    assert asyncio.run(play()) == (("new", {"a": 9_999, "b": 1}), [])


def test_a_viewer_that_does_not_read_holds_up_nobody(served, source):
    with (
        httpx.stream("GET", f"{served.url}/stream", timeout=BOUND_S),
        httpx.stream("GET", f"{served.url}/stream", timeout=BOUND_S) as other,
    ):
        arrived = events(other.iter_lines())
        until(lambda: len(source.puts) == 2)
        for number in range(300):
            for put in list(source.puts):
                put({"a": [number, "x" * 100_000]})
        data = None
        while data != 299:
            data = next(arrived)[1][0]


def test_too_many_are_refused_in_words_until_some_end(served, source):
    with httpx.stream("GET", f"{served.url}/stream", timeout=BOUND_S):
        with httpx.stream("GET", f"{served.url}/stream", timeout=BOUND_S):
            until(lambda: len(source.puts) == 2)
            answer = httpx.get(f"{served.url}/stream", timeout=BOUND_S)
            assert (answer.status_code, "too many" in answer.json()["error"]) == (503, True)
        until(lambda: len(source.puts) == 1)
        with httpx.stream("GET", f"{served.url}/stream", timeout=BOUND_S) as answer:
            assert answer.status_code == 200


def test_as_many_as_come_at_once_are_counted(serve):
    streams = Streams(most=3)
    app = FastAPI()
    ready = threading.Event()

    @app.get("/stream")
    async def stream():
        async def events():
            while True:
                await asyncio.sleep(0.01)
                if ready.is_set():
                    return
                yield "tick", 1

        found = streams.response(events())
        await asyncio.sleep(0.2)  # in which the others ask
        return found

    Errors(lambda event: None, lambda *_: PlainTextResponse(""), {}).install(app)
    url = f"{serve(app, on_closing=streams.close).url}/stream"

    async def play():
        async with httpx.AsyncClient(timeout=BOUND_S) as client:

            async def ask():
                async with client.stream("GET", url) as answer:
                    statuses.append(answer.status_code)
                    await answer.aread()

            statuses = []
            asked = [asyncio.ensure_future(ask()) for _ in range(8)]
            while len(statuses) < 8:
                await asyncio.sleep(0.01)
            ready.set()
            await asyncio.gather(*asked)
            return sorted(statuses)

    assert asyncio.run(asyncio.wait_for(play(), BOUND_S)) == [200] * 3 + [503] * 5


def test_one_viewer_keeps_nobody_else_from_live_pages(serve):
    def whose(scope):
        return dict(scope["headers"]).get(b"who")

    streams, source = Streams(most=8, whose=whose), Source()
    app = FastAPI()

    @app.get("/stream")
    def stream():
        return streams.response(latest(source.subscribe, dict.items))

    Errors(lambda event: None, lambda *_: PlainTextResponse(""), {}).install(app)
    url = f"{serve(app, on_closing=streams.close).url}/stream"
    with ExitStack() as opened:

        def ask(who):
            answer = opened.enter_context(httpx.stream("GET", url, headers={"Who": who}, timeout=BOUND_S))
            if answer.status_code == 200:
                return 200
            return json.loads(answer.read())["error"]

        assert [ask("anna") for _ in range(3)] == [
            200,
            200,
            "2 live pages of this account are open: close some",
        ]
        assert ask("ben") == 200


def test_the_server_ends_although_streams_are_open(served, source, monkeypatch):
    with httpx.stream("GET", f"{served.url}/stream", timeout=BOUND_S) as answer:
        until(lambda: source.puts)
        closing = threading.Thread(target=served.server.close)
        closing.start()
        assert list(events(answer.iter_lines())) == []  # a proper end
        closing.join(BOUND_S)
        assert not closing.is_alive()
    assert (source.puts, served.events, served.server.failure) == ([], [], None)


def test_the_server_ends_although_events_never_do(serve, monkeypatch):
    """All of a stream is cancelled, while it sends."""
    monkeypatch.setattr(server, "_CLOSING_S", 0.05)
    streams, app = Streams(), FastAPI()

    @app.get("/stream")
    async def stream():
        async def events():
            while True:
                yield "one", 1
                await asyncio.sleep(0.0005)

        return streams.response(events())

    served = serve(app)
    with ExitStack() as opened:
        for _ in range(6):
            viewer = httpx.stream("GET", f"{served.url}/stream", timeout=BOUND_S)
            assert opened.enter_context(viewer).status_code == 200
        closing = threading.Thread(target=served.server.close, daemon=True)
        closing.start()
        closing.join(BOUND_S)
        assert not closing.is_alive()


def test_it_ends_after_its_time_and_is_kept_alive_until_then(served, monkeypatch):
    monkeypatch.setattr(module, "_LONGEST_S", 0.5)
    monkeypatch.setattr(module, "_KEEPALIVE_S", 0.05)
    answer = httpx.get(f"{served.url}/stream", timeout=BOUND_S)
    assert ": ping" in answer.text
    assert "retry: " in answer.text


@pytest.mark.parametrize(("what", "told"), [("books", []), ("bug", ["bug"])])
def test_an_error_ends_it(served, what, told):
    try:
        text = httpx.get(f"{served.url}/wrong/{what}", timeout=BOUND_S).text
        assert list(events(text.splitlines())) == [("one", 1)]
    except httpx.RemoteProtocolError:  # it breaks off
        assert told
    until(lambda: [event.what for event in served.told] == told)
