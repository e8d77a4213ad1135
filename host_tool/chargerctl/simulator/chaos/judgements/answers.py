# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Accepted means done, Rejected means not done, and what could be done is not rejected."""

from __future__ import annotations

from collections.abc import Iterator

from chargerctl.simulator.chaos.at_the_central import RETAINED_ID
from chargerctl.simulator.chaos.judgements import causes
from chargerctl.simulator.chaos.judgements.history import Asked, Boot, History, unix_of
from chargerctl.simulator.chaos.judgements.transactions import Transaction, transactions
from chargerctl.simulator.chaos.scene import REMOTE_TAG

# The cable counts as in after its settling; and a pass.
_SETTLED_S, _STAYS_S = 1.5, 2.0
# The last messages may take 30 s; and the network.
_RESTART_S = 45.0
# Long enough after the last thing that happened that nothing of it is under way.
_QUIET_S = 5.0
_KNOWN_S = 2.0
# An answer on its way.
_LATE_S = 2.5
# The link carries nothing, or nothing to somebody.
_CUT = (
    *(
        "link_drop",
        "half_open",
        "cut_at_unplug",
        "refused",
        "not_let_in",
        "black_hole",
        "held_up",
        "delay",
        "dns_hang",
    ),
    *("dhcp_hang", "broker_", "the silent broker", "garbage", "retained_call", "central_", "reorder"),
)
_IDLE = ("Available", "Preparing", "Finishing")


def judge(history: History) -> Iterator[tuple[float, str]]:
    for boot in history.boots:
        found = transactions(history, boot)
        for call in boot.asked:
            if call.answered_s is not None and not call.id.startswith(RETAINED_ID):
                check = _CHECKS.get(call.action)
                for text in check(history, boot, found, call) if check is not None else ():
                    yield call.answered_s, f"{call.action} {call.id} {text}"


# Starts.


def _remote_start(history: History, boot: Boot, found: list[Transaction], call: Asked) -> Iterator[str]:
    tag = call.payload.get("idTag")
    if not isinstance(tag, str) or not tag.startswith(REMOTE_TAG):
        # A stranger's.
        if call.accepted:
            yield f"was accepted, with {call.payload}"
        return
    done = any(each.tag == tag for each in found)
    # The same call may have come twice.
    if call.refused and done:
        yield "was refused, and its transaction began"
    if call.accepted and not done and boot.last and _had_its_cable(history, boot, call):
        yield "was accepted, the cable was in, and no transaction began"
    if call.refused and _was_possible(history, boot, found, call):
        yield "was refused, and nothing was in its way"


def _had_its_cable(history: History, boot: Boot, call: Asked) -> bool:
    """In all the time, or within the time that it waits for it; and nothing else came between."""
    assert call.answered_s is not None
    at_s = call.answered_s
    waits_s = history.shortest_wait_s
    if history.plugged.held(True, at_s - _SETTLED_S, at_s + _STAYS_S):
        came_s = at_s
    else:
        edges = history.plugged.changes(at_s - _SETTLED_S, at_s + waits_s - _SETTLED_S)
        if len(edges) != 1 or not edges[0][1]:
            return False
        came_s = max(edges[0][0], at_s)
        if not history.plugged.held(True, edges[0][0], came_s + _STAYS_S):
            return False
    end_s = came_s + _STAYS_S
    return not (
        causes.late_s(history, 0, at_s, end_s)
        or causes.stopped_by_hand(history, at_s - _QUIET_S, end_s)
        or causes.service(history, at_s - _QUIET_S, end_s)
        or causes.remote_stop(boot, causes.numbers(boot.called("StartTransaction")), at_s - _QUIET_S, end_s)
        or causes.reset_asked(boot, at_s - _RESTART_S, end_s)
        or causes.unlock_asked(boot, at_s - _QUIET_S, end_s)
        or causes.asked(boot, "ChangeAvailability", boot.begin_s, end_s)
        # It is asked about first.
        or "true" in history.configured("AuthorizeRemoteTxRequests")
        or history.reader_trouble(at_s, end_s)
        or causes.contactor(history, boot.begin_s, end_s)
        or not _could_close(history, boot, came_s)
    )


def _could_close(history: History, boot: Boot, at_s: float) -> bool:
    """The contacts have rested, and have closings left."""
    safety = history.values.safety
    rested_s = max(history.relay.since(at_s), boot.begin_s) + safety.min_off_seconds
    hour = [1 for begin_s, closed in history.relay.changes(max(boot.begin_s, at_s - 3600), at_s) if closed]
    return rested_s < at_s and len(hour) < safety.max_cycles_per_hour


def _was_possible(history: History, boot: Boot, found: list[Transaction], call: Asked) -> bool:
    """For certain: the connector said that it was idle, nothing happened lately, no fault, no restart."""
    at_s, slack_s = call.at_s, history.slack_s
    if slack_s is None or not boot.last or call.payload.get("connectorId", 1) != 1:
        return False
    before_s = at_s - _QUIET_S
    said = [each for each in boot.called("StatusNotification") if each.payload["connectorId"] == 1]
    last = next((each for each in reversed(said) if each.at_s < at_s), None)
    return (
        last is not None
        and last.at_s < before_s
        and last.payload["status"] in _IDLE
        and last.payload["errorCode"] == "NoError"
        and _registered(boot, before_s)
        and not causes.at_work(history, found, before_s, at_s + _QUIET_S)
        and history.locked.held(False, before_s, at_s)
        and len(history.plugged.within(before_s, at_s)) == 1
        and not causes.cards(history, at_s - _RESTART_S, at_s)
        and not causes.stopped_by_hand(history, 0, at_s)
        and not causes.contactor(history, 0, at_s)
        and not causes.reset_asked(boot, boot.begin_s, at_s)
        and not causes.unlock_asked(boot, before_s, at_s)
        and not causes.asked(boot, "ChangeAvailability", before_s, at_s)
        and not [
            each
            for each in causes.asked(boot, "RemoteStartTransaction", at_s - 125, at_s)
            if each is not call
        ]
        and not history.spell(("nvm_fails", *causes.SLOW), 0, at_s)
        and _could_close(history, boot, at_s)
        and not any(each.stop is None or each.stop.answer is None for each in found)
    )


def _registered(boot: Boot, at_s: float) -> bool:
    """Accepted, with the time."""
    return any(
        call.answer.get("status") == "Accepted" and unix_of(call.answer.get("currentTime")) is not None
        for call in boot.called("BootNotification")
        if call.answered_s is not None and call.answered_s < at_s and isinstance(call.answer, dict)
    )


# Stops.


def _remote_stop(history: History, boot: Boot, found: list[Transaction], call: Asked) -> Iterator[str]:
    assert call.answered_s is not None
    number = call.payload.get("transactionId")
    # A central system may give a number again.
    mine = [each for each in found if number in causes.numbers(each.start.sent)]
    if call.accepted and not mine:
        yield f"was accepted, and there is no transaction {number}"
    slack_s = history.slack_s
    if slack_s is None or any(each.stop is None or each.stop.time_s is None for each in mine):
        return
    begin_s, end_s = call.at_s - slack_s - 1, call.answered_s + 1 + slack_s
    if call.accepted and mine and not any(begin_s <= each.end_s <= end_s for each in mine):
        yield f"was accepted, and no transaction {number} ended by it"
    if not call.refused or causes.late_s(history, 0, call.at_s, call.at_s):
        return
    for each in mine:
        known_s = min(
            sent.answered_s for sent in each.start.sent if sent.answered_s is not None and sent.answer
        )
        if known_s + _KNOWN_S < call.at_s and call.answered_s < each.end_s - 1 - slack_s:
            yield f"was refused, and transaction {number} ran"


# Resets.


def _reset(history: History, boot: Boot, found: list[Transaction], call: Asked) -> Iterator[str]:
    assert call.answered_s is not None
    if call.payload.get("type") not in ("Hard", "Soft") and call.accepted:
        yield f"was accepted, with {call.payload}"
    done = [at_s for at_s, _ in history.resets if call.at_s < at_s <= call.answered_s + _RESTART_S]
    if call.payload.get("type") == "Soft" and call.accepted and done:
        yield from _stopped_first(history, boot, found, call, done[0])
    if call.accepted and not done and history.end_s > call.answered_s + _RESTART_S:
        yield "was accepted, and the board was not reset"


def _stopped_first(
    history: History, boot: Boot, found: list[Transaction], call: Asked, done_s: float
) -> Iterator[str]:
    """A Soft one lets the transaction's stop go first, where the link can carry it."""
    assert call.answered_s is not None
    running = found[-1:] if history.relay.at(call.at_s) else []
    calls = [each for each in boot.calls if call.at_s - _QUIET_S < each.at_s < done_s]
    swift = all(each.answered_s is not None and each.answered_s - each.at_s < 1.0 for each in calls)
    healthy = not causes.late_s(history, 0, call.at_s, done_s) and not history.spell(
        _CUT, call.at_s - 60, done_s
    )
    orderly = (done_s, "software") in history.resets and done_s - call.answered_s < _RESTART_S
    connected = not [at_s for at_s in history.connects if call.at_s - _QUIET_S < at_s < done_s]
    if running and running[0].stop is None and swift and healthy and orderly and connected:
        yield f"was accepted, and the board was reset without the stop of {running[0].tag}'s transaction"


# UnlockConnector.


def _unlock(history: History, boot: Boot, found: list[Transaction], call: Asked) -> Iterator[str]:
    """Its status is how the lock is when it is given: a frame, and a pass, after it was so."""
    assert call.answered_s is not None
    status = call.answer.get("status") if call.kind == 3 else None
    locked = history.locked.within(call.answered_s - _LATE_S, call.answered_s)
    if status == "Unlocked" and False not in locked:
        yield "was answered with Unlocked, and the cable was locked"
    if status == "UnlockFailed" and True not in locked:
        yield "was answered with UnlockFailed, and the cable was not locked"
    if status == "NotSupported" and call.payload.get("connectorId") == 1:
        yield "was answered with NotSupported"


_CHECKS = {
    "RemoteStartTransaction": _remote_start,
    "RemoteStopTransaction": _remote_stop,
    "Reset": _reset,
    "UnlockConnector": _unlock,
}
