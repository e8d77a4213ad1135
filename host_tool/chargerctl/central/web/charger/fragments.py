# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The parts of a charger's pages that are drawn anew while a page is open, as HTML, for one viewer: some may change things,
some may look."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from markupsafe import Markup
from sqlalchemy import Connection

from chargerctl.central.desk.link import named
from chargerctl.central.web.charger.frame import Frame
from chargerctl.central.web.charger.keys import Key, Keys
from chargerctl.central.web.charger.snapshot import View, view
from chargerctl.central.web.chargers.drawing import drawing_of
from chargerctl.central.web.chargers.tile import let_in, problem
from chargerctl.central.web.pages import Pages
from chargerctl.central.web.status_words import words_of

_PARTS = ("state", "connectors", "facts", "calls", "complaints")
_PARTS_TO_CHANGE = ("stop", "access")


class Fragments:
    def __init__(self, pages: Pages, may_change: bool) -> None:
        self._pages = pages
        self._may_change = may_change

    def now(self, connection: Connection, serial: str, now: float) -> Mapping[str, Markup]:
        """Those of the first page, by their names. InputError where the books have no such charger."""
        return self.of(view(connection, serial, now))

    def of(self, view: View) -> Mapping[str, Markup]:
        names = (*_PARTS, *_PARTS_TO_CHANGE) if self._may_change else _PARTS
        values = {
            "view": view,
            "here": f"/chargers/{quote(view.charger.serial)}",
            "drawing": drawing_of(view.state.word, view.state.status),
            "words_of": words_of,
            "problem": problem(view.state),
            "let_in": let_in(view.state),
            "transport": named(view.state.transport),
        }
        return {name: self._text(f"charger/{name}.html", **values) for name in names}

    def key(self, serial: str, key: Key) -> Markup:
        here = f"/chargers/{quote(serial)}"
        return self._text("charger/key_alone.html", key=key, here=here, may_change=self._may_change)

    def told(self, keys: Keys) -> Markup:
        return self._text("charger/told.html", keys=keys)

    def frames(self, frames: Sequence[Frame]) -> Markup:
        """ "" for none."""
        return self._text("charger/new_frames.html", frames=frames) if frames else Markup()

    def _text(self, template: str, **values: object) -> Markup:
        """Templates escape what is in them."""
        return Markup(self._pages.text(template, **values))


def digest(html: str) -> str:
    """The same for the same HTML only."""
    return hashlib.blake2b(html.encode("utf-8", "replace"), digest_size=8).hexdigest()
