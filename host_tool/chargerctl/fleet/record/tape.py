# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One charger's part of a record, as the program of a charger: it sends what was sent, when it was sent.

Its calls go out as they were, with their ids and timestamps. Calls of the central system have ids that the record cannot
know: they get the payload that a call of the same action got last, under their own id.
"""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NamedTuple

from chargerctl.central.messages.schemas import CALL, CALL_ERROR, FrameError, parse
from chargerctl.fleet.measuring.tally import count_kind
from chargerctl.fleet.record.difference import difference
from chargerctl.fleet.record.file import DOWN, IN, OUT, UP, Entry

_REMEMBERED = 64
_MOST_WAITING = 8
_NO_ANSWER_US = 10_000_000
_CONNECT_US = 2_000_000


class _Call:
    """One that is in the record, or was sent: its answers there and here."""

    __slots__ = ("action", "answered", "recorded")

    def __init__(self) -> None:
        self.action = ""
        self.recorded: list[Any] | None = None
        self.answered: list[Any] | None = None

    @property
    def is_missing(self) -> bool:
        """Whether it was sent and not answered, other than in the record."""
        return bool(self.action) and self.recorded is not None and self.answered is None


class _Next(NamedTuple):
    """message: of the frame, None for up and down."""

    us: int
    what: str
    frame: str
    message: list[Any] | None


class Tape:
    """As Core of the firmware (loop(), interlock.rest()), made anew at each start by `core`. same: answers as recorded;
    others: what was answered otherwise, by action and difference. calls: of the charger so far, in the record; sent: those
    of them that went out."""

    def __init__(
        self, now_us: Callable[[], int], due_in: Callable[[int], object], others: Counter[str]
    ) -> None:
        """due_in(ms): have it stepped again then."""
        self.same = self.calls = self.sent = 0
        self._now_us = now_us
        self._due_in = due_in
        self._others = others
        self._entries: deque[_Next] = deque()
        self._board: Any = None
        self._up = False
        # The call that is not answered yet: a charger has one (OCPP-J 4.1.1).
        self._open, self._open_us = "", 0
        self._by_id: dict[str, _Call] = {}
        self._missing = 0
        self._asked: dict[str, str] = {}
        self._answers: dict[str, Any] = {}
        self._waiting: deque[tuple[int, str, str]] = deque(maxlen=_MOST_WAITING)
        self.interlock = self

    def take(self, entry: Entry) -> None:
        """What comes next in the record. FrameError for a frame that is none."""
        message = None
        if entry.what in (OUT, IN):
            parse(entry.frame)
            message = json.loads(entry.frame)
            self.calls += entry.what == OUT and message[0] == CALL
        self._entries.append(_Next(entry.us, entry.what, entry.frame, message))

    @property
    def missing(self) -> int:
        """How many calls were sent and not answered, other than in the record."""
        return self._missing + sum(each.is_missing for each in self._by_id.values())

    # As Core.

    def core(self, board: Any, values: Any, reason: str) -> Tape:
        self._board = board
        return self

    def rest(self, since: int) -> None:
        """It has no relay that would have to."""

    def loop(self, watchdog: object) -> Tape:
        return self

    def run_pass(self) -> None:
        board, now = self._board, self._board.system.ticks_ms()
        board.wifi.step(now)
        if self._up:
            board.link.step(now)
        while (text := board.link.receive()) is not None:
            with suppress(FrameError):  # it is counted where it is measured
                parse(text)
                self._received(json.loads(text))
        self._answer_waiting()
        while self._entries and self._due_us <= self._now_us() and self._play(self._entries[0]):
            self._entries.popleft()
        if self._entries:
            self._due_in(max((self._due_us - self._now_us()) // 1000 + 1, 5))

    @property
    def _due_us(self) -> int:
        """Of the next entry. A connection takes its time."""
        entry = self._entries[0]
        return entry.us - (_CONNECT_US if entry.what == UP else 0)

    def _play(self, entry: _Next) -> bool:
        """False: it has to wait for the connection."""
        if entry.what == UP:
            self._up = True
        elif entry.what == DOWN:
            self._up, self._open = False, ""
            self._board.link.close()
        elif entry.message is not None and entry.what == IN:
            self._was_received(entry.message)
        elif entry.message is not None:
            return self._send(entry.frame, entry.message)
        return True

    def _send(self, frame: str, message: list[Any]) -> bool:
        if message[0] != CALL:
            # The answer to a call that was made when it was recorded.
            action = self._asked.pop(message[1], "")
            if action:
                self._answers[action] = message
            return True
        waits = self._open and self._now_us() - self._open_us < _NO_ANSWER_US
        if waits or not (self._board.link.connected and self._board.link.publish(frame)):
            return False
        self._open, self._open_us = message[1], self._now_us()
        self.sent += 1
        self._remember(message[1]).action = message[2]
        return True

    def _was_received(self, message: list[Any]) -> None:
        if message[0] == CALL:
            self._asked[message[1]] = message[2]
        else:
            self._remember(message[1]).recorded = message
            self._compare(message[1])

    def _received(self, message: list[Any]) -> None:
        if message[0] == CALL:
            self._waiting.append((self._now_us(), message[1], message[2]))
        else:
            if message[1] == self._open:
                self._open = ""
            self._remember(message[1]).answered = message
            self._compare(message[1])

    def _answer_waiting(self) -> None:
        for asked in list(self._waiting):
            at_us, number, action = asked
            answer = self._answers.get(action)
            if answer is not None:
                frame = [answer[0], number, *answer[2:]]
            elif self._now_us() - at_us >= _NO_ANSWER_US:
                frame = [CALL_ERROR, number, "NotSupported", "the record has no answer to it", {}]
            else:
                continue
            self._waiting.remove(asked)
            self._board.link.publish(json.dumps(frame, separators=(",", ":")))

    def _compare(self, number: str) -> None:
        call = self._by_id[number]
        if call.recorded is None or call.answered is None:
            return
        del self._by_id[number]
        found = difference(call.recorded, call.answered)
        if found:
            count_kind(self._others, f"{call.action}: {found}")
        else:
            self.same += 1

    def _remember(self, number: str) -> _Call:
        if number not in self._by_id and len(self._by_id) >= _REMEMBERED:
            self._missing += self._by_id.pop(next(iter(self._by_id))).is_missing
        return self._by_id.setdefault(number, _Call())
