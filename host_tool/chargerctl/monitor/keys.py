# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""When to send which key. Nothing is sent that was not asked for, and each key once: not again after a lost connection."""

from __future__ import annotations

from typing import NamedTuple

INTERRUPT = b"\x03"  # Ctrl-C: ends the program that runs
_RELOAD = b"\x04"  # Ctrl-D: starts it again, once it has ended
# A program has ended when it prints nothing for so long after Ctrl-C.
_QUIET_S = 1.0


class Press(NamedTuple):
    """data: for the board; text: what that does, for a person."""

    data: bytes
    text: str


class Keys:
    """interrupt: end the program; reload: end it, then start it again."""

    def __init__(self, *, interrupt: bool = False, reload: bool = False) -> None:
        self._to_interrupt = interrupt or reload
        self._to_reload = reload
        self._heard_at = 0.0

    def due(self, at: float, heard: bool) -> Press | None:
        """What is to be sent now; to be asked whenever something was read, or nothing for a while, on a connection."""
        if heard:
            self._heard_at = at
        if self._to_interrupt:
            self._to_interrupt = False
            self._heard_at = at
            return Press(INTERRUPT, "sent Ctrl-C: the program ends, and the board's pins become inputs")
        if self._to_reload and at - self._heard_at >= _QUIET_S:
            self._to_reload = False
            return Press(_RELOAD, "sent Ctrl-D: the program starts again")
        return None
