# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The time zone of a viewer, for days and months: base.js puts its name into a cookie."""

from __future__ import annotations

import re
from datetime import tzinfo
from zoneinfo import ZoneInfo

from starlette.requests import HTTPConnection

_NAME = re.compile(r"[A-Za-z0-9_+-]{1,32}(/[A-Za-z0-9_+-]{1,32}){0,2}")
_UTC = ZoneInfo("UTC")


def zone_of(connection: HTTPConnection) -> tzinfo:
    """UTC at the first visit, and where the name says nothing to this computer."""
    name = connection.cookies.get("zone", "")
    if not _NAME.fullmatch(name):
        return _UTC
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # no such zone; a folder of zones; a file that is none
        return _UTC
