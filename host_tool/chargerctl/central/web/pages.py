# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Renders the templates of the page, with what each of them needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse

from chargerctl.central.web.viewer import viewer_of
from chargerctl.web.templates import environment

HERE = Path(__file__).parent


class Pages:
    """Templates are in templates/ of this folder, a folder for each page."""

    def __init__(self) -> None:
        self._environment = environment(HERE / "templates")

    def page(self, request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """A whole page; every template gets `viewer` (Viewer) and `path`, for the menu."""
        return HTMLResponse(
            self.text(template, viewer=viewer_of(request), path=request.url.path, **values), status
        )

    def error(self, request: Request, status: int, title: str, sentence: str) -> HTMLResponse:
        """What went wrong, in words; without a menu where the gate has not said who looks."""
        viewer = request.scope.get("viewer")
        layout = "base.html" if viewer is None else "central.html"
        values = {"layout": layout, "viewer": viewer, "path": "", "title": title, "sentence": sentence}
        return HTMLResponse(self.text("error.html", **values), status)

    def text(self, template: str, **values: Any) -> str:
        """A part of a page, as HTML."""
        return self._environment.get_template(template).render(**values)
