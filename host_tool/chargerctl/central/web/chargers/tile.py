# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One charger of the overview, as its template needs it."""

from __future__ import annotations

from dataclasses import dataclass

from chargerctl.central.desk.link import named as named_transport
from chargerctl.central.live.state import ASKS, REFUSED, Session, State
from chargerctl.central.web.chargers.drawing import Drawing, drawing_of
from chargerctl.central.web.chargers.words import named

# One that is not in the books and has not been heard of for so long does not ask any more.
_ASKS_S = 86_400
# More of a charger do not fit on its tile.
_MOST = 4


@dataclass(frozen=True)
class Tile:
    """name, kind: of its chip. parts: what its connectors do, (id, name, kind) each, where it has several; more: how many
    others. problem: errorCode and what the charger says about it."""

    state: State
    name: str
    kind: str
    drawing: Drawing
    transport: str
    parts: tuple[tuple[int, str, str], ...]
    problem: str
    sessions: tuple[Session, ...]
    more: int
    may_be_let_in: bool


def is_shown(state: State, now: float) -> bool:
    """Strangers only while they ask."""
    return state.known or (state.last_seen or 0) > now - _ASKS_S


def tile_of(state: State) -> Tile:
    name, kind = named(state.word)
    own = [each for each in state.connectors if each.id > 0]
    parts = [(each.id, *named(each.status)) for each in own] if len(own) > 1 else []
    return Tile(
        state,
        name,
        kind,
        drawing_of(state.word, state.status),
        named_transport(state.transport),
        tuple(parts[:_MOST]),
        problem(state),
        state.sessions[:_MOST],
        max(0, len(parts) - _MOST),
        state.word in (ASKS, REFUSED) or not state.known,
    )


def problem(state: State) -> str:
    """What the charger says is wrong: the errorCode of the first connector that has one, and its words; or ""."""
    for each in state.connectors:
        if each.error_code != "NoError":
            said = ", ".join(filter(None, (each.info, each.vendor_error_code)))
            return f"{each.error_code}: {said}" if said else each.error_code
    return ""
