# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the small picture of a charger shows, by what OCPP says. The template chargers/drawing.html draws it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chargerctl.central.live.state import ASKS, OFFLINE, REFUSED, UNKNOWN
from chargerctl.central.web.status_words import words_of


@dataclass(frozen=True)
class Drawing:
    """led: its colour, as on a charger of this firmware, or "off". car: "", "maybe" (a cable or a card is there) or "there".
    locked: the plug is. sign: "", or what stands out: bolt, pause, done, clock, fault, stop or ask. lost: it is not
    connected, and all of this is what it told last. words: all of it, for who does not see it."""

    led: str = "off"
    car: str = ""
    locked: bool = False
    sign: str = ""
    lost: bool = False
    words: str = ""


# OCPP 1.6, 4.9. It does not tell of the lock: a plug is locked in while a transaction runs.
_DRAWINGS = {
    "Available": Drawing("green"),
    "Preparing": Drawing("white", "maybe"),
    "Charging": Drawing("blue", "there", True, "bolt"),
    "SuspendedEV": Drawing("navy", "there", True, "pause"),
    "SuspendedEVSE": Drawing("violet", "there", True, "pause"),
    "Finishing": Drawing("cyan", "there", False, "done"),
    "Reserved": Drawing("green", sign="clock"),
    "Unavailable": Drawing(sign="stop"),
    "Faulted": Drawing("red", sign="fault"),
    UNKNOWN: Drawing(sign="ask"),
    REFUSED: Drawing(sign="stop"),
    ASKS: Drawing(sign="ask"),
}


def drawing_of(word: str, status: str) -> Drawing:
    """word, status: of a State; or twice the status of a connector."""
    if word == OFFLINE:
        last = _DRAWINGS.get(status, _DRAWINGS[UNKNOWN])
        words = f"not connected; as it told last: {words_of(status).picture}"
        return replace(last, led="off", lost=True, words=words)
    return replace(_DRAWINGS.get(word, _DRAWINGS[UNKNOWN]), words=words_of(word).picture)
