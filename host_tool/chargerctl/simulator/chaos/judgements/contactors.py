# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A contactor that does not follow its relay, where its contact is measured: told, nothing closes before somebody has
cleared it, and no cable is freed while current may flow."""

from __future__ import annotations

from collections.abc import Iterator

from chargerctl.simulator.chaos.judgements import causes
from chargerctl.simulator.chaos.judgements.history import Boot, Call, History, board_s
from chargerctl.simulator.chaos.judgements.statuses import was_swift

# A pass of the loop, at its slowest, has seen the contact by then.
_SEEN_S = 0.1
# From then on after a reset the program runs.
_STARTED_S = 20.0
_TOLD_S = 6.0
_FAULTED = ("Faulted", "Unavailable")


def judge(history: History) -> Iterator[tuple[float, str]]:
    if history.values.hardware.feedback_pin in ("", "none"):
        return
    for at_s, closed in history.relay.changes():
        if closed and history.contact.held(True, at_s - _SEEN_S, at_s):
            yield at_s, "the relay closed while the contactor was closed"
    for at_s, locked in history.locked.changes():
        by_program = not history.was_reset(at_s - _SEEN_S, at_s + _SEEN_S)
        if not locked and by_program and history.contact.held(True, at_s - _SEEN_S, at_s):
            yield at_s, "the cable was unlocked while the contactor was closed"
    for boot in history.boots:
        for begin_s, end_s, closed in _stuck(history, boot):
            yield from _judge_one(history, boot, begin_s, end_s, closed)


def _stuck(history: History, boot: Boot) -> Iterator[tuple[float, float, bool]]:
    """(since when it must be noticed, until when, closed or open): contact and relay differed all the time."""
    feedback_s = history.values.safety.feedback_ms / 1000
    edges = sorted({at_s for line in (history.contact, history.relay) for at_s, _ in line.changes()})
    began_s = boot.begin_s + _STARTED_S
    times = [began_s, *(at_s for at_s in edges if began_s < at_s < boot.end_s)]
    for at_s, end_s in zip(times, [*times[1:], min(boot.end_s, history.end_s)], strict=True):
        noticed_s = at_s + feedback_s + causes.late_s(history, causes.CONTACT_S, at_s, at_s + feedback_s)
        closed = history.contact.at(at_s)
        if closed != history.relay.at(at_s) and noticed_s < end_s:
            yield noticed_s, end_s, closed


def _judge_one(
    history: History, boot: Boot, begin_s: float, end_s: float, closed: bool
) -> Iterator[tuple[float, str]]:
    if not closed:
        yield begin_s, "the relay stayed closed although the contactor had opened"
    again_s = next((at_s for at_s, now in history.relay.changes(begin_s, boot.end_s) if now), None)
    if again_s is not None and not (
        causes.service(history, begin_s, again_s) or causes.reset_asked(boot, begin_s, again_s)
    ):
        yield again_s, "the relay closed after the contactor was stuck, and nobody had cleared that"
    slack_s = history.slack_s
    if slack_s is None or not closed:
        return
    told = [(call, at_s) for call, at_s in _statuses(boot) if begin_s + slack_s < at_s < end_s - 1 - slack_s]
    for call, _ in told:
        if call.payload["status"] not in _FAULTED:
            yield call.at_s, f"{call.payload['status']} was told while the contactor was stuck closed"
    until_s = begin_s + _TOLD_S + slack_s
    if until_s < end_s and was_swift(boot, begin_s, until_s) and not _is_told(boot, until_s):
        yield until_s, "the contactor was stuck closed, and that was not told"


def _statuses(boot: Boot) -> Iterator[tuple[Call, float]]:
    for call in boot.called("StatusNotification"):
        at_s = board_s(call.payload.get("timestamp"))
        if call.payload["connectorId"] == 1 and at_s is not None:
            yield call, at_s


def _is_told(boot: Boot, end_s: float) -> bool:
    """What was told last by then is this fault."""
    told = [call for call, at_s in _statuses(boot) if at_s < end_s + 1]
    return bool(told) and told[-1].payload["errorCode"] == "PowerSwitchFailure"
