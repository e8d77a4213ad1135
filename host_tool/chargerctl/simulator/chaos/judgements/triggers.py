# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""TriggerMessage (SPEC 5.17): Accepted, and the message follows, where the link carries it."""

from __future__ import annotations

from collections.abc import Iterator

from chargerctl.simulator.chaos.judgements import causes
from chargerctl.simulator.chaos.judgements.history import Asked, Boot, Call, History

# One other call may be outstanding, and what the journal holds is sent meanwhile.
_FOLLOWS_S = 15.0
_SWIFT_S = 1.0
_KNOWN = (
    "BootNotification",
    "DiagnosticsStatusNotification",
    "Heartbeat",
    "MeterValues",
    "StatusNotification",
)


def judge(history: History) -> Iterator[tuple[float, str]]:
    for boot in history.boots:
        for call in boot.asked:
            if call.action == "TriggerMessage" and call.answered_s is not None and call.kind == 3:
                for text in _complaints(history, boot, call):
                    yield (
                        call.answered_s,
                        f"TriggerMessage {call.id} for {call.payload['requestedMessage']} {text}",
                    )


def _complaints(history: History, boot: Boot, call: Asked) -> Iterator[str]:
    assert call.answered_s is not None
    wanted, status = call.payload["requestedMessage"], call.answer["status"]
    if (status == "NotImplemented") == (wanted in _KNOWN):
        yield f"was answered with {status}"
    if wanted == "BootNotification" and call.accepted:
        # A charger that is registered registers no more; sent once it is Pending: judged by calls.py.
        return
    begin_s, end_s = call.at_s, call.answered_s + _FOLLOWS_S
    calls = [each for each in boot.calls if begin_s <= each.at_s <= end_s]
    came = any(_is_wanted(each, call) for each in calls)
    if call.accepted and not came and _was_swift(history, boot, begin_s, end_s):
        yield "was accepted, and it did not come"


def _was_swift(history: History, boot: Boot, begin_s: float, end_s: float) -> bool:
    """The connection lasted, and what was sent over it was answered at once."""
    outstanding = [each for each in boot.calls if begin_s - _FOLLOWS_S * 3 < each.at_s < end_s]
    return (
        end_s < min(boot.end_s, history.end_s)
        and not any(begin_s - 1 < at_s <= end_s for at_s in history.connects)
        and all(
            each.answered_s is not None and each.answered_s - each.at_s < _SWIFT_S for each in outstanding
        )
        and not causes.late_s(history, 0, begin_s, end_s)
    )


def _is_wanted(each: Call, call: Asked) -> bool:
    connector = call.payload.get("connectorId")
    named = each.action != "StatusNotification" or connector in (None, each.payload.get("connectorId"))
    return each.action == call.payload["requestedMessage"] and named
