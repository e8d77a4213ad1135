# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""No transaction that nobody began: somebody was authorised, the cable was in, and meterStart is what the meter showed."""

from __future__ import annotations

from collections.abc import Iterator

from chargerctl.simulator.chaos.judgements import causes
from chargerctl.simulator.chaos.judgements.history import History
from chargerctl.simulator.chaos.judgements.transactions import Transaction, all_transactions
from chargerctl.simulator.chaos.scene import REMOTE_TAG

# An Authorize waits so long for its turn and its answer.
_ASKED_S = 65.0
_ESTOP_SEEN_S = 1.0


def judge(history: History) -> Iterator[tuple[float, str]]:
    found = all_transactions(history)
    for before, each in zip([None, *found], found, strict=False):
        for text in _complaints(history, each, before):
            yield each.start.sent[0].at_s, f"a transaction of {each.tag} began {text}"


def _complaints(history: History, each: Transaction, before: Transaction | None) -> Iterator[str]:
    slack_s = history.slack_s
    if not _authorised(history, each):
        yield "although nobody had been authorised for it"
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
    return (
        history.values.ocpp.offline_authorization
        or _remembered(history, each, end_s)
        or any(
            call.status == "Accepted" and call.payload["idTag"] == each.tag and call.answered_s <= end_s
            for boot in boots
            for call in boot.called("Authorize")
            if call.answered_s is not None
        )
    )


def _remembered(history: History, each: Transaction, end_s: float) -> bool:
    """The card was accepted before, and nothing else was said about it since the reset."""
    answers = causes.answers_about(history, each.boot, each.tag)
    said = [call for call in answers if call.status is not None and (call.answered_s or 0.0) <= end_s]
    since = [call.status for call in said if call.boot is each.boot]
    return any(call.status == "Accepted" for call in said) and since[-1:] in ([], ["Accepted"])
