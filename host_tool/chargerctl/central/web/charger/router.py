# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The routes of one charger, below /chargers/{serial}."""

from __future__ import annotations

from fastapi import APIRouter

from chargerctl.central.web.charger.actions import add_actions
from chargerctl.central.web.charger.configuration import add_configuration
from chargerctl.central.web.charger.frames import add_frames
from chargerctl.central.web.charger.now import add_now
from chargerctl.central.web.charger.owning import add_owning
from chargerctl.central.web.parts import Parts


def router(parts: Parts) -> APIRouter:
    routes = APIRouter()
    for add in (add_now, add_actions, add_owning, add_configuration, add_frames):
        add(routes, parts)
    return routes
