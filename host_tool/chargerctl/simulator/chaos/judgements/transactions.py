# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The transactions, put together from what was sent about them.

Starts, samples and stops leave in the order in which they happened: the second stop belongs to the second start, whatever
transactionId it carries. A message keeps its id however often it is sent, also by a later start of the program.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from chargerctl.simulator.chaos.judgements.history import RECORDS, Boot, Call, History, board_s

# What may have ended the program, by the reason of a stop. An ESP32 takes its reset button for a power-on, an RP2 a
# brown-out for its own reset.
RESETS = {
    "PowerLoss": ("power", "brownout", "button"),
    "Reboot": ("watchdog", "crash", "software", "usb", "button", "brownout"),
}

# From a reset to the first pass of the program, at least.
_LOADS_S = 5.0


@dataclass
class Record:
    """One transaction message with all its transmissions."""

    action: str
    payload: dict[str, Any]
    sent: list[Call] = field(default_factory=list)

    @property
    def time_s(self) -> float | None:
        """When it happened, by its own timestamp."""
        holder = self.payload if "timestamp" in self.payload else self.payload["meterValue"][0]
        return board_s(holder["timestamp"])

    @property
    def answer(self) -> Call | None:
        """The transmission that was answered as it should."""
        return next((call for call in self.sent if call.answered_s is not None and _usable(call)), None)

    @property
    def failures(self) -> int:
        return sum(call.answered_s is not None and not _usable(call) for call in self.sent)


@dataclass
class Transaction:
    """`boot`: the start of the program in which it began; `ended_in`: in which it ended, a later one where it went on
    after a reset."""

    boot: Boot
    ended_in: Boot
    start: Record
    stop: Record | None = None
    samples: list[Record] = field(default_factory=list)

    @property
    def tag(self) -> str:
        return str(self.start.payload["idTag"])

    @property
    def number(self) -> int | None:
        """The central system's transactionId, where it gave one."""
        return None if self.start.answer is None else self.start.answer.answer.get("transactionId")

    @property
    def begin_s(self) -> float:
        return self.start.time_s or 0.0

    @property
    def end_s(self) -> float:
        """Infinite while it runs, and when the time is not known."""
        return float("inf") if self.stop is None or self.stop.time_s is None else self.stop.time_s

    @property
    def ended_by_reset(self) -> bool:
        return self.stop is not None and self.stop.payload.get("reason") in RESETS

    @property
    def stop_sent_s(self) -> float:
        return float("inf") if self.stop is None else self.stop.sent[0].at_s

    @property
    def refused(self) -> bool:
        return any(call.status not in (None, "Accepted") for call in self.start.sent)


def records(history: History) -> list[Record]:
    """In the order in which they were sent first."""
    found: dict[str, Record] = {}
    for boot in history.boots:
        for call in boot.called(*RECORDS):
            if is_triggered(call.payload):
                continue
            found.setdefault(call.id, Record(call.action, call.payload)).sent.append(call)
    return list(found.values())


def is_triggered(payload: dict[str, Any]) -> bool:
    """Meter values that TriggerMessage has asked for: sent once, and not kept."""
    values = [said for value in payload.get("meterValue", ()) for said in value["sampledValue"]]
    return any(said.get("context") == "Trigger" for said in values)


def all_transactions(history: History) -> list[Transaction]:
    found: list[Transaction] = []
    for record in records(history):
        if record.action == "StartTransaction":
            boot = _began_in(history, record)
            found.append(Transaction(boot, boot, record))
        elif found and record.action == "StopTransaction":
            _stops(history, found[-1], record)
        elif found:
            found[-1].samples.append(record)
    return found


def _stops(history: History, each: Transaction, stop: Record) -> None:
    if each.stop is None:
        each.stop = stop
        if history.values.safety.resume_after_power_loss:
            each.ended_in = max((each.boot, _began_in(history, stop)), key=lambda boot: boot.number)


def transactions(history: History, boot: Boot) -> list[Transaction]:
    """Those that began in this start of the program, or went on in it."""
    return [
        each for each in all_transactions(history) if each.boot.number <= boot.number <= each.ended_in.number
    ]


def _began_in(history: History, start: Record) -> Boot:
    """It may have been sent first by a later one."""
    sender = start.sent[0].boot
    if history.slack_s is None or start.time_s is None:
        return sender
    began_s = start.time_s + 1 + history.slack_s - _LOADS_S
    return next(
        each
        for each in reversed(history.boots[: sender.number + 1])
        if each.begin_s <= began_s or not each.number
    )


def _usable(call: Call) -> bool:
    """The answer says what it has to (an answer to a stop or a sample has to say nothing)."""
    if not isinstance(call.answer, dict):
        return False
    if call.action != "StartTransaction":
        return True
    number = call.answer.get("transactionId")
    named = isinstance(number, int) and not isinstance(number, bool)
    return call.status is not None and (named or call.status != "Accepted")
