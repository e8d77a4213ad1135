# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the central system does with chargers and cards that are not in its books."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Policy(StrEnum):
    """REFUSE them; ACCEPT them as they come; or LEARN: accept them, and enter them as known."""

    REFUSE = "refuse"
    ACCEPT = "accept"
    LEARN = "learn"


@dataclass(frozen=True)
class Policies:
    """For unknown chargers, and for unknown cards at chargers that are let in."""

    chargers: Policy = Policy.REFUSE
    cards: Policy = Policy.REFUSE
