# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a charger did that OCPP 1.6 does not allow."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from chargerctl.central.books.masking import masked

# This much is kept of what a hostile charger can cause without end.
KEPT = 64
KEPT_CHARACTERS = 4096


@dataclass(frozen=True)
class Violation:
    """The schema's reason, and the frame; of both the beginning, without secrets. where: the action and the code of the
    CALLERROR, "" where there is none."""

    reason: str
    frame: str
    where: str = ""


class Violations:
    """The last of them are `kept`; `tell` hears of each at once."""

    def __init__(self, tell: Callable[[Violation], object]) -> None:
        self.kept: deque[Violation] = deque(maxlen=KEPT)
        self._tell = tell

    def note(self, reason: str, frame: str | bytes, where: str = "") -> None:
        text = frame.decode("utf-8", "replace") if isinstance(frame, bytes) else frame
        # The whole frame is masked before it is cut: in a part of it a secret is not known as one.
        violation = Violation(masked(reason)[:KEPT_CHARACTERS], masked(text)[:KEPT_CHARACTERS], masked(where))
        self.kept.append(violation)
        self._tell(violation)
