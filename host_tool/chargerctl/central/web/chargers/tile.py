# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One charger of the overview, as its template needs it."""

from __future__ import annotations

from dataclasses import dataclass

from chargerctl.central.desk.link import named as named_transport
from chargerctl.central.live.state import Session, State
from chargerctl.central.web.chargers.drawing import Drawing, drawing_of
from chargerctl.central.web.status_words import StatusWords, words_of

# One that is not in the books and has not been heard of for so long does not ask any more.
_ASKS_S = 86_400
# More of a charger do not fit on its tile.
_MOST = 4


@dataclass(frozen=True)
class Tile:
    """parts: what its connectors do, (id, words) each, where it has several; more: how many
    others. problem: errorCode and what the charger says about it. let_in: as of let_in()."""

    state: State
    words: StatusWords
    drawing: Drawing
    transport: str
    parts: tuple[tuple[int, StatusWords], ...]
    problem: str
    sessions: tuple[Session, ...]
    more: int
    let_in: str


def is_shown(state: State, now: float) -> bool:
    """Strangers only while they ask."""
    return state.known or (state.last_seen or 0) > now - _ASKS_S


def tile_of(state: State) -> Tile:
    words = words_of(state.word)
    own = [each for each in state.connectors if each.id > 0]
    parts = [(each.id, words_of(each.status)) for each in own] if len(own) > 1 else []
    return Tile(
        state,
        words,
        drawing_of(state.word, state.status),
        named_transport(state.transport),
        tuple(parts[:_MOST]),
        problem(state),
        state.sessions[:_MOST],
        max(0, len(parts) - _MOST),
        let_in(state),
    )


def let_in(state: State) -> str:
    """What the button says that enters a charger in the books, or takes its refusal back; "" where it is let in."""
    if not state.allowed:
        return "Let it in again"
    if state.known:
        return ""
    return "Let it in for good" if state.registration == "Accepted" else "Let it in"


def problem(state: State) -> str:
    """What the charger says is wrong: the errorCode of the first connector that has one, and its words; or ""."""
    for each in state.connectors:
        if each.error_code != "NoError":
            said = ", ".join(filter(None, (each.info, each.vendor_error_code)))
            return f"{each.error_code}: {said}" if said else each.error_code
    return ""
