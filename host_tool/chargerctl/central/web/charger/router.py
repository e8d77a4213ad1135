# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The routes of one charger, below /chargers/{serial}."""

from __future__ import annotations

from fastapi import APIRouter

from chargerctl.central.web.charger import actions, admission, configuration, frames, overview
from chargerctl.central.web.parts import Parts


def router(parts: Parts) -> APIRouter:
    routes = APIRouter()
    for each in (overview, actions, admission, configuration, frames):
        each.add_to(routes, parts)
    return routes
