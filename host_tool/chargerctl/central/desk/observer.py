# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Who is told what the desk has done, to count it. Once for each unit of work, so that counting costs next to nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from chargerctl.central.conversation.ended import Ended


class Done(NamedTuple):
    """A unit of work that the books have kept, after its frames were sent. All times in seconds.

    frames: how many had arrived; took_s: from its beginning until the books had kept it; answered_s: of each frame that was
    answered, from its arrival until its answer was on its way; ended: the calls that ended in it, those of ours each with
    the seconds from its sending to its end (sent_at is that time here).
    """

    frames: int
    took_s: float
    answered_s: Sequence[float]
    ended: Sequence[tuple[Ended, float | None]]


class Observer(Protocol):
    """Nothing here waits, or fails."""

    def done(self, unit: Done) -> None:
        """The books have kept a unit of work."""

    def failed(self, why: str) -> None:
        """Nothing was kept of one: "books" (they could not be written), or "bug"."""

    def dropped(self, why: str, frames: int) -> None:
        """Frames were lost before they were handled: "rate" (one charger sent too many), "room" (too much waits), "size"
        (one is too large), "age" (the books could not be written for too long), "books" (they refuse this one), or "bug"."""


class Nobody:
    """Counts nothing."""

    def done(self, unit: Done) -> None:
        pass

    def failed(self, why: str) -> None:
        pass

    def dropped(self, why: str, frames: int) -> None:
        pass
