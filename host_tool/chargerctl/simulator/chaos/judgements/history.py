# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""An episode as it was seen from outside, sorted for those who judge it: by start of the program, by frame, by contact.

All times are seconds of board time. Nothing in here was read from the firmware.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from chargerctl.central.messages.schemas import parse_time
from chargerctl.settings.values import Values
from chargerctl.simulator.chaos.judgements.timeline import Timeline
from chargerctl.simulator.chaos.scene import TORN
from chargerctl.simulator.machine.events import Event
from chargerctl.simulator.network.ntp import START_UNIX

RECORDS = ("StartTransaction", "MeterValues", "StopTransaction")
# A whole second, and what a pass of the program and an undisturbed network take.
_CLOCK_SLACK_S = 2.0
# An answer of the time server is used for as long after it was made.
_NTP_LAG_S = 3.0
# One may come at the very moment.
_PULSE_WH = 1.0
# What a contactor takes to open, and the program to count pulses after a reset.
_TRAVEL_S, _LOADED_S = 0.1, 11.0
# They make the charger's clock wrong, as far as it can know.
_WRONG_CLOCKS = ("clock_set", "time_server")
# They keep it from the time server's answer.
_NO_NTP = ("time_lost", "dns_hang", "dhcp_hang", "link_drop")
# By then after a reset it has been asked.
_SYNCHRONISED_S = 25.0


@dataclass
class Call:
    """A call of the charger as it arrived at the broker, and the first answer to it that arrived at the board."""

    at_s: float
    id: str
    action: str
    payload: dict[str, Any]
    boot: Boot
    answered_s: float | None = None
    # The payload of a CALLRESULT; None after a CALLERROR, whose code is in `error`.
    answer: Any = None
    error: str | None = None

    @property
    def status(self) -> str | None:
        """Of the answer's idTagInfo."""
        info = self.answer.get("idTagInfo") if isinstance(self.answer, dict) else None
        status = info.get("status") if isinstance(info, dict) else None
        return status if isinstance(status, str) else None

    @property
    def parent(self) -> str | None:
        """The parentIdTag of the answer, where it names a group."""
        info = self.answer.get("idTagInfo") if isinstance(self.answer, dict) else None
        parent = info.get("parentIdTag") if isinstance(info, dict) else None
        return parent.strip().upper() or None if isinstance(parent, str) else None


@dataclass
class Asked:
    """A call of the central system as it arrived at the board, and the first answer to it."""

    at_s: float
    id: str
    action: str
    payload: dict[str, Any]
    # How many connections there had been.
    connection: int
    answered_s: float | None = None
    # 3 or 4, and the payload or the code.
    kind: int = 0
    answer: Any = None

    def repeated_by(self, other: Asked) -> bool:
        return (self.action, self.payload, self.connection) == (other.action, other.payload, other.connection)

    @property
    def accepted(self) -> bool:
        return self.kind == 3 and self.answer.get("status") == "Accepted"

    @property
    def refused(self) -> bool:
        return self.kind == 4 or (self.kind == 3 and self.answer.get("status") == "Rejected")


@dataclass
class Boot:
    """From one reset to the next. `number` counts from 0; `wh`: what the meter had counted when it began; `kept_wh`: the
    highest register that a start or a stop had told before, which is the least that the program goes on from."""

    number: int
    begin_s: float
    wh: float
    kept_wh: int = 0
    end_s: float = float("inf")
    last: bool = False
    calls: list[Call] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    def called(self, *actions: str) -> Iterator[Call]:
        return (call for call in self.calls if call.action in actions)


class History:
    """`slack_s`: how far the charger's time may be from the world's, None when nothing can be said."""

    def __init__(self, events: Sequence[tuple[Event, float]], values: Values) -> None:
        """`events`: each with the meter's register in Wh at that moment."""
        self.values = values
        self.plugged = Timeline(False)
        self.relay = Timeline(False)
        self.contact = Timeline(False)
        self.locked = Timeline(False)
        self.estop = Timeline(False)
        self.service = Timeline(False)
        self.powered = Timeline(False)
        self.card: Timeline[str | None] = Timeline(None)
        self.led: Timeline[str | None] = Timeline(None)
        self._times: list[float] = []
        self._wh: list[float] = []
        self.boots: list[Boot] = []
        self.resets: list[tuple[float, str]] = []
        self.chaos: list[tuple[float, str]] = []
        self.connects: list[float] = []
        self.calm_s = float("inf")
        self.end_s = 0.0
        self._prefixes: dict[str, Boot] = {}
        self._calls: dict[str, Call] = {}
        self._asked: dict[str, Asked] = {}
        self._lag_s = 0.0
        self._told_wh = 0
        # Since when the central system's clock has been wrong.
        self._wrong_s = float("inf")
        for event, wh in events:
            self._note(float(str(event["t"])), event, wh)
        if self.boots:
            self.boots[-1].last = True
        lag_s = self._lag_s + (_NTP_LAG_S if self._drawn("delay") else 0.0)
        self.slack_s = _CLOCK_SLACK_S + lag_s if self._has_right_time() else None

    def _drawn(self, *names: str) -> bool:
        return any(text.startswith(names) for _, text in self.chaos)

    def _has_right_time(self) -> bool:
        if self._drawn(*_WRONG_CLOCKS):
            return False
        if self._wrong_s == float("inf"):
            return True
        # The time server had answered before the central system's clock went wrong, and that holds for a day.
        asked = not self._drawn(*_NO_NTP) and self._wrong_s > _SYNCHRONISED_S
        return asked and not any(at_s > self._wrong_s - _SYNCHRONISED_S for at_s, _ in self.resets)

    def _note(self, at_s: float, event: Event, wh: float) -> None:
        self.end_s = at_s
        self._times.append(at_s)
        self._wh.append(wh)
        match event:
            case {"kind": "reset", "reason": reason}:
                if self.boots:
                    self.boots[-1].end_s = at_s
                self.boots.append(Boot(len(self.boots), at_s, wh, self._told_wh))
                self.resets.append((at_s, str(reason)))
            case {"kind": "cable", "plugged": bool(plugged)}:
                self.plugged.note(at_s, plugged)
            case {"kind": "relay", "closed": bool(closed)}:
                self.relay.note(at_s, closed)
            case {"kind": "contact", "closed": bool(closed)}:
                self.contact.note(at_s, closed)
            case {"kind": "lock", "locked": bool(locked)}:
                self.locked.note(at_s, locked)
            case {"kind": "estop", "pressed": bool(pressed)}:
                self.estop.note(at_s, pressed)
            case {"kind": "service", "pressed": bool(pressed)}:
                self.service.note(at_s, pressed)
            case {"kind": "power", "on": bool(on)}:
                self.powered.note(at_s, on)
            case {"kind": "card", "uid": str() | None as uid}:
                self.card.note(at_s, uid)
            case {"kind": "led", "rgb": rgb}:
                self.led.note(at_s, str(rgb))
            case {"kind": "chaos", "text": str(text)}:
                self.chaos.append((at_s, text))
                if text == "calm":
                    self.calm_s = at_s
                elif text == TORN:
                    self._told_wh = 0
                elif text.startswith("central_clock"):
                    self._wrong_s = min(self._wrong_s, at_s)
            case {"kind": "connect"}:
                self.connects.append(at_s)
            case {"kind": "frame", "dir": "out", "frame": list(frame)}:
                self._sent(at_s, frame)
            case {"kind": "frame", "dir": "in", "frame": list(frame)}:
                self._received(at_s, frame)

    def _sent(self, at_s: float, frame: list[Any]) -> None:
        match frame:
            case [2, str(call_id), str(action), dict(payload)] if self.boots:
                boot = self._sender(call_id, action)
                call = Call(at_s, call_id, action, payload, boot)
                boot.calls.append(call)
                told_wh = int(payload.get("meterStop") or payload.get("meterStart") or 0)
                self._told_wh = max(self._told_wh, told_wh)
                self._calls[call_id] = call
            case [3 | 4 as kind, str(call_id), answer, *_] if call_id in self._asked:
                asked = self._asked[call_id]
                if asked.answered_s is None:
                    asked.answered_s, asked.kind, asked.answer = at_s, kind, answer

    def _sender(self, call_id: str, action: str) -> Boot:
        """What was on its way at a reset still counts for the start that sent it."""
        boot = self.boots[-1]
        if action not in RECORDS:
            return self._prefixes.setdefault(call_id.partition("-")[0], boot)
        # It keeps its id over a reset, and the first that a start sends is something else.
        return boot if boot.calls or not boot.number else self.boots[-2]

    def _received(self, at_s: float, frame: list[Any]) -> None:
        match frame:
            case [2, str(call_id), str(action), dict(payload)] if self.boots:
                before = self._asked.get(call_id)
                # The same once more over the same connection is a repetition, anything else a call of its own.
                asked = Asked(at_s, call_id, action, payload, len(self.connects))
                if before is None or not before.repeated_by(asked):
                    self._asked[call_id] = asked
                    self.boots[-1].asked.append(asked)
            case [3 | 4 as kind, str(call_id), answer, *_] if call_id in self._calls:
                call = self._calls[call_id]
                if kind == 3 and isinstance(answer, dict):
                    self._note_lag(at_s, answer.get("currentTime"))
                if call.answered_s is None:
                    call.answered_s = at_s
                    call.answer = answer if kind == 3 else None
                    call.error = str(answer) if kind == 4 else None

    def _note_lag(self, at_s: float, text: object) -> None:
        unix = unix_of(text)
        if unix is not None and at_s < self._wrong_s:
            self._lag_s = max(self._lag_s, at_s - (unix - START_UNIX))

    # What the central system has set.

    def is_asked(self, action: str) -> bool:
        return any(call.action == action for boot in self.boots for call in boot.asked)

    def configured(self, key: str) -> list[str]:
        """The values that it has asked for, in their order, whatever became of them."""
        calls = [call for boot in self.boots for call in boot.asked if call.action == "ChangeConfiguration"]
        return [str(call.payload.get("value")) for call in calls if call.payload.get("key") == key]

    @property
    def accepts_unknown(self) -> bool:
        """A card that nobody knows may have been accepted without an answer."""
        by_setting = bool(self.values.ocpp.offline_authorization)
        return by_setting or "true" in self.configured("AllowOfflineTxForUnknownId")

    @property
    def shortest_wait_s(self) -> float:
        """For a cable or a card."""
        set_s = [float(text) for text in self.configured("ConnectionTimeOut") if text.isdigit() and int(text)]
        ocpp, safety = self.values.ocpp, self.values.safety
        return float(min(ocpp.connection_timeout, safety.stale_authorization_seconds, *set_s, 1e9))

    # What happened when.

    def register_wh(self, begin_s: float, end_s: float) -> tuple[float, float]:
        """The least and the most that the register may show in between: seen at the event before, and at the one after.
        What was counted since the last start or stop may be lost at a reset."""
        boot = [each for each in self.boots if each is self.boots[0] or each.begin_s <= begin_s][-1]
        least = self._wh[max(0, bisect_left(self._times, begin_s) - 1)]
        most = self._wh[min(len(self._wh) - 1, bisect_left(self._times, end_s))]
        loaded_s = boot.begin_s + _LOADED_S
        if True in self.contact.within(boot.begin_s + _TRAVEL_S, loaded_s):
            # Through a contactor that is stuck, before the program counts.
            least -= self._wh[min(len(self._wh) - 1, bisect_left(self._times, loaded_s))] - boot.wh
        return boot.kept_wh + max(0.0, least - boot.wh) - _PULSE_WH, most + _PULSE_WH

    def spell(self, names: Sequence[str], begin_s: float, end_s: float) -> bool:
        """One of the ingredients was at work at some time in between."""
        on: set[str] = set()
        for at_s, text in self.chaos:
            if at_s > end_s:
                break
            name = next((name for name in names if text.startswith(name)), None)
            if name is not None:
                if at_s >= begin_s:
                    return True
                (on.discard if "ends" in text else on.add)(name)
            elif text == "calm":
                if on and at_s >= begin_s:
                    return True
                on.clear()
        return bool(on)

    def reader_trouble(self, begin_s: float, end_s: float) -> bool:
        """The reader may have been lost at some time in between."""
        # A trap, and what it sets off later.
        names = ["part_lost reader", "wire_", "chip_without_memory", "clock_stretched"]
        if self.values.hardware.card_reader != "pn532_i2c":
            names = names[:1]
        return self.spell(names, begin_s - 30, end_s)

    def ended_by(self, boot: Boot) -> str | None:
        """The cause of the reset that ended it."""
        after = self.resets[boot.number + 1 : boot.number + 2]
        return after[0][1] if after else None

    def was_reset(self, begin_s: float, end_s: float) -> bool:
        return any(begin_s <= at_s <= end_s for at_s, _ in self.resets) or not self.powered.held(
            True, begin_s, end_s
        )


def unix_of(text: object) -> float | None:
    if not isinstance(text, str):
        return None
    try:
        return parse_time(text).timestamp()
    except ValueError:
        return None


def board_s(text: object) -> float | None:
    """Board time of a timestamp of the charger, where its clock is right."""
    unix = unix_of(text)
    return None if unix is None else unix - START_UNIX
