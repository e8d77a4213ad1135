# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The lock: it holds the cable while a transaction runs, and afterwards only for who was refused; never for ever."""

from __future__ import annotations

from collections.abc import Iterator

from chargerctl.simulator.chaos.judgements import causes
from chargerctl.simulator.chaos.judgements.history import Boot, History
from chargerctl.simulator.chaos.judgements.transactions import Transaction, transactions
from chargerctl.simulator.chaos.scene import REMOTE_TAG

_LATE_S = 1.5


def judge(history: History) -> Iterator[tuple[float, str]]:
    if history.slack_s is None:
        return
    for boot in history.boots:
        if boot.last:
            found = transactions(history, boot)
            yield from _held_without_reason(history, boot, found, history.slack_s)
            yield from _not_held(history, found, history.slack_s)


def _held_without_reason(
    history: History, boot: Boot, found: list[Transaction], slack_s: float
) -> Iterator[tuple[float, str]]:
    """From what a transaction leaves behind to its end the lock may be closed; a held cable keeps it so."""
    for at_s, locked in history.locked.changes(boot.begin_s, boot.end_s):
        if not locked:
            continue
        end_s = next((t for t, _ in history.locked.changes(at_s + 1e-6, boot.end_s)), history.end_s)
        settle_s = slack_s + _LATE_S + causes.late_s(history, 0, at_s, end_s)
        covered_s = at_s + settle_s
        for each in sorted(causes.at_work(history, found, at_s, end_s), key=lambda one: one.begin_s):
            if each.begin_s - settle_s <= covered_s:
                covered_s = max(covered_s, min(each.end_s, end_s) + settle_s)
                if each.refused and not each.tag.startswith(REMOTE_TAG):
                    covered_s = end_s
        for opened_s, closed in history.contact.changes(at_s, end_s):
            if not closed:
                # No cable is freed under load.
                covered_s = max(covered_s, opened_s + settle_s)
        if covered_s < end_s and not history.contact.at(covered_s):
            yield (
                covered_s,
                f"the cable, locked at {at_s:.3f} s, was still locked although no transaction ran",
            )


def _not_held(history: History, found: list[Transaction], slack_s: float) -> Iterator[tuple[float, str]]:
    for each in found:
        if each.boot is not each.ended_in:
            # No lock holds without power.
            continue
        begin_s, end_s = each.begin_s + 1 + slack_s, each.end_s - slack_s - _LATE_S
        if begin_s < end_s < float("inf") and False in history.locked.within(begin_s, end_s):
            yield begin_s, f"the cable was not locked during the transaction of {each.tag}"
        if _is_held(history, each, slack_s) and not history.locked.at(each.end_s + 1 + slack_s):
            yield each.end_s, f"{each.tag} was refused, and its cable was not held"


def _is_held(history: History, each: Transaction, slack_s: float) -> bool:
    """A card was refused, its cable is in, and nothing has freed it."""
    if (
        each.stop is None
        or each.stop.payload.get("reason") != "DeAuthorized"
        or each.tag.startswith(REMOTE_TAG)
    ):
        return False
    begin_s, end_s = each.end_s - slack_s - _LATE_S, each.end_s + 2 * slack_s + 2
    return (
        history.plugged.held(True, begin_s - 1, end_s)
        and not history.reader_trouble(each.begin_s - _LATE_S - slack_s - 30, end_s)
        and not causes.cards(history, begin_s, end_s)
        and not causes.stopped_by_hand(history, begin_s, end_s)
        and not causes.service(history, begin_s, end_s)
        and not causes.reset_asked(each.boot, begin_s - causes.FRAME_S, end_s)
        and not causes.unlock_asked(each.boot, begin_s - causes.FRAME_S, end_s)
        and not causes.asked(each.boot, "RemoteStopTransaction", begin_s - causes.FRAME_S, end_s)
        and not causes.contactor(history, 0, end_s)
    )
