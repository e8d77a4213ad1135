# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Templates, always escaped: what comes from chargers, cards and settings is text."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

HERE = Path(__file__).parent
STATIC = HERE / "static"


def environment(*folders: Path) -> Environment:
    """One that knows base.html, and the templates in these folders; the filters are those of this module."""
    result = Environment(
        loader=FileSystemLoader([*folders, HERE / "templates"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    result.filters |= {"moment": moment}
    return result


def moment(unix: float | None) -> str:
    """Unix time as the value of <time datetime>, which the page shows in the viewer's zone."""
    return "" if unix is None else datetime.fromtimestamp(unix, UTC).isoformat(timespec="milliseconds")


Context = dict[str, Any]
