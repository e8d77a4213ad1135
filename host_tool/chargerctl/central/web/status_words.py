# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the pages call the states of a charger, and of a connector."""

from __future__ import annotations

from dataclasses import dataclass

from chargerctl.central.live.state import ASKS, OFFLINE, REFUSED, UNKNOWN


@dataclass(frozen=True)
class StatusWords:
    """name: short, for a chip; kind: of that chip, its colour; sentence: what the state means, on the page of the charger;
    picture: what its picture shows, for who does not see it."""

    name: str
    kind: str
    sentence: str
    picture: str


# In the order in which they are counted: what wants a person first.
STATUS_WORDS = {
    "Faulted": StatusWords(
        "Fault",
        "bad",
        "Out of order: look at the connectors below.",
        "a charger with a fault, its light red",
    ),
    ASKS: StatusWords(
        "Asks to join",
        "wait",
        "It is not in the books, and asks to take part.",
        "a charger that asks to take part",
    ),
    "Charging": StatusWords(
        "Charging",
        "busy",
        "Energy flows.",
        "a charger that charges a car, its light blue",
    ),
    "SuspendedEV": StatusWords(
        "Paused by the car",
        "wait",
        "The car takes no energy now.",
        "a car that takes no energy at a charger, the light dark blue",
    ),
    "SuspendedEVSE": StatusWords(
        "Paused",
        "wait",
        "The charger gives no energy now.",
        "a charger that gives a car no energy, its light violet",
    ),
    "Finishing": StatusWords(
        "Finished",
        "wait",
        "The session has ended; the plug is still in.",
        "a car that has finished at a charger, the light cyan",
    ),
    "Preparing": StatusWords(
        "Preparing",
        "wait",
        "A plug or a card is there; it waits for the other one.",
        "a charger with a cable or a card, its light white",
    ),
    "Reserved": StatusWords(
        "Reserved",
        "wait",
        "Kept free for somebody.",
        "a charger that is kept for somebody",
    ),
    "Available": StatusWords(
        "Available",
        "good",
        "Free: it waits for a car or a card.",
        "a free charger, its light green",
    ),
    "Unavailable": StatusWords(
        "Out of service",
        "faint",
        "Nobody can charge there.",
        "a charger that is out of service, its light off",
    ),
    UNKNOWN: StatusWords(
        "No status yet",
        "faint",
        "It has not told its status yet.",
        "a charger whose status is not known",
    ),
    OFFLINE: StatusWords(
        "Offline",
        "faint",
        "It is not connected: what stands below is what it told last.",
        "a charger that is not connected",
    ),
    REFUSED: StatusWords(
        "Refused",
        "faint",
        "Its owner has refused it: it may not take part.",
        "a charger that may not take part",
    ),
}


def words_of(status: str) -> StatusWords:
    """status: State.word, or the status of a connector."""
    return STATUS_WORDS.get(status, STATUS_WORDS[UNKNOWN])
