# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Several who watch the same chargers."""

from __future__ import annotations

from chargerctl.fleet.charger.charger import Charger, Heard


class Several:
    """Passes on to each, in this order."""

    def __init__(self, *heards: Heard) -> None:
        self._heards = heards

    def frame(self, charger: Charger, out: bool, text: str) -> None:
        for each in self._heards:
            each.frame(charger, out, text)

    def log(self, charger: Charger, tag: str, text: str) -> None:
        for each in self._heards:
            each.log(charger, tag, text)

    def changed(self, charger: Charger, part: str) -> None:
        for each in self._heards:
            each.changed(charger, part)

    def late(self, charger: Charger, us: int) -> None:
        for each in self._heards:
            each.late(charger, us)
