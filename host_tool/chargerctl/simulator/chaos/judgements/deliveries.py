# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Starts, samples and stops are delivered in their order (SPEC 3.7): the next when the one before was answered, or has
failed TransactionMessageAttempts times; and none is sent again sooner than is allowed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from chargerctl.simulator.chaos.judgements.history import Call, History
from chargerctl.simulator.chaos.judgements.transactions import Record, records

_ATTEMPTS = 3
# TransactionMessageRetryInterval, and what a whole second takes away.
_RETRY_S = 60.0
_ROUND_S = 2.0
_RECONNECTED_S = 10.0
# After a reconnect.
_DOUBTFUL_S = 60.0


def judge(history: History) -> Iterator[tuple[float, str]]:
    found = records(history)
    for before, each in pairwise(found):
        if not _may_follow(before, each.sent[0].at_s):
            yield (
                each.sent[0].at_s,
                f"{each.action} was sent before the {before.action} before it was settled",
            )
    said: list[tuple[str, object]] = []
    for each in found:
        # Two samples of one second may be the same.
        if each.action != "MeterValues" and (each.action, each.payload) in said:
            yield each.sent[0].at_s, f"{each.action} was sent again under another id"
        said.append((each.action, each.payload))
        yield from _again(history, each)


def _may_follow(before: Record, at_s: float) -> bool:
    answer = before.answer
    if answer is not None and answer.answered_s is not None and answer.answered_s <= at_s:
        return True
    # A sample gives way sooner: when nobody answers it, and when nobody can process it.
    return before.action == "MeterValues" or _failures(before, at_s) >= _ATTEMPTS


def _failures(record: Record, at_s: float) -> int:
    """How often it was answered by then. (Asked of one that was never answered as it should be.)"""
    return sum(call.answered_s is not None and call.answered_s <= at_s for call in record.sent)


def _again(history: History, record: Record) -> Iterator[tuple[float, str]]:
    for number, (call, again) in enumerate(pairwise(record.sent), start=1):
        if again.payload != record.payload or again.action != record.action:
            yield again.at_s, f"{record.action} was sent again under its id, but not the same"
        if call.boot is not again.boot:
            # A restart sends it at once; that it was answered may not have been written.
            continue
        settled_s = None if record.answer is None else record.answer.answered_s
        lost = _lost(history, call.at_s - 1, again.at_s)
        # Shortly after a reconnect the central system may not be back yet.
        hurries = lost or _lost(history, call.at_s - _DOUBTFUL_S, again.at_s)
        if settled_s is not None and settled_s + 1 < again.at_s and not lost:
            yield again.at_s, f"{record.action} was sent again although it had been answered"
            return
        if _failures(record, again.at_s - 1) >= _ATTEMPTS:
            yield again.at_s, f"{record.action} was sent again after {_ATTEMPTS} failures"
        late_s = _after_reconnect(history, call, again)
        if late_s > _RECONNECTED_S:
            yield again.at_s, f"{record.action} was sent again only {late_s:.0f} s after the link was back"
        if not hurries and again.at_s - call.at_s < _RETRY_S - _ROUND_S:
            waited_s = again.at_s - call.at_s
            yield again.at_s, f"{record.action} was sent again after {waited_s:.0f} s, time {number + 1}"


def _after_reconnect(history: History, call: Call, again: Call) -> float:
    """How long after the first other call over a new connection what was lost with the old one went out."""
    connects = [at_s for at_s in history.connects if call.at_s < at_s < again.at_s]
    if call.answered_s is not None or not connects:
        return 0.0
    after = [each for each in again.boot.calls if connects[-1] < each.at_s < again.at_s]
    # A call that is not answered keeps the next ones waiting.
    stuck = any(each.answered_s is None or each.answered_s - each.at_s > 1 for each in after)
    return again.at_s - after[0].at_s if after and not stuck else 0.0


def _lost(history: History, begin_s: float, end_s: float) -> bool:
    return any(begin_s <= at_s <= end_s for at_s in history.connects)
