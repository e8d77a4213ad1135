# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What happens at the central system, for its log: a line for a person, and the same for programs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Event:
    """what: a word for programs, such as "boot"; text: a sentence for a person; serial: of the charger, or ""."""

    what: str
    text: str
    serial: str = ""
    details: Mapping[str, object] = field(default_factory=dict)


Tell = Callable[[Event], object]
