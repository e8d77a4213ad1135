# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The lines of the script language, by topic: each is a function with its form and its help."""

from __future__ import annotations

from chargerctl.simulator.script.line import Line
from chargerctl.simulator.script.lines import central, charger, expect, network

LINES: tuple[Line, ...] = tuple(
    each
    for topic in (charger, network, central, expect)
    for each in vars(topic).values()
    if isinstance(each, Line)
)
