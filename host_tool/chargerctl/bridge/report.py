# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the bridge reports, without flooding whoever reads it: the same of the same charger once a minute."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from chargerctl.events.event import Event, Tell

_AGAIN_S = 60.0
_REMEMBERED = 4096
# Of these the texts differ in a length or a name.
_ALIKE = ("dropped", "foreign", "flood")


class Sparing:
    """Hands on to `tell`. What came again within a minute is counted, and the next one of its kind says how often."""

    def __init__(self, tell: Tell, clock: Callable[[], float] = time.monotonic) -> None:
        self._tell = tell
        self._clock = clock
        # (serial, what, reason) -> (the text, since when, how many were left out)
        self._told: dict[tuple[str, str, object], tuple[str, float, int]] = {}

    def __call__(self, event: Event) -> None:
        now = self._clock()
        kind = event.serial, event.what, event.details.get("reason")
        text, since, left_out = self._told.get(kind, ("", 0.0, 0))
        alike = text == event.text or event.what in _ALIKE
        if text and alike and now - since < _AGAIN_S:
            self._told[kind] = text, since, left_out + 1
            return
        self._told.pop(kind, None)
        if event.what == "open":
            # What went wrong before is news when it happens again.
            self._told = {
                each: told for each, told in self._told.items() if each[:2] != (event.serial, "refused")
            }
        else:
            self._told[kind] = event.text, now, 0
            if len(self._told) > _REMEMBERED:
                del self._told[next(iter(self._told))]
        if left_out:
            event = replace(event, text=f"{event.text} ({left_out} more like this before)")
        self._tell(event)
