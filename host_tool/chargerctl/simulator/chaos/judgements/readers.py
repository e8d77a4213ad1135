# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A reader that is lost ends a charge: no card could end it any more."""

from __future__ import annotations

from collections.abc import Iterator

from chargerctl.simulator.chaos.judgements.history import History

# A chip that does not answer is noticed by then.
_NOTICED_S = 8.0


def judge(history: History) -> Iterator[tuple[float, str]]:
    if history.values.hardware.card_reader == "none":
        return
    for at_s, text in history.chaos:
        end_s = at_s + _NOTICED_S
        if (
            text.startswith("part_lost reader for")
            and _stays_lost(history, at_s, end_s)
            and history.relay.held(True, at_s, end_s)
        ):
            yield end_s, f"the reader was lost for {_NOTICED_S:.0f} s, and the charge went on"


def _stays_lost(history: History, begin_s: float, end_s: float) -> bool:
    ends = ("part_lost ends", "calm")
    return end_s < history.end_s and not [
        text for at_s, text in history.chaos if begin_s < at_s <= end_s and text in ends
    ]
