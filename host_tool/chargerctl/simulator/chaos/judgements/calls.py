# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One call at a time (J 4.1.1), BootNotification first, and a Heartbeat when there is nothing else to say."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from chargerctl.simulator.chaos.judgements.history import Boot, Call, History

# After so long without an answer the next may be sent; sooner an Authorize.
_GIVEN_UP_S, _GIVES_WAY_S, _ROUND_S = 30.0, 5.0, 0.5
# From the last packet over a connection to the next connection, at least.
_GONE_S = 3.0
# How soon what gets no answer is sent again after a reconnect.
_SOONER_S, _SINCE_S = 10.0, 60.0
# The central system's interval; a call may be outstanding before it.
_HEARTBEAT_S = 30.0
_IDENTITY = {
    "chargePointVendor": "charger.vendor",
    "chargePointModel": "charger.model",
    "chargePointSerialNumber": "charger.serial",
}


def judge(history: History) -> Iterator[tuple[float, str]]:
    for boot in history.boots:
        for text in _first(history, boot):
            yield boot.calls[0].at_s, text
        for before, call in pairwise(boot.calls):
            yield from _one_at_a_time(history, before, call)
        yield from _registered(history, boot)
        yield from _silent_while_rejected(boot)
    yield from _heartbeats(history)


def _first(history: History, boot: Boot) -> Iterator[str]:
    if not boot.calls:
        return
    if boot.calls[0].action != "BootNotification":
        yield f"the first call is {boot.calls[0].action}"
    for call in boot.called("BootNotification"):
        for field, name in _IDENTITY.items():
            if call.payload.get(field) != history.values[name]:
                yield f"{field} is {call.payload.get(field)!r}"


def _one_at_a_time(history: History, before: Call, call: Call) -> Iterator[tuple[float, str]]:
    waited_s = call.at_s - before.at_s
    answered = before.answered_s is not None and before.answered_s <= call.at_s
    lost = any(before.at_s - 1 <= at_s <= call.at_s for at_s in history.connects)
    patience_s = _patience_s(history, before, call)
    # What the link holds up arrives together.
    held = history.spell(
        ("delay", "held_up", "trickle", "partial", "half_open", "link_drop"), before.at_s - 60, call.at_s
    )
    if not answered and not lost and not held and waited_s < patience_s - _ROUND_S:
        yield (
            call.at_s,
            f"{call.action} was sent {waited_s:.1f} s after {before.action}, which was not answered",
        )


def _patience_s(history: History, before: Call, call: Call) -> float:
    if call.action == "Authorize" and before.action != "BootNotification":
        return _GIVES_WAY_S
    connected = any(before.at_s - _SINCE_S < at_s <= before.at_s for at_s in history.connects)
    doubtful = connected and before.action != "StartTransaction"
    if before.action == "Authorize":
        return float(history.values.ocpp.authorize_timeout)
    return _SOONER_S if doubtful else _GIVEN_UP_S


def _registered(history: History, boot: Boot) -> Iterator[tuple[float, str]]:
    """Nothing else before BootNotification was accepted, and that not sooner than was asked for."""
    accepted_s = float("inf")
    pause_until_s, status = 0.0, None
    for call in boot.calls:
        if call.action != "BootNotification":
            # What is triggered may go out sooner (SPEC 4.2).
            if accepted_s > call.at_s and not _is_triggered(boot, call):
                yield call.at_s, f"{call.action} was sent before BootNotification was accepted"
            continue
        if accepted_s + 1 < call.at_s:
            yield call.at_s, "BootNotification was sent again after it had been accepted"
        if call.at_s < pause_until_s - 2 and not _is_triggered(boot, call):
            yield (
                call.at_s,
                f"BootNotification was sent {pause_until_s - call.at_s:.0f} s too soon after {status}",
            )
        if call.answered_s is not None and isinstance(call.answer, dict):
            status, interval = call.answer.get("status"), call.answer.get("interval")
            # What came with the end of its connection may be gone with it.
            gone_s = call.answered_s + _GONE_S
            gone = any(call.answered_s <= at_s <= gone_s for at_s in history.connects)
            if status == "Accepted":
                accepted_s = min(accepted_s, call.answered_s)
            elif status in ("Pending", "Rejected") and isinstance(interval, int) and not gone:
                pause_until_s = call.answered_s + interval


def _is_triggered(boot: Boot, call: Call) -> bool:
    triggers = [each for each in boot.asked if each.action == "TriggerMessage" and each.at_s < call.at_s]
    return any(each.payload.get("requestedMessage") == call.action for each in triggers)


def _silent_while_rejected(boot: Boot) -> Iterator[tuple[float, str]]:
    """SPEC 4.2: a charge point that was rejected does not answer either."""
    boots = [call for call in boot.called("BootNotification") if call.answered_s is not None]
    for call, after in zip(boots, (*boots[1:], None), strict=False):
        if not isinstance(call.answer, dict) or call.answer.get("status") != "Rejected":
            continue
        assert call.answered_s is not None
        end_s = boot.end_s if after is None else after.at_s
        for each in boot.asked:
            if each.answered_s is not None and call.answered_s + 1 < each.at_s and each.answered_s < end_s:
                yield each.answered_s, f"{each.action} {each.id} was answered while the charger was rejected"


def _heartbeats(history: History) -> Iterator[tuple[float, str]]:
    """Once everything works, and while nobody comes."""
    idle = [at_s for at_s, text in history.chaos if text.startswith("idle")]
    spans = [(history.calm_s, history.end_s), *zip(idle[::2], idle[1::2], strict=False)]
    for before, call in (pair for boot in history.boots for pair in pairwise(boot.calls)):
        if not any(begin_s <= before.at_s and call.at_s <= end_s for begin_s, end_s in spans):
            continue
        if any(
            before.at_s - _GIVEN_UP_S < at_s < call.at_s and at_s not in idle for at_s, _ in history.chaos
        ):
            continue
        since_s = [before.answered_s or before.at_s, *(at_s for at_s in history.connects if at_s < call.at_s)]
        silent_s = call.at_s - max(since_s)
        if silent_s > _HEARTBEAT_S + _GIVEN_UP_S + 3:
            yield (
                call.at_s,
                f"nothing was sent for {silent_s:.0f} s, and the interval is {_HEARTBEAT_S:.0f} s",
            )
