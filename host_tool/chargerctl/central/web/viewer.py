# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Who looks at the page, and may do what."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import HTTPConnection


@dataclass(frozen=True)
class Viewer:
    """name: of the account; "" for a person at this computer where there are no accounts. may_change: not read-only. csrf:
    what every form and every request of the page that changes something must bring along."""

    name: str
    may_change: bool
    csrf: str


def viewer_of(connection: HTTPConnection) -> Viewer:
    """Set by the gate, before any route is reached."""
    viewer: Viewer = connection.scope["viewer"]
    return viewer
