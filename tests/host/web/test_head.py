# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""HEAD is answered as GET is, without content, and in time."""

import httpx2 as httpx
import pytest
from chargerctl.web.head import Head
from chargerctl.web.streams import Streams
from fastapi import FastAPI

BOUND_S = 60


@pytest.fixture
def url(serve):
    streams = Streams()
    app = FastAPI()

    @app.get("/page")
    def page():
        return {"said": "hello"}

    @app.get("/stream")
    async def stream():
        async def events():
            while True:
                yield "tick", 1

        return streams.response(events())

    @app.post("/change")
    def change():
        raise AssertionError

    return serve(Head(app), on_closing=streams.close).url


def test_it_has_the_headers_of_get_and_no_content(url):
    asked, got = httpx.head(f"{url}/page", timeout=BOUND_S), httpx.get(f"{url}/page", timeout=BOUND_S)
    assert (asked.status_code, asked.content) == (200, b"")
    assert asked.headers["content-length"] == str(len(got.content))
    assert asked.headers["content-type"] == got.headers["content-type"]


def test_of_a_stream_it_ends(url):
    asked = httpx.head(f"{url}/stream", timeout=BOUND_S)
    assert asked.status_code == 200
    assert asked.headers["content-type"].startswith("text/event-stream")


def test_what_is_not_read_stays_what_it_is(url):
    assert httpx.head(f"{url}/change", timeout=BOUND_S).status_code == 405
    assert httpx.head(f"{url}/nowhere", timeout=BOUND_S).status_code == 404
