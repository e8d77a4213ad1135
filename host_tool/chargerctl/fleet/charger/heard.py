# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Several who watch the same chargers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NoReturn

from chargerctl.fleet.charger.charger import Charger, Heard


class Several:
    """Passes on to each, in this order. What one of them raises is raised on the charger's clock: the firmware, which calls
    this, would take it for a fault of its own, and go on."""

    def __init__(self, *heards: Heard) -> None:
        self._heards = heards

    def frame(self, charger: Charger, out: bool, text: str) -> None:
        self._tell(charger, lambda heard: heard.frame(charger, out, text))

    def log(self, charger: Charger, tag: str, text: str) -> None:
        self._tell(charger, lambda heard: heard.log(charger, tag, text))

    def changed(self, charger: Charger, part: str) -> None:
        self._tell(charger, lambda heard: heard.changed(charger, part))

    def late(self, charger: Charger, us: int) -> None:
        self._tell(charger, lambda heard: heard.late(charger, us))

    def _tell(self, charger: Charger, tell: Callable[[Heard], object]) -> None:
        try:
            for each in self._heards:
                tell(each)
        except Exception as error:  # noqa: BLE001 - see above
            charger.clock.post(partial(_raise, error))


def _raise(error: Exception) -> NoReturn:
    raise error
