# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What was sent and printed so far, for expectations that search back: OCPP frames, console lines, the last status.

Frames and lines are kept to the end of the simulation.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from chargerctl.simulator.machine.events import Event, Events

T = TypeVar("T")

_OPPOSITE = {"in": "out", "out": "in"}
_SHOWN = 3
_SHOWN_CHARACTERS = 200


@dataclass(frozen=True)
class Frame:
    """One frame. `action`: for a result or an error that of the call it answers, None when there was none."""

    action: str | None
    payload: object

    def matches(self, action: str, part: object) -> bool:
        """Whether it is this action's and its payload contains `part` (None: any payload)."""
        return self.action == action and (part is None or contains(self.payload, part))

    def __str__(self) -> str:
        text = json.dumps(self.payload, ensure_ascii=False)
        return f"{self.action} {text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + '…'}"


class Log(Generic[T]):
    """What came of one sort, in order. A match is consumed: the next search starts behind it."""

    def __init__(self) -> None:
        self.entries: list[T] = []
        self._next = 0

    def consume(self, is_match: Callable[[T], bool]) -> bool:
        """Search after the last match; True when one was found."""
        for index in range(self._next, len(self.entries)):
            if is_match(self.entries[index]):
                self._next = index + 1
                return True
        return False

    def to_present(self) -> None:
        self._next = len(self.entries)

    def unmatched(self) -> str:
        """The last few that no expectation has consumed, for a person."""
        rest = self.entries[self._next :]
        if not rest:
            return "nothing since the last match"
        more = f"{len(rest) - _SHOWN} more, then " if len(rest) > _SHOWN else ""
        return f"since the last match {more}{', '.join(str(each) for each in rest[-_SHOWN:])}"


class Record:
    """Everything since the first power-on. `status` is the last StatusNotification's of connector 1, None from a reset on
    until the next."""

    def __init__(self, events: Events) -> None:
        self.console = Log[str]()
        self.status: str | None = None
        self._frames: dict[tuple[str, str], Log[Frame]] = defaultdict(Log)
        self._actions: dict[tuple[str, str], str] = {}
        events.listen(self._on_event)

    def frames(self, kind: str, direction: str) -> Log[Frame]:
        """`kind`: call, result or error; `direction`: in or out."""
        return self._frames[kind, direction]

    def to_present(self) -> None:
        """What came before the board starts again is not searched any more."""
        self.status = None
        self.console.to_present()
        for log in self._frames.values():
            log.to_present()

    def _on_event(self, event: Event) -> None:
        if event["kind"] == "console":
            self.console.entries.append(str(event["text"]))
        elif event["kind"] == "frame":
            self._on_frame(str(event["dir"]), event["frame"])
        elif event["kind"] == "reset":
            self.status = None

    def _on_frame(self, direction: str, frame: object) -> None:
        if not isinstance(frame, list):
            return
        match frame:
            case [2, str(message_id), str(action), payload]:
                self._actions[direction, message_id] = action
                self.frames("call", direction).entries.append(Frame(action, payload))
                if direction == "out" and action == "StatusNotification":
                    self._on_status(payload)
            case [3, str(message_id), payload]:
                self._answer("result", direction, message_id, payload)
            case [4, str(message_id), code, description, details]:
                payload = {"errorCode": code, "errorDescription": description, "errorDetails": details}
                self._answer("error", direction, message_id, payload)

    def _answer(self, kind: str, direction: str, message_id: str, payload: object) -> None:
        action = self._actions.get((_OPPOSITE[direction], message_id))
        self.frames(kind, direction).entries.append(Frame(action, payload))

    def _on_status(self, payload: object) -> None:
        match payload:
            case {"connectorId": 1, "status": str(status)}:
                self.status = status


def contains(payload: object, part: object) -> bool:
    """Whether `part` is a subset of a payload.

    Every key of an object must be there, recursively. An array is compared element by element, and may go on
    in the payload. Anything else must be equal.
    """
    match part:
        case dict():
            return isinstance(payload, dict) and all(
                k in payload and contains(payload[k], v) for k, v in part.items()
            )
        case list():
            return (
                isinstance(payload, list)
                and len(payload) >= len(part)
                and all(contains(have, want) for have, want in zip(payload, part, strict=False))
            )
        case bool():
            return payload is part
    return not isinstance(payload, bool) and payload == part
