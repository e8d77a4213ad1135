# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""How a central system behaves in what it does not ask its books: the simulated one, and one for real chargers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chargerctl.central.books.interface import Payload
from chargerctl.central.messages.defaults import PLAIN_ANSWERS


@dataclass(frozen=True)
class Manner:
    """The defaults are those of a simulated central system, which answers whatever can be answered."""

    answers: Mapping[str, Payload] = field(default_factory=lambda: PLAIN_ANSWERS)
    """Answers that do not depend on the call."""

    refuses_strangers: bool = False
    """Whether a charger gets SecurityError for each call but BootNotification until that is accepted (OCPP-J errata 3.8)."""

    first_calls: bool = False
    """Whether it asks a charger that it has accepted for its configuration, and whatever else is in first_calls.py."""

    profile: Mapping[str, str] = field(default_factory=dict)
    """Configuration keys that it sets then, if the charger has other values."""

    remembered: int = 512
    """How many calls of a charger it knows again by their ids."""


SIMULATED = Manner()


def of_a_service(profile: Mapping[str, str]) -> Manner:
    """For real chargers. Their vendors' data transfers are unknown to it (OCPP 1.6, 4.3), and nobody signs certificates."""
    answers = PLAIN_ANSWERS | {
        "DataTransfer": {"status": "UnknownVendorId"},
        "SignCertificate": {"status": "Rejected"},
    }
    # A charger has one call outstanding: it repeats its last one. What it repeats later, the books know.
    return Manner(answers, refuses_strangers=True, first_calls=True, profile=profile, remembered=8)
