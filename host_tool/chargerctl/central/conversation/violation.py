# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a charger did that OCPP 1.6 does not allow."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

# This much is kept of what a hostile charger can cause without end.
KEPT = 64
KEPT_CHARACTERS = 4096


@dataclass(frozen=True)
class Violation:
    """The schema's reason, and the frame; of both the beginning. where: the action and the code of the CALLERROR, "" where
    there is none."""

    reason: str
    frame: str
    where: str = ""


class Violations:
    """The last of them are `kept`; `tell` hears of each at once."""

    def __init__(self, tell: Callable[[Violation], object]) -> None:
        self.kept: deque[Violation] = deque(maxlen=KEPT)
        self._tell = tell

    def note(self, reason: str, frame: str | bytes, where: str = "") -> None:
        beginning = frame[:KEPT_CHARACTERS]
        text = beginning.decode("utf-8", "replace") if isinstance(beginning, bytes) else beginning
        violation = Violation(reason[:KEPT_CHARACTERS], text, where[:KEPT_CHARACTERS])
        self.kept.append(violation)
        self._tell(violation)
