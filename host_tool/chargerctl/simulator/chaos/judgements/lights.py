# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The light shows what the charger does: blue while the relay is closed, never otherwise than with a charge."""

from __future__ import annotations

from collections.abc import Iterator

from chargerctl.simulator.chaos.judgements.history import History

_LATE_S = 1.0
_BLUE = "000014"


def judge(history: History) -> Iterator[tuple[float, str]]:
    for at_s, closed in history.relay.changes():
        end_s = next((t for t, _ in history.relay.changes(at_s + 1e-6)), history.end_s)
        if closed and end_s - at_s > _LATE_S + 0.2:
            shown = history.led.within(at_s + _LATE_S, end_s - 0.05)
            if _BLUE not in shown and not history.spell(("part_lost led",), at_s - 3, end_s):
                yield at_s + _LATE_S, f"the relay was closed and the light showed {shown[0]}"
