# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""How a call ended, of a charger or of ours: for whoever counts them."""

from __future__ import annotations

from typing import NamedTuple

RESULT = "result"
"""It was answered with a CALLRESULT."""
VIOLATION = "violation"
"""A frame that is no call, and answers none."""


class Ended(NamedTuple):
    """ours: the central system called. action: whatever stood there, of any length; "" where there is none. outcome: RESULT,
    the code of a CALLERROR (of any length in one of the charger), VIOLATION, or the error of an Outcome. sent_at: when a
    call of ours was sent, by the clock that never jumps; None: it was not."""

    ours: bool
    action: str
    outcome: str
    sent_at: float | None = None
