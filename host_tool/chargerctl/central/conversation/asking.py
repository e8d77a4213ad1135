# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The calls that the central system has for one charger: one is outstanding at a time (OCPP-J 4.1.1), the others wait in
their order. A call that was sent ends with its answer, or without one after its time. It is never sent twice: nobody knows
whether the charger has carried it out.

    asking.ask(Call("Reset", {"type": "Soft"}, timeout_s=30, done=tell))
    frames = asking.due(now, steady)             # the next call, if it is its turn
    asking.answered(message_id, Outcome(...))    # the charger's answer
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

from chargerctl.central.books.interface import Outcome, Payload
from chargerctl.central.conversation.ended import RESULT, Ended
from chargerctl.central.conversation.kept import Kept

MAX_WAITING = 100

_encoder = json.JSONEncoder(separators=(",", ":"), default=float)


@dataclass(frozen=True)
class Call:
    """A call that waits to be sent. `done` gets its outcome, once; `timeout_s` counts from its sending. Calls of a `group`
    can be withdrawn together. `wanted(now)` is asked before it is sent: if not, it is forgotten, for it has its outcome."""

    action: str
    payload: Payload
    timeout_s: float
    done: Callable[[Outcome], object]
    group: str = ""
    wanted: Callable[[float], bool] = lambda now: True


@dataclass(frozen=True)
class _Outstanding:
    call: Call
    id: str
    sent_at: float

    @property
    def until(self) -> float:
        return self.sent_at + self.call.timeout_s


@dataclass(frozen=True)
class _State:
    waiting: tuple[Call, ...] = ()
    outstanding: _Outstanding | None = None
    linked: bool = True


class Asking:
    """See the docstring of this module. `send(action, payload) -> (message id, frame)` makes the frame of a call; `on_ended`
    hears of every call that has an outcome."""

    def __init__(
        self,
        send: Callable[[str, Payload], tuple[str, str]],
        on_ended: Callable[[Ended], object] = lambda ended: None,
    ) -> None:
        self._send = send
        self._on_ended = on_ended
        self._state = Kept(_State())

    def ask(self, call: Call, for_good: bool = False) -> None:
        """Queue a call. `for_good`: it also waits after a unit of work that was lost."""
        if len(self._state.value.waiting) >= MAX_WAITING:
            detail = f"{MAX_WAITING} calls wait for this charger already"
            self._tell(call, Outcome(error="Cancelled", detail=detail))
        elif for_good:
            self._state.change(lambda state: replace(state, waiting=(*state.waiting, call)))
        else:
            self._change(waiting=(*self._state.value.waiting, call))

    def withdraw(self, group: str) -> None:
        """Forget the calls of a group that wait. They have no outcome."""
        self._change(waiting=tuple(each for each in self._state.value.waiting if each.group != group))

    @property
    def linked(self) -> bool:
        """Whether the charger can be sent to."""
        return self._state.value.linked

    @property
    def next_due(self) -> float | None:
        """The time at which due() has something to do; 0: at once."""
        state = self._state.value
        if state.outstanding is not None:
            return state.outstanding.until
        return 0.0 if state.waiting else None

    def due(self, now: float, steady: float) -> list[str]:
        """The next call, if none is outstanding. An outstanding one whose time is over ends here. `now` is Unix time,
        `steady` that of next_due."""
        state = self._state.value
        if not state.linked:
            self._nobody_there()
            return []
        if state.outstanding is not None:
            if steady < state.outstanding.until:
                return []
            waited = f"no answer within {state.outstanding.call.timeout_s:g} s"
            self._end(state.outstanding, Outcome(error="Timeout", detail=waited))
        while self._state.value.waiting:
            call, *rest = self._state.value.waiting
            self._change(waiting=tuple(rest))
            if call.wanted(now):
                message_id, frame = self._send(call.action, call.payload)
                self._change(outstanding=_Outstanding(call, message_id, steady))
                return [frame]
        return []

    def answered(self, message_id: str, outcome: Outcome) -> None:
        """An answer came; that of no outstanding call (late, again) changes nothing."""
        outstanding = self._state.value.outstanding
        if outstanding is not None and outstanding.id == message_id:
            self._end(outstanding, outcome)

    def connected(self) -> None:
        """The charger was heard."""
        if not self._state.value.linked:
            self._change(linked=True)

    def disconnected(self) -> None:
        """The link is lost: what is outstanding cannot be answered any more (ids start anew with the next connection, OCPP-J
        4.1.4), what waits is not sent."""
        self._change(linked=False)
        outstanding = self._state.value.outstanding
        if outstanding is not None:
            self._end(
                outstanding, Outcome(error="Timeout", detail="the connection was lost before the answer")
            )
        self._nobody_there()

    def saved(self) -> None:
        self._state.saved()

    def lost(self) -> None:
        self._state.lost()

    def _nobody_there(self) -> None:
        waiting = self._state.value.waiting
        self._change(waiting=())
        for call in waiting:
            self._tell(call, Outcome(error="NotConnected", detail="the charger is not connected"))

    def _end(self, outstanding: _Outstanding, outcome: Outcome) -> None:
        self._change(outstanding=None)
        self._tell(outstanding.call, outcome, outstanding.sent_at)

    def _tell(self, call: Call, outcome: Outcome, sent_at: float | None = None) -> None:
        call.done(outcome)
        self._on_ended(Ended(True, call.action, outcome.error or RESULT, sent_at))

    def _change(self, **changes: object) -> None:
        self._state.value = replace(self._state.value, **changes)  # type: ignore[arg-type]


def frame_of(message: list[object]) -> str:
    """A frame as text. Numbers of a script may be Decimals."""
    return _encoder.encode(message)
