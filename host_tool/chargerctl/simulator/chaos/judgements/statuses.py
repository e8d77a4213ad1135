# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Every status was so when it says it was, and what lasted was told: Charging, Finishing, Faulted, in their order."""

from __future__ import annotations

from collections.abc import Iterator

from chargerctl.simulator.chaos.judgements import causes
from chargerctl.simulator.chaos.judgements.history import Boot, Call, History, board_s
from chargerctl.simulator.chaos.judgements.transactions import Transaction, transactions

_CHARGING = ("Charging", "SuspendedEV", "SuspendedEVSE")
_OUT = ("Unavailable",)
_READER_S = 30.0
# What is told at once is told within this: one other call may be outstanding and answered first.
_SOON_S = 6.0
# A program that joins a network, or is blocked by a wire, does not look at the cable meanwhile: it settles anew.
_STALLS = ("dhcp_hang", "link_drop", "dns_hang", "wire_", "chip_without_memory", "flash_slow", "memory_short")
# A contact settles, and a program that was blocked looks again.
_SETTLED_S = 2.0


def judge(history: History) -> Iterator[tuple[float, str]]:
    for boot in history.boots:
        found = transactions(history, boot)
        said = [call for call in boot.called("StatusNotification") if call.payload["connectorId"] == 1]
        for call in said:
            for text in _complaints(history, boot, found, call):
                yield call.at_s, f"{call.payload['status']} was told {text}"
        yield from _told_again(history, boot)
        if boot.last:
            yield from _untold(history, boot, found, said)


def _complaints(history: History, boot: Boot, found: list[Transaction], call: Call) -> Iterator[str]:
    status, error = call.payload["status"], call.payload["errorCode"]
    at_s, slack_s = board_s(call.payload.get("timestamp")), history.slack_s
    if slack_s is None or at_s is None:
        return
    begin_s, end_s = at_s - slack_s - _SETTLED_S, at_s + 1 + slack_s
    within = causes.at_work(history, found, at_s, at_s)
    # Not at its edges.
    for_certain = [
        each for each in within if each.begin_s + 1 + slack_s < at_s < each.end_s - slack_s and each.stop
    ]
    if status in _CHARGING and not within and boot.last:
        yield "while no transaction ran"
    if status in ("Available", "Preparing", "Finishing") and for_certain:
        yield f"while the transaction of {for_certain[0].tag} ran"
    stalled = history.spell(_STALLS, begin_s - _SETTLED_S, end_s)
    if status == "Available" and history.plugged.held(True, begin_s, end_s) and not stalled:
        yield "with the cable in"
    if status == "Finishing" and history.plugged.held(False, begin_s, end_s):
        yield "without a cable"
    if status == "Finishing" and boot.last and not _used(history, found, at_s):
        yield "and no transaction had ended since the cable came"
    if status in ("Available", "Preparing", *_CHARGING) and history.estop.held(True, begin_s, end_s):
        yield "with the emergency stop pressed"
    if status == "Faulted" and not _may_have_latched(history, end_s):
        yield "although nothing had failed"
    if error == "ReaderFailure" and not history.reader_trouble(begin_s - _READER_S, end_s):
        yield "with a ReaderFailure, and the reader worked"
    if error != "NoError" and status != "Faulted" and not _may_be_lost(history, end_s):
        yield f"with {error}, and every part worked"


def _used(history: History, found: list[Transaction], at_s: float) -> bool:
    """A transaction has ended with this cable in, or the cable waited in vain for somebody (ERR 3.20)."""
    slack_s = history.slack_s or 0.0
    edges = (at_s - slack_s, at_s, at_s + 1, at_s + 1 + slack_s)
    moments = [each for each in edges if history.plugged.at(each)]
    waits_s = history.shortest_wait_s
    for moment_s in moments:
        came_s = history.plugged.since(moment_s)
        glitched = history.plugged.since(came_s - 0.001) > came_s - 1.0
        # A program that is blocked does not see that it was out.
        unseen = history.spell(_STALLS, came_s, came_s)
        ended = any(came_s - 1 - slack_s <= each.end_s <= moment_s + slack_s for each in found)
        if glitched or unseen or ended or moment_s - came_s > waits_s - 1:
            return True
    return not moments


def _may_have_latched(history: History, end_s: float) -> bool:
    return (
        causes.stopped_by_hand(history, 0, end_s)
        or history.spell(("nvm_fails",), 0, end_s)
        or causes.contactor(history, 0, end_s)
    )


def _may_be_lost(history: History, end_s: float) -> bool:
    return history.spell(("part_lost", "wire_", "chip_without_memory", "clock_stretched"), 0, end_s)


def _told_again(history: History, boot: Boot) -> Iterator[tuple[float, str]]:
    """Why the program started is reported once. An answer may be lost with the connection: whether it arrived shows by the
    next call over the same one."""
    answered_s = float("inf")
    for call in boot.called("StatusNotification"):
        if str(call.payload.get("info", "")).startswith("reset: "):
            if call.at_s > answered_s:
                yield call.at_s, f"connector 0 told {call.payload['info']!r} again"
            elif call.answered_s is not None:
                next_s = min(
                    (each.at_s for each in boot.calls if each.at_s >= call.answered_s), default=boot.end_s
                )
                if not any(call.answered_s <= at_s <= next_s for at_s in history.connects):
                    answered_s = call.answered_s


def _untold(
    history: History, boot: Boot, found: list[Transaction], said: list[Call]
) -> Iterator[tuple[float, str]]:
    slack_s = history.slack_s
    if slack_s is None:
        return

    def told(statuses: tuple[str, ...], begin_s: float, end_s: float) -> bool:
        stamps = [
            board_s(call.payload.get("timestamp")) for call in said if call.payload["status"] in statuses
        ]
        return any(at_s is not None and begin_s - slack_s <= at_s <= end_s + 1 + slack_s for at_s in stamps)

    for each in found:
        if each.stop is None:
            continue
        # Its messages went through at once, so a status did, too.
        swift = was_swift(boot, each.begin_s, each.begin_s + _SOON_S + slack_s)
        if (
            swift
            and each.end_s - each.begin_s > _SOON_S + slack_s
            and not told(_CHARGING, each.begin_s, each.end_s)
        ):
            yield each.begin_s, f"the transaction of {each.tag} was never told as Charging"
        end_s = each.end_s + _SOON_S + slack_s
        swift = was_swift(boot, each.end_s, end_s)
        stays = history.plugged.held(True, each.end_s - slack_s, end_s) and not history.was_reset(
            each.end_s, end_s
        )
        # Where it is to be out of service, Unavailable is told instead.
        finished = ("Finishing", "Faulted", *_CHARGING, *_OUT[: history.is_asked("ChangeAvailability")])
        if swift and stays and not told(finished, each.end_s, end_s):
            yield each.end_s, f"after the transaction of {each.tag} Finishing was not told"


def was_swift(boot: Boot, begin_s: float, end_s: float) -> bool:
    """What was sent from then on was answered at once, and there was something: the last of it a moment before `end_s`."""
    calls = [call for call in boot.calls if begin_s - _SOON_S <= call.at_s <= end_s]
    sent_within = [call for call in calls if call.at_s >= begin_s]
    return bool(sent_within) and all(
        call.action != "BootNotification"
        and call.answered_s is not None
        and call.answered_s - call.at_s < 1.0
        for call in calls
    )
