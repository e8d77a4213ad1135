# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""When to send which key. What could stop the program is sent only if asked for, and not again after a lost connection."""

from __future__ import annotations

from typing import NamedTuple

from chargerctl.transport.relay import LOOK

INTERRUPT = b"\x03"  # Ctrl-C: ends the program that runs
_RELOAD = b"\x04"  # Ctrl-D: starts it again, once it has ended
# A program has ended when it prints nothing for so long after Ctrl-C.
_QUIET_S = 1.0
_ASK_S = 30.0  # for each answer the charger loads a part of its program


class Press(NamedTuple):
    """data: for the board; text: what that does, for a person, "" for what is not worth a line."""

    data: bytes
    text: str = ""


class Keys:
    """interrupt: end the program; reload: end it, then start it again; asks: ask the charger for its state now and then."""

    def __init__(self, *, interrupt: bool = False, reload: bool = False, asks: bool = False) -> None:
        self._to_interrupt = interrupt or reload
        self._to_reload = reload
        self._asks = asks
        self._heard_at = 0.0
        self._ask_at = 0.0
        self._logged = True

    def connected(self) -> None:
        """Whatever runs there now: it is asked once."""
        self._logged, self._ask_at = True, 0.0

    def due(self, at: float, *, heard: bool, logged: bool) -> Press | None:
        """What is to be sent now; to be asked whenever something was read, or nothing for a while, on a connection.

        logged: it was a line of a charger's log. Where no charger answers nothing is typed again.
        """
        if heard:
            self._heard_at = at
        self._logged = self._logged or logged
        if self._to_interrupt:
            self._to_interrupt = False
            self._heard_at = at
            return Press(INTERRUPT, "sent Ctrl-C: the program ends, and the board's pins become inputs")
        if self._to_reload:
            if at - self._heard_at < _QUIET_S:
                return None
            self._to_reload = False
            return Press(_RELOAD, "sent Ctrl-D: the program starts again")
        if self._asks and self._logged and at >= self._ask_at:
            self._logged, self._ask_at = False, at + _ASK_S
            return Press(LOOK)
        return None
