# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Templates, always escaped: what comes from chargers, cards and settings is text, and cannot reorder or hide other text."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from chargerctl.visible import visible

HERE = Path(__file__).parent
STATIC = HERE / "static"


def environment(*folders: Path) -> Environment:
    """One that knows base.html, and the templates in these folders; the filters are those of this module."""
    result = Environment(
        loader=FileSystemLoader([*folders, HERE / "templates"]),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    result.filters |= {"moment": moment, "cut": cut, "lines": lines}
    return result


def moment(unix: float | None) -> str:
    """Unix time as the value of <time datetime>, which the page shows in the viewer's zone."""
    return "" if unix is None else datetime.fromtimestamp(unix, UTC).isoformat(timespec="milliseconds")


def cut(text: str, most: int = 60) -> str:
    """At most so many characters: a name of 10 kB does not make a page of it."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def lines(text: str) -> Markup:
    """A text of several lines, for <pre>: its line ends stay, all else that hides is shown."""
    return Markup("\n").join(escape(visible(line)) for line in text.splitlines())


def _shown(value: Any) -> Any:
    """Of every value, before it is escaped: control characters and what changes the direction of text."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
