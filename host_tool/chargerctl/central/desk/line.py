# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the desk keeps in memory of a charger, and finds out about its connection."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from chargerctl.central.books.interface import Books, Outcome, Payload, WaitingCall
from chargerctl.central.conversation.asking import MAX_WAITING
from chargerctl.central.conversation.ended import Ended
from chargerctl.central.conversation.kept import Memory
from chargerctl.central.conversation.violation import Violation
from chargerctl.central.desk.link import Link
from chargerctl.central.desk.pages import Pages
from chargerctl.events.event import Event

# A charger whose network fails comes back, too. So often in so many seconds it is rather two chargers.
_OFTEN = 5
_OFTEN_WITHIN_S = 60.0
_TOLD_AGAIN_S = 600.0
# Characters of a line of the log, of what a charger can make as long as a frame.
_LONGEST_REASON = 200


class Talk(Protocol):
    """What the desk needs of a Conversation (conversation.py)."""

    @property
    def next_due(self) -> float | None: ...

    def handle(self, frame: str | bytes, now: float) -> list[str]: ...

    def due(self, now: float, steady: float) -> list[str]: ...

    def ask(self, key: int, action: str, payload: Payload, timeout_s: float) -> None: ...

    def connected(self) -> None: ...

    def disconnected(self) -> None: ...

    def saved(self) -> None: ...

    def lost(self) -> None: ...


class MakeTalk(Protocol):
    """Makes the conversation with one charger."""

    def __call__(
        self,
        serial: str,
        books: Books,
        on_violation: Callable[[Violation], object],
        on_outcome: Callable[[int, Outcome], object],
        on_refused: Callable[[Mapping[str, str]], object],
        on_ended: Callable[[Ended], object],
    ) -> Talk: ...


class Line:
    """A charger, its conversation, and the link to it while it is connected."""

    def __init__(self, serial: str, make: MakeTalk, now: float) -> None:
        self.serial = serial
        self.pages = Pages(serial)
        self._ended: list[Ended] = []
        self.talk = make(serial, self.pages, self._violated, self._answered, self._refused, self._note_end)
        self.link: Link | None = None
        self.heard_at = now
        self.welcome_at = float("-inf")
        """When the books said that it may speak. All times here are those of a clock that never jumps."""
        self.due_at: float | None = None
        """When the desk will look for what is due."""
        self._outcomes: list[tuple[int, Outcome]] = []
        # Those that wait, and the one that is outstanding. Asked for is for good: nothing here is taken back.
        self._actions: Memory[str] = Memory(MAX_WAITING + 1)
        self._found: list[Event] = []
        self._doubles = Doubles(serial)

    @property
    def is_connected_here(self) -> bool:
        """To this process itself, not to a broker."""
        return self.link is not None and self.link.transport != "mqtt"

    def came(self, now: float) -> list[Event]:
        """It has connected; what that says about it."""
        return self._doubles.connected(now)

    def take_events(self, now: float) -> list[Event]:
        """What was booked and found since the last time."""
        events = self._found + self.pages.take_events()
        self._found = []
        for boot in [event for event in events if event.what == "boot"]:
            events += self._doubles.booted(boot, now) + self._other_serial(boot.details["boot"])
        return events

    def is_quiet(self, now: float, since_s: float) -> bool:
        """Whether nothing is under way: nothing has come for so long, and no call waits or is outstanding."""
        return now - self.heard_at >= since_s and self.talk.next_due is None

    def ask(self, call: WaitingCall) -> None:
        """Queue a call for it, after the unit of work that gave it out."""
        self._actions.remember(str(call.id), call.action)
        self.talk.ask(call.id, call.action, call.payload, call.timeout_s)

    def take_outcomes(self) -> list[tuple[int, str, Outcome]]:
        """What became of calls since the last time, with their actions."""
        outcomes, self._outcomes = self._outcomes, []
        return [(call, self._actions.get(str(call)) or "call", outcome) for call, outcome in outcomes]

    def take_ended(self) -> list[Ended]:
        """The calls of either side that ended since the last time."""
        ended, self._ended = self._ended, []
        return ended

    def lost(self) -> None:
        """What was done since the last unit of work that was kept has not happened."""
        self.talk.lost()
        self.pages.take_events()
        self._found = []
        self._outcomes = []
        self._ended = []

    def _other_serial(self, boot: Any) -> list[Event]:
        """The topic, and the account behind it, are what counts; but a charger that has another one's settings should be
        seen. Over MQTT both are its serial; elsewhere chargePointSerialNumber is its maker's (OCPP 1.6, 6.2)."""
        named = boot.get("chargePointSerialNumber", self.serial)
        if self.link is None or self.link.transport != "mqtt" or named == self.serial:
            return []
        text = f"chargePointSerialNumber is {named!r}, but it comes as {self.serial!r}: it may have another one's settings"
        return [Event("serial", text, self.serial)]

    def _violated(self, violation: Violation) -> None:
        reason = violation.reason
        if len(reason) > _LONGEST_REASON:
            reason = f"{reason[:_LONGEST_REASON]}…"
        text = f"{violation.where}: {reason}" if violation.where else reason
        self._found.append(Event("violation", text, self.serial, {"frame": violation.frame[:2048]}))

    def _refused(self, keys: Mapping[str, str]) -> None:
        """What it did not take of the profile, and why."""
        named = ", ".join(f"{key} ({why})" for key, why in keys.items())
        event = Event(
            "profile", f"did not take of [central.profile]: {named}", self.serial, {"keys": dict(keys)}
        )
        self._found.append(event)

    def _note_end(self, ended: Ended) -> None:
        self._ended.append(ended)

    def _answered(self, call: int, outcome: Outcome) -> None:
        self._outcomes.append((call, outcome))


class Doubles:
    """Notices two chargers with one serial: they take the connection from each other, or boot in turn."""

    def __init__(self, serial: str) -> None:
        self._serial = serial
        self._came: deque[float] = deque(maxlen=_OFTEN)
        self._boots: deque[tuple[float, object]] = deque(maxlen=_OFTEN)
        self._told_at = float("-inf")

    def connected(self, now: float) -> list[Event]:
        self._came.append(now)
        if len(self._came) == _OFTEN and now - self._came[0] <= _OFTEN_WITHIN_S:
            return self._tell(f"connected {_OFTEN} times within a minute", "its network is bad", now)
        return []

    def booted(self, boot: Event, now: float) -> list[Event]:
        """With what the event "boot" has in its details."""
        self._boots.append((now, boot.details["boot"]))
        last = [payload for _, payload in self._boots][-3:]
        if len(last) == 3 and last[0] == last[2] != last[1]:
            return self._tell("boots with two different BootNotifications in turn", "", now)
        if len(self._boots) == _OFTEN and now - self._boots[0][0] <= _OFTEN_WITHIN_S:
            return self._tell(f"booted {_OFTEN} times within a minute", "it restarts again and again", now)
        return []

    def _tell(self, seen: str, otherwise: str, now: float) -> list[Event]:
        if now - self._told_at < _TOLD_AGAIN_S:
            return []
        self._told_at = now
        either = f", or {otherwise}" if otherwise else ""
        return [Event("double", f"{seen}: two chargers may have this serial{either}", self._serial)]
