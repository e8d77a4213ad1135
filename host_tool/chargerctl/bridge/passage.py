# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What becomes of each frame between one charger and its central system. Pure: no I/O, no clock of its own.

A frame passes as it is, or not at all. Nothing is kept for later and nothing is repeated: a charger repeats what was not
answered, and only it knows what still counts (SPEC 3.7). Message ids begin anew with each WebSocket (J 4.1.4), so no answer
of an earlier one may come to a later one, where its id can belong to another call.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

CALL, CALL_RESULT, CALL_ERROR = 2, 3, 4

LARGEST_FOR_CHARGER = 2048
"""Bytes: what the charger takes; of what is longer it only logs the length."""
LARGEST_FROM_CHARGER = 1 << 16

# For an answer to a call that its receiver could not read, and so has no id of (JERR leaves open which).
_NO_ID = "-1"
# Calls of one connection whose answers are let through; a central system has one outstanding (J 4.1.1).
_CALLED = 256
# Until a charger has answered a call of the last connection, or has surely dropped it: longer than any of its jobs takes.
_OLD_CALL_S = 60.0
_OLD_CALLS = 64
# A charger has one call outstanding (J 4.1.1), so the next bridge can be behind by few of them, and not for long: a call
# that the charger repeats for want of an answer comes after that, and passes.
_HANDED_OVER = 8
_BEHIND_S = 5.0
_LONGEST_ID = 36


@dataclass(frozen=True)
class Note:
    """what: a word for programs; text: what happened, in words."""

    what: str
    text: str


@dataclass(frozen=True)
class Verdict:
    """forward: to the other side; answer: back to the sender; note: for the log, if it did not just pass."""

    forward: str | bytes | None = None
    answer: str | None = None
    note: Note | None = None


def _dropped(what: str, text: str) -> Verdict:
    return Verdict(note=Note(what, text))


class Passage:
    """largest: bytes of a frame that the charger takes. Times are seconds of any clock that only goes forward."""

    def __init__(self, largest: int = LARGEST_FOR_CHARGER) -> None:
        self._largest = largest
        self.is_open = False
        # Ids of the calls that came from the central system on this connection -> when, or None once answered.
        self._called: dict[str, float | None] = {}
        # Ids of those that the last connections left without an answer -> until when it may still come.
        self._old: dict[str, float] = {}
        # Of the charger's calls: the one that waits for its answer, the last ones that passed, and those that another bridge
        # has passed, with the time until which they may come here, too.
        self._asked: str | None = None
        self._passed: deque[str] = deque(maxlen=_HANDED_OVER)
        self._elsewhere: dict[str, float] = {}
        self._is_awaited = False

    def awaited(self, passed: Iterable[str], now: float) -> None:
        """A WebSocket follows on another bridge's without a gap: what the charger says until it is open waits for it.
        passed: the ids of calls that have gone through there."""
        self._is_awaited = True
        self._passed.extend(passed)
        self._elsewhere = dict.fromkeys(self._passed, now + _BEHIND_S)

    def opened(self) -> None:
        """The WebSocket is open."""
        self.is_open = True

    def is_quiet(self, now: float) -> bool:
        """No call waits for its answer, in either direction: the WebSocket can be closed, and nothing is lost."""
        open_calls = (at for at in self._called.values() if at is not None)
        return self._asked is None and all(at + _OLD_CALL_S <= now for at in open_calls)

    @property
    def passed(self) -> list[str]:
        """Ids of the charger's last calls that have passed: at most eight."""
        return list(self._passed)

    def closed(self, now: float) -> None:
        """It is not open any more: what was called on it gets no answer."""
        self.is_open = self._is_awaited = False
        self._asked = None
        self._passed.clear()
        self._elsewhere.clear()
        for call_id, at in self._called.items():
            if at is not None and at + _OLD_CALL_S > now:
                self._old[call_id] = at + _OLD_CALL_S
        self._called.clear()
        while len(self._old) > _OLD_CALLS:
            del self._old[next(iter(self._old))]

    def from_charger(self, payload: bytes, now: float) -> Verdict:
        """A message that the charger has published."""
        if not payload:
            return _dropped("empty", "an empty message from the charger was dropped")
        if len(payload) > LARGEST_FROM_CHARGER:
            text = f"a message of {len(payload)} bytes from the charger was dropped: at most {LARGEST_FROM_CHARGER} pass"
            return _dropped("too long", text)
        try:
            frame = payload.decode()
        except UnicodeError:
            return _dropped(
                "no text", f"a message of {len(payload)} bytes from the charger was dropped: not UTF-8"
            )
        kind, call_id, action = _head(frame)
        if kind in (CALL_RESULT, CALL_ERROR) and call_id != _NO_ID:
            # Also while there is no connection: then it need not be expected any more.
            old = self._old.pop(call_id or "", None) is not None
            if call_id is None or call_id not in self._called:
                which = "a call of an earlier connection" if old else "no call of this connection"
                return _dropped("old answer", f"the charger's answer to {which} was dropped")
            self._called[call_id] = None
        if not self.is_open and not self._is_awaited:
            what = action or "a message"
            return _dropped("no connection", f"{what} of the charger was dropped: no connection")
        if kind == CALL and call_id is not None:
            if self._elsewhere.pop(call_id, now) > now:
                return Verdict()
            self._asked = call_id
            if len(call_id) <= _LONGEST_ID:
                self._passed.append(call_id)
        return Verdict(frame)

    def from_central(self, frame: str | bytes, now: float) -> Verdict:
        """A message that has come on the WebSocket, text or binary."""
        payload = frame.encode() if isinstance(frame, str) else frame
        if not payload:
            return _dropped("empty", "an empty message from the central system was dropped")
        try:
            kind, call_id, action = _head(payload.decode())
        except UnicodeError:
            text = f"a message of {len(payload)} bytes from the central system was dropped: binary, and not UTF-8"
            return _dropped("no text", text)
        if kind in (CALL_RESULT, CALL_ERROR) and call_id == self._asked:
            self._asked = None
        if len(payload) > self._largest:
            return self._too_long(kind, call_id, action, len(payload))
        if kind == CALL and call_id is not None:
            if self._old.get(call_id, now) > now:
                why = "the charger may still answer a call with this id of an earlier connection"
                return Verdict(
                    answer=_error(call_id, why), note=Note("old id", f"{action} was refused: {why}")
                )
            self._old.pop(call_id, None)
            self._called.pop(call_id, None)
            self._called[call_id] = now
            if len(self._called) > _CALLED:
                del self._called[next(iter(self._called))]
        return Verdict(payload)

    def _too_long(self, kind: int | None, call_id: str | None, action: str, length: int) -> Verdict:
        text = f"{action or 'a message'} of {length} bytes from the central system was dropped: too long for the charger"
        if kind != CALL or call_id is None:
            return _dropped("too long", text)
        why = f"the charger takes frames of at most {self._largest} bytes, this one has {length}"
        return Verdict(answer=_error(call_id, why), note=Note("too long", text))


def _error(call_id: str, why: str) -> str:
    """A CALLERROR in the charger's place. J 4.2.3 has it for an error of the transport, and no other code for that."""
    return json.dumps([CALL_ERROR, call_id, "GenericError", why, {}], separators=(",", ":"))


def _head(frame: str) -> tuple[int | None, str | None, str]:
    """(type, id, action) of a frame; (None, None, "") where it is none. What it is worth is for its receiver to say."""
    try:
        message: Any = json.loads(frame)
    except (ValueError, RecursionError):
        return None, None, ""
    if not isinstance(message, list) or len(message) < 2 or type(message[0]) is not int:
        return None, None, ""
    call_id = message[1] if isinstance(message[1], str) else None
    action = message[2] if message[0] == CALL and len(message) > 2 and isinstance(message[2], str) else ""
    return message[0], call_id, action[:40]
