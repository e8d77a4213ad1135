# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""ChangeAvailability (SPEC 5.2): Inoperative holds, also over a reset, until it is taken back: nothing begins, and nobody is
told that the connector is free."""

from __future__ import annotations

from collections.abc import Iterator

from chargerctl.simulator.chaos.judgements.history import Asked, Boot, History, board_s
from chargerctl.simulator.chaos.judgements.kept import outlasts
from chargerctl.simulator.chaos.judgements.transactions import transactions

_SEEN_S = 2.0
_IN_SERVICE = ("Available", "Preparing")


def judge(history: History) -> Iterator[tuple[float, str]]:
    slack_s = history.slack_s
    if slack_s is None:
        return
    for call, end_s in _out_of_service(history):
        assert call.answered_s is not None
        for boot in history.boots:
            if boot.end_s <= call.answered_s or boot.begin_s >= end_s or not outlasts(history, call, boot):
                continue
            begin_s = max(call.answered_s, boot.begin_s) + _SEEN_S + slack_s
            yield from _violations(history, boot, begin_s, end_s - 1 - slack_s)


def _out_of_service(history: History) -> Iterator[tuple[Asked, float]]:
    """Each call that was accepted, and when the next may have been obeyed."""
    calls = [call for boot in history.boots for call in boot.asked if call.action == "ChangeAvailability"]
    for call, after in zip(calls, [*calls[1:], None], strict=False):
        wanted = call.payload.get("type") == "Inoperative" and call.answered_s is not None and call.kind == 3
        if wanted and call.answer.get("status") in ("Accepted", "Scheduled"):
            yield call, history.end_s if after is None else after.at_s


def _violations(history: History, boot: Boot, begin_s: float, end_s: float) -> Iterator[tuple[float, str]]:
    for call in boot.called("StatusNotification"):
        at_s = board_s(call.payload.get("timestamp"))
        if call.payload["connectorId"] != 1 or at_s is None or not begin_s < at_s < end_s:
            continue
        if call.payload["status"] in _IN_SERVICE:
            yield call.at_s, f"{call.payload['status']} was told while the connector was out of service"
    for each in transactions(history, boot):
        if each.start.time_s is not None and begin_s < each.begin_s < end_s:
            yield (
                each.start.sent[0].at_s,
                f"a transaction of {each.tag} began while the connector was out of service",
            )
