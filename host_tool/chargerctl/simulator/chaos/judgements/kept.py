# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the central system has set and the charger has accepted: what must outlast which reset.

It is written as soon as the relay is open, so a reset during a charge may come before.
"""

from __future__ import annotations

from itertools import pairwise

from chargerctl.simulator.chaos.judgements import causes
from chargerctl.simulator.chaos.judgements.history import Asked, Boot, History
from chargerctl.simulator.chaos.scene import TORN

# Written by then, also to a slow flash; after a failure it is tried again after a minute.
_WRITTEN_S, _AGAIN_S = 4.0, 65.0


def outlasts(history: History, call: Asked, boot: Boot) -> bool:
    """`call`, which was accepted, still counts in `boot`."""
    assert call.answered_s is not None
    its = next(each for each in reversed(history.boots) if each.begin_s <= call.answered_s)
    if its is boot:
        return True
    fails = history.spell(("nvm_fails",), call.answered_s - _AGAIN_S, boot.begin_s)
    torn = any(text == TORN and call.answered_s < at_s for at_s, text in history.chaos)
    return not fails and not torn and _was_written(history, call.answered_s, its.end_s)


def _was_written(history: History, at_s: float, end_s: float) -> bool:
    """The relay was open for long enough before the program ended, and the program was not blocked."""
    edges = [at_s, *(edge_s for edge_s, _ in history.relay.changes(at_s, end_s)), end_s]
    open_s = [until_s - since_s for since_s, until_s in pairwise(edges) if not history.relay.at(since_s)]
    return max(open_s, default=0.0) > _WRITTEN_S + causes.late_s(history, 0, at_s, end_s)
