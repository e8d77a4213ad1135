# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a StopTransaction says is what happened: why, by which card, when, and how much the meter had counted."""

from __future__ import annotations

from collections.abc import Iterator

from chargerctl.simulator.chaos.judgements import causes
from chargerctl.simulator.chaos.judgements.history import History
from chargerctl.simulator.chaos.judgements.transactions import (
    RESETS,
    Transaction,
    all_transactions,
    transactions,
)

_READER_S = 15.0
# A start that was given up after three failures (ERR 3.18).
_UNKNOWN, _ATTEMPTS = -1, 3


def judge(history: History) -> Iterator[tuple[float, str]]:
    for each in all_transactions(history):
        if each.stop is not None:
            for text in _complaints(history, each):
                yield each.stop.sent[0].at_s, f"the stop of {each.tag}'s transaction says {text}"


def _complaints(history: History, each: Transaction) -> Iterator[str]:
    assert each.stop is not None
    payload = each.stop.payload
    number = payload["transactionId"]
    given = causes.numbers(each.start.sent)
    given_up = each.start.failures >= _ATTEMPTS or each.refused
    if not (given_up if number == _UNKNOWN else number in given):
        yield f"transactionId {number}, and its start got {sorted(given)}"
    slack_s = history.slack_s
    if slack_s is None or each.stop.time_s is None:
        return
    begin_s, end_s = each.end_s - slack_s, each.end_s + 1 + slack_s
    if end_s < each.boot.begin_s or begin_s > each.stop.sent[0].at_s:
        yield f"{payload['timestamp']}, which is not when it ended"
        return
    reason = payload.get("reason", "Local")
    if not _happened(history, each, reason, begin_s, end_s):
        yield f"{reason} at {payload['timestamp']}, and nothing of the kind had happened"
    if each.ended_by_reset:
        # By its last checkpoint.
        resumes = history.values.safety.resume_after_power_loss
        until_s = each.stop.sent[0].at_s if resumes else each.boot.end_s
        yield from _outside(history, each, each.begin_s - slack_s, until_s)
        return
    yield from _wrong_energy(history, each, begin_s, end_s)
    if history.relay.held(True, begin_s, end_s):
        yield f"{payload['timestamp']}, and the relay was closed all that time"


def _happened(history: History, each: Transaction, reason: str, begin_s: float, end_s: float) -> bool:
    def early_s(usual_s: float) -> float:
        return begin_s - causes.late_s(history, usual_s, begin_s, end_s)

    boot = each.ended_in
    contact_s, card_s, frame_s = early_s(causes.CONTACT_S), early_s(causes.CARD_S), early_s(causes.FRAME_S)
    if reason == "Local":
        return _by_hand(history, each, card_s, end_s)
    if reason == "EVDisconnected":
        return causes.unplugged(history, contact_s, end_s)
    if reason == "Remote":
        return causes.remote_stop(boot, causes.numbers(each.start.sent), frame_s, end_s)
    if reason == "UnlockCommand":
        return causes.unlock_asked(boot, frame_s, end_s)
    if reason == "EmergencyStop":
        return causes.stopped_by_hand(history, contact_s, end_s)
    if reason == "DeAuthorized":
        return each.refused
    if reason in RESETS:
        ended = [history.ended_by(each.boot)]
        if history.values.safety.resume_after_power_loss:
            # It went on, and was interrupted again; or the cable was found to be out.
            ended += [by for at_s, by in history.resets if each.boot.end_s <= at_s <= each.stop_sent_s]
        return any(by in RESETS[reason] for by in ended)
    if reason in ("SoftReset", "HardReset"):
        return causes.reset_asked(boot, frame_s, end_s, reason.removesuffix("Reset"))
    if reason == "Other":
        # The reader was lost, the contactor did not follow, or the relay could not close in time.
        never_closed = True not in history.relay.within(each.begin_s + 1, each.end_s - 1)
        return (
            never_closed
            or history.reader_trouble(begin_s - _READER_S, end_s)
            or causes.contactor(history, begin_s - _READER_S, end_s)
        )
    return False


def _by_hand(history: History, each: Transaction, begin_s: float, end_s: float) -> bool:
    """The card that it names was there; who began with it had to present it again."""
    assert each.stop is not None
    tag = each.stop.payload.get("idTag")
    if tag is None:
        return causes.service(history, begin_s, end_s)
    if not causes.may_stop(history, each.boot, tag, each.tag):
        return False
    there = tag in causes.cards(history, begin_s - causes.FRAME_S, end_s)
    again = causes.presentations(history, tag, each.boot.begin_s, end_s) > 1
    return there and (again or tag != each.tag)


def _wrong_energy(history: History, each: Transaction, begin_s: float, end_s: float) -> Iterator[str]:
    """The register stands still from the relay's opening on, and that is seen to the microsecond, where it is certain
    which opening it was."""
    assert each.stop is not None
    opened = [at_s for at_s, closed in history.relay.changes(begin_s, end_s) if not closed]
    alone = (
        len(causes.at_work(history, transactions(history, each.boot), begin_s, min([*opened, end_s]))) == 1
    )
    followed = not causes.contactor(history, begin_s, end_s)
    if len(opened) == 1 and opened[0] < each.stop.sent[0].at_s and alone and followed:
        begin_s = end_s = opened[0]
    yield from _outside(history, each, begin_s, end_s)


def _outside(history: History, each: Transaction, begin_s: float, end_s: float) -> Iterator[str]:
    assert each.stop is not None
    least, most = history.register_wh(begin_s, end_s)
    if not least <= each.stop.payload["meterStop"] <= most:
        yield f"{each.stop.payload['meterStop']} Wh, and the meter showed {least:.0f} to {most:.0f}"
