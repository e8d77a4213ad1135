# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Labels that a charger has a say in. Only what is known becomes one: each value of a label is a time series for good."""

from __future__ import annotations

from chargerctl.central.conversation.ended import RESULT, VIOLATION
from chargerctl.central.messages.schemas import ACTIONS, ERROR_CODES

OTHER = "other"
NONE = "none"
MOST_CHARGERS = 2000
"""That have time series of their own."""

_OUTCOMES = ERROR_CODES | {RESULT, VIOLATION, "Timeout", "NotConnected", "Cancelled", "InvalidAnswer"}


def action(name: str) -> str:
    """An action of OCPP 1.6; "none" where a frame has none."""
    return name if name in ACTIONS else OTHER if name else NONE


def outcome(name: str) -> str:
    """See names.MESSAGES; a charger may make up codes of its own."""
    return name if name in _OUTCOMES else OTHER
