# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Hears all chargers of a process, and adds up."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from chargerctl.fleet.charger.charger import Charger
from chargerctl.fleet.measuring.series import Series
from chargerctl.fleet.measuring.tally import Tally, count_kind
from chargerctl.fleet.measuring.watched import OFF, Watched

# Whose lines say why there is no connection, and what they end in.
_LINKS = ("mqtt", "ocppj")
_AGAIN = ", next try in"

OnCall = Callable[[Charger, str], object]
"""on_call(charger, action): the central system calls a charger."""


class Measuring:
    """A Heard (charger.py). tally: the sums so far; series: how they came about."""

    def __init__(
        self,
        now_us: Callable[[], int],
        series: Series,
        on_call: OnCall,
        trouble: Callable[[str], str] = str,
    ) -> None:
        """now_us: the time at which a frame really passes: in real time the wall's, on the scale of the clock.
        trouble(text): what is counted, of what a charger logs about its connection."""
        self.tally = Tally()
        self.series = series
        self._now_us = now_us
        self._on_call = on_call
        self._trouble = trouble
        self._watched: dict[str, Watched] = {}

    def add(self, charger: Charger) -> None:
        """Before it is switched on."""
        self._watched[charger.serial] = Watched(self.tally, self._answered)
        self.tally.states[OFF] += 1

    def close(self, chargers: Iterable[Charger]) -> None:
        """The end: what the central system has not confirmed, and calls that it had time to answer."""
        for each in chargers:
            self.tally.counts["lost"] += each.unconfirmed
            self._watched[each.serial].give_up(self._now_us(), each.message_timeout_s * 1_000_000)

    # Heard.

    def frame(self, charger: Charger, out: bool, text: str) -> None:
        watched = self._watched[charger.serial]
        before, now_us = watched.state, self._now_us()
        self.tally.counts["frames_out" if out else "frames_in"] += 1
        action = watched.sent(text, now_us) if out else watched.received(text, now_us)
        self.series.frame(now_us, out)
        self._moved(before, watched.state)
        if action and not out:
            self._on_call(charger, action)

    def log(self, charger: Charger, tag: str, text: str) -> None:
        what, again, _when = text.partition(_AGAIN)
        if again and tag in _LINKS:
            count_kind(self.tally.troubles, self._trouble(what))

    def changed(self, charger: Charger, part: str) -> None:
        if part not in ("link", "power", "reset", "program"):
            return
        watched = self._watched[charger.serial]
        before, counts = watched.state, self.tally.counts
        watched.powered = charger.powered
        if part in ("reset", "program"):
            watched.runs = part == "program"
        if watched.connected and not charger.connected:
            watched.cut()
        elif charger.connected and not watched.connected:
            counts["reconnects" if watched.was_connected else "connects"] += 1
            watched.was_connected = True
        watched.connected = charger.connected
        self._moved(before, watched.state)

    def late(self, charger: Charger, us: int) -> None:
        self.tally.late.add(us)

    def _answered(self, us: int) -> None:
        self.series.answer(self._now_us(), us)

    def _moved(self, before: str, after: str) -> None:
        if before != after:
            states = self.tally.states
            states[after] += 1
            states[before] -= 1
            if not states[before]:
                del states[before]
