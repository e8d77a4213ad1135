# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Judges the books of the central system by what really happened."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from typing import Any

from chargerctl.central.conversation.ledger import Transaction

from tests.whole.journal.charger import Charger, Session
from tests.whole.journal.stores import CHECKPOINT_WH

# What flows while a checkpoint is on its way to the medium: some passes.
_ON_ITS_WAY_WH = 25


def mistakes(charger: Charger) -> list[str]:
    """What is wrong, in words: each session must be there once, with its energy, to the checkpoint where the power failed,
    and each message must keep its id and its payload."""
    return [*_messages(charger), *_transactions(charger)]


def _messages(charger: Charger) -> list[str]:
    found = []
    known: dict[str, tuple[str, dict[str, Any]]] = {}
    for call_id, action, payload in charger.books.frames:
        before = known.setdefault(call_id, (action, payload))
        if before != (action, payload):
            found.append(f"id {call_id} was {before} and is {(action, payload)}")
    for action, key in (("StartTransaction", "timestamp"), ("StopTransaction", "transactionId")):
        # A retry has the same id, so each id counts once.
        once = dict(charger.books.of(action))
        for value, count in Counter(
            (payload[key], payload.get("meterStart")) for payload in once.values()
        ).items():
            if count > 1:
                found.append(f"doubled: {count} messages {action} for {value}")
    return found


def _transactions(charger: Charger) -> list[str]:
    found = []
    booked = list(charger.central.ledger.transactions.values())
    stops = {payload["transactionId"]: payload for _, payload in charger.books.of("StopTransaction")}
    began = {session.began_wh: None for session in charger.sessions} | {
        each.start["meterStart"]: None for each in booked
    }
    for wh in began:
        found += _paired(
            [session for session in charger.sessions if session.began_wh == wh],
            [each for each in booked if each.start["meterStart"] == wh],
            stops,
        )
    starts = [each.start["timestamp"] for each in booked]
    if starts != sorted(starts):
        found.append(f"out of order: {starts}")
    return found


def _paired(
    sessions: list[Session], booked: list[Transaction], stops: dict[int, dict[str, Any]]
) -> list[str]:
    """The mistakes of sessions and transactions that began at the same reading: each session has one transaction, in their
    order, and every other transaction is one that was recorded before the power went and the relay never closed for."""
    if len(booked) < len(sessions):
        return [f"lost: {sessions} have {len(booked)} StartTransaction"]
    pairings = (
        [
            *(
                text
                for session, each in zip(sessions, of_them, strict=True)
                for text in _stop(session, stops.get(each.id))
            ),
            *(text for each in booked if each not in of_them for text in _unused(each, stops.get(each.id))),
        ]
        for of_them in combinations(booked, len(sessions))
    )
    return min(pairings, key=len)


def _unused(transaction: Transaction, stop: dict[str, Any] | None) -> list[str]:
    if stop is None:
        return [f"lost: {transaction} has no StopTransaction"]
    if stop["meterStop"] != transaction.start["meterStart"]:
        return [f"doubled: {transaction} took energy, and no session of its own is left for it"]
    return []


def _stop(session: Session, stop: dict[str, Any] | None) -> list[str]:
    if stop is None:
        return [f"lost: {session} has no StopTransaction"]
    missing = session.ended_wh - stop["meterStop"]
    allowed = CHECKPOINT_WH + _ON_ITS_WAY_WH if session.cut else 0
    if not 0 <= missing <= allowed:
        return [f"energy: {session} was stopped at {stop['meterStop']}, {missing} Wh are missing"]
    if stop["meterStop"] < session.began_wh:
        return [f"energy: {session} was stopped at {stop['meterStop']}, below its start"]
    return []
