# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The report as one page that needs no other file: for whoever gets it by mail."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup

from chargerctl import __version__
from chargerctl.fleet.report import words
from chargerctl.fleet.report.charts import HEIGHT, WIDTH, charts
from chargerctl.web.templates import STATIC, environment

_TEMPLATES = Path(__file__).parent / "templates"


def page(summary: Mapping[str, Any]) -> str:
    """HTML. What comes from outside is escaped: names of actions, error codes, of scripts, of hosts."""
    style = (STATIC / "base.css").read_text(encoding="utf-8")
    return (
        environment(_TEMPLATES)
        .get_template("fleet_report.html")
        .render(
            version=__version__,
            report=summary,
            charts=charts(summary),
            width=WIDTH,
            height=HEIGHT,
            # Ours, and CSS has no entities.
            style=Markup(style),
            words=words,
        )
    )
