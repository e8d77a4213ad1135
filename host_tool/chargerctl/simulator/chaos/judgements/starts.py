# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""No transaction that nobody began: somebody was authorised, the cable was in, and meterStart is what the meter showed."""

from __future__ import annotations

from collections.abc import Iterator

from chargerctl.simulator.chaos.judgements import causes
from chargerctl.simulator.chaos.judgements.history import Call, History, board_s
from chargerctl.simulator.chaos.judgements.transactions import Transaction, all_transactions
from chargerctl.simulator.chaos.scene import REMOTE_TAG

# An Authorize waits so long for its turn and its answer.
_ASKED_S = 65.0
_ESTOP_SEEN_S = 1.0
_IN_TIME_S = 3.0


def judge(history: History) -> Iterator[tuple[float, str]]:
    found = all_transactions(history)
    for before, each in zip([None, *found], found, strict=False):
        for text in _complaints(history, each, before):
            yield each.start.sent[0].at_s, f"a transaction of {each.tag} began {text}"


def _complaints(history: History, each: Transaction, before: Transaction | None) -> Iterator[str]:
    slack_s = history.slack_s
    if not _authorised(history, each):
        yield "although nobody had been authorised for it"
    if _was_refused(history, each):
        yield "by what the charger knew, and the central system had refused the card, or it had expired"
    if slack_s is None or each.start.time_s is None:
        return
    begin_s, end_s = each.begin_s - slack_s, each.begin_s + 1 + slack_s
    if before is not None and each.begin_s < before.end_s and before.stop is not None:
        yield "before the one before it had ended"
    if end_s < each.boot.begin_s:
        yield "before the reset"
    if True not in history.plugged.within(begin_s - causes.CONTACT_S, end_s):
        yield "without a cable"
    if history.estop.held(True, begin_s - _ESTOP_SEEN_S, end_s):
        yield "with the emergency stop pressed"
    resets = [call for call in each.boot.asked if call.action == "Reset" and call.accepted]
    if any(call.answered_s is not None and call.answered_s < begin_s for call in resets):
        yield "with a restart due"
    # Nothing flows when it begins: what flows soon after is not in its register.
    if history.relay.at(end_s):
        end_s = history.relay.since(end_s)
    least, most = history.register_wh(begin_s, end_s)
    if not least <= each.start.payload["meterStart"] <= most:
        yield f"at {each.start.payload['meterStart']} Wh, and the meter showed {least:.0f} to {most:.0f}"


def _authorised(history: History, each: Transaction) -> bool:
    slack_s = history.slack_s
    begin_s, end_s = each.boot.begin_s, each.start.sent[0].at_s
    if slack_s is not None and each.start.time_s is not None:
        waits_s = max(
            history.values.ocpp.connection_timeout, history.values.safety.stale_authorization_seconds
        )
        waits_s += causes.FRAME_S if each.tag.startswith(REMOTE_TAG) else _ASKED_S
        begin_s = max(begin_s, each.begin_s - slack_s - waits_s)
        end_s = min(end_s, each.begin_s + 1 + slack_s)
    boots = [each.boot]
    if slack_s is None:
        # In which start of the program it began is not known.
        boots = history.boots[: each.boot.number + 1]
        begin_s = 0.0
    if each.tag.startswith(REMOTE_TAG):
        starts = [
            call for boot in boots for call in causes.asked(boot, "RemoteStartTransaction", begin_s, end_s)
        ]
        return any(call.payload.get("idTag") == each.tag and not call.refused for call in starts)
    if each.tag not in causes.cards(history, begin_s, end_s):
        return False
    if any(
        call.status == "Accepted" and call.payload["idTag"] == each.tag and call.answered_s <= end_s
        for boot in boots
        for call in boot.called("Authorize")
        if call.answered_s is not None
    ):
        return True
    return history.accepts_unknown or _remembered(history, each, end_s)


def _was_refused(history: History, each: Transaction) -> bool:
    """What the central system said last of the card was no, or has expired since; and it was not asked anew (SPEC 3.5.4)."""
    slack_s = history.slack_s
    if slack_s is None or each.start.time_s is None or each.tag.startswith(REMOTE_TAG):
        return False
    if history.configured("AuthorizationCacheEnabled") or history.is_asked("ClearCache"):
        return False
    end_s = each.begin_s + 1 + slack_s
    # What was on the reader before a charge has begun nothing after it.
    closed = [at_s for at_s, now in history.relay.changes(each.boot.begin_s, each.begin_s - slack_s) if now]
    begin_s = max([each.boot.begin_s, *closed])
    came_s = min(
        (at_s for at_s, uid in history.card.changes(begin_s, end_s) if uid == each.tag), default=None
    )
    if came_s is None:
        return False
    said = [
        call for call in causes.answers_about(history, each.boot, each.tag) if call.answered_s is not None
    ]
    if any(came_s - 1 <= (call.answered_s or 0.0) <= end_s for call in said):
        return False
    last = max(
        (call for call in said if (call.answered_s or 0) < came_s - 1),
        key=lambda call: call.answered_s or 0,
        default=None,
    )
    return (
        last is not None
        and last.boot is each.boot
        and last.status is not None
        and _was_read(history, last)
        and (last.status != "Accepted" or _has_expired(last, came_s - 1 - slack_s))
    )


def _was_read(history: History, call: Call) -> bool:
    """In time, and the charger went on to another over the same connection."""
    assert call.answered_s is not None
    next_s = min((each.at_s for each in call.boot.calls if each.at_s > call.answered_s), default=None)
    return (
        next_s is not None
        and call.answered_s - call.at_s < _IN_TIME_S
        and not any(call.at_s < at_s <= next_s for at_s in history.connects)
    )


def _has_expired(call: Call, at_s: float) -> bool:
    expiry = call.answer["idTagInfo"].get("expiryDate")
    if not isinstance(expiry, str):
        return False
    until_s = board_s(expiry)
    # What cannot be read is not trusted.
    return until_s is None or until_s < at_s


def _remembered(history: History, each: Transaction, end_s: float) -> bool:
    """The card was accepted before, and nothing else was said about it since the reset."""
    answers = causes.answers_about(history, each.boot, each.tag)
    said = [call for call in answers if call.status is not None and (call.answered_s or 0.0) <= end_s]
    since = [call.status for call in said if call.boot is each.boot]
    return any(call.status == "Accepted" for call in said) and since[-1:] in ([], ["Accepted"])
