# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Somebody who is past the gate and visits some pages of the central system, over real books whose time stands still."""

from __future__ import annotations

import html
import re

from chargerctl.central.books.interface import BooksError
from chargerctl.central.settings import CentralSettings
from chargerctl.central.web.pages import Pages
from chargerctl.central.web.parts import Parts
from chargerctl.central.web.viewer import Viewer
from chargerctl.web.errors import Errors
from fastapi import FastAPI
from starlette.testclient import TestClient

from tests.host.central.books.charger import NOW


class Nothing:
    """A Watch of chargers of which nothing changes."""

    def subscribe(self, on_change):
        return lambda: None


def parts_of(books) -> Parts:
    return Parts(books, Nothing(), Pages(), CentralSettings(), now=lambda: NOW)


class Visitor:
    """Of the pages of this router: to make the whole application takes half a second. may_change: or only reads."""

    def __init__(self, books, router, *, zone="Europe/Berlin", may_change=True):
        parts = parts_of(books)
        routes = FastAPI()
        Errors(parts.tell, parts.pages.error, {BooksError: 503}).install(routes)
        routes.include_router(router(parts))

        async def app(scope, receive, send):
            scope["viewer"] = Viewer("eve", may_change, "")
            await routes(scope, receive, send)

        self._client = TestClient(app, "http://localhost", raise_server_exceptions=False)
        self._client.cookies.set("zone", zone)

    def get(self, path, **params):
        return self._client.get(path, params=params or None, headers={"Accept": "text/html"})

    def page(self, path, **params) -> str:
        """Its HTML. AssertionError where it is none."""
        answer = self.get(path, **params)
        assert answer.status_code == 200, answer.text
        return answer.text

    def text(self, path, **params) -> str:
        """What a person reads on it, between single blanks."""
        main = re.search(r"<main.*</main>", self.page(path, **params), re.DOTALL)
        return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", main[0])).split())

    def post(self, path, values):
        """values: of the form; a list for more than one."""
        return self._client.post(path, data=values)
