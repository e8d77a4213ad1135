# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the small picture of a charger shows, by what OCPP says. The template chargers/drawing.html draws it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chargerctl.central.live.state import ASKS, OFFLINE, REFUSED, UNKNOWN


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
    "Available": Drawing("green", words="a free charger, its light green"),
    "Preparing": Drawing("white", "maybe", words="a charger with a cable or a card, its light white"),
    "Charging": Drawing("blue", "there", True, "bolt", words="a charger that charges a car, its light blue"),
    "SuspendedEV": Drawing(
        "navy", "there", True, "pause", words="a car that takes no energy at a charger, the light dark blue"
    ),
    "SuspendedEVSE": Drawing(
        "violet", "there", True, "pause", words="a charger that gives a car no energy, its light violet"
    ),
    "Finishing": Drawing(
        "cyan", "there", False, "done", words="a car that has finished at a charger, the light cyan"
    ),
    "Reserved": Drawing("green", sign="clock", words="a charger that is kept for somebody"),
    "Unavailable": Drawing(sign="stop", words="a charger that is out of service, its light off"),
    "Faulted": Drawing("red", sign="fault", words="a charger with a fault, its light red"),
    UNKNOWN: Drawing(sign="ask", words="a charger whose status is not known"),
    REFUSED: Drawing(sign="stop", words="a charger that may not take part"),
    ASKS: Drawing(sign="ask", words="a charger that asks to take part"),
}


def drawing_of(word: str, status: str) -> Drawing:
    """word, status: of a State; or twice the status of a connector."""
    if word == OFFLINE:
        last = _DRAWINGS.get(status, _DRAWINGS[UNKNOWN])
        return replace(last, led="off", lost=True, words=f"not connected; as it told last: {last.words}")
    return _DRAWINGS.get(word, _DRAWINGS[UNKNOWN])
