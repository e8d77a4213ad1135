# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the word for a charger's state (State.word) means, in a sentence."""

from __future__ import annotations

from chargerctl.central.live.state import State
from chargerctl.central.web.chargers.tile import problem

_WORDS = {
    "Available": "Free: it waits for a car or a card.",
    "Preparing": "A plug or a card is there; it waits for the other one.",
    "Charging": "Energy flows.",
    "SuspendedEV": "The car takes no energy now.",
    "SuspendedEVSE": "The charger gives no energy now.",
    "Finishing": "The session has ended; the plug is still in.",
    "Reserved": "Kept free for somebody.",
    "Unavailable": "Out of service.",
    "Faulted": "Out of order: look at the connectors below.",
    "Unknown": "It has not told its status yet.",
    "Offline": "It is not connected: what stands below is what it told last.",
    "Refused": "Its owner has refused it: it may not take part.",
    "Asks": "It is not in the books, and asks to take part.",
}


def words_of(state: State) -> str:
    what = problem(state)
    if state.word == "Faulted" and what:
        return f"Out of order: {what}."
    return _WORDS.get(state.word, "")
