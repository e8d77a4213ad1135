# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Somebody who visits the pages of the central system, over real books whose time stands still."""

from __future__ import annotations

import html
import re

from chargerctl.central.settings import CentralSettings
from chargerctl.central.web.app import application
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
    """Sees the pages in a zone; may change things, or only read."""

    def __init__(self, books, router, *, zone="Europe/Berlin", reads_only=False):
        parts = parts_of(books)
        app = application(parts, lambda host: True)
        if reads_only:
            routes = FastAPI()
            Errors(parts.tell, parts.pages.error, {}).install(routes)
            routes.include_router(router(parts))

            async def app(scope, receive, send):
                scope["viewer"] = Viewer("eve", False, "")
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
        csrf = re.search('<meta name="csrf" content="([^"]*)">', self.page("/cards"))
        return self._client.post(path, data=values, headers={"X-CSRF": csrf[1]})
