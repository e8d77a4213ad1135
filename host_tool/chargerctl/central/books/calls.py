# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Calls that somebody wants a charger to get: asked for by a command, given out once to the worker that speaks to chargers,
sent by it when the charger has no other one, answered, and read by the command. Nothing but these rows passes between the
two processes. Until it is sent it can be taken back; after expires_at it is not sent, for whoever asked has given up.

A secret that a charger is to be given, such as its AuthorizationKey, is in the row while the call waits to be taken: mostly
for a quarter of a second. What ends the waiting takes it out in the same unit of work."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, insert, or_, select, text, update

from chargerctl.central.books import masking, storable
from chargerctl.central.books.direct import Single
from chargerctl.central.books.interface import Outcome, Payload, WaitingCall
from chargerctl.central.books.tables import calls, chargers, held
from chargerctl.central.books.workers import REALM, leased, living

# How long a call waits for the one before it, and for the books.
PATIENCE_S = 60.0
_MOST_AT_ONCE = 100
# Longer than any charger has for its answer.
_LOST_AFTER_S = 3600.0 + 900.0
_WAITS = ("queued", "taken")

_QUEUED = (
    select(calls.c.id, chargers.c.serial, calls.c.action, calls.c.payload, calls.c.timeout_s)
    .join(chargers)
    .where(calls.c.state == "queued")
    .order_by(calls.c.id)
    .limit(_MOST_AT_ONCE)
    # PostgreSQL: another worker takes others, and waits for none. SQLite has one writer at a time.
    .with_for_update(of=calls, skip_locked=True)
)
# By leases each worker takes the calls for its own chargers.
_QUEUED_FOR_HELD = _QUEUED.where(
    select(held.c.serial)
    .where(held.c.realm == REALM, held.c.serial == chargers.c.serial, held.c.worker == bindparam("mine"))
    .exists()
)
_TAKEN = (
    update(calls)
    .where(calls.c.id == bindparam("call"))
    .values(state="taken", worker=bindparam("by"), payload=bindparam("kept"))
)
_SENT = (
    update(calls)
    .where(
        calls.c.id == bindparam("call"), calls.c.state == "taken", calls.c.expires_at >= bindparam("until")
    )
    .values(state="sent", sent_at=bindparam("now"))
)
_ENDED = (
    update(calls)
    .where(calls.c.id == bindparam("call"), calls.c.state != "ended")
    .values(
        state="ended",
        ended_at=bindparam("now"),
        answer=bindparam("what"),
        error=bindparam("code"),
        detail=bindparam("words"),
        payload=bindparam("kept"),
    )
)
# That is open. It is asked four times a second, and mostly there is none.
ANY = Single(select(calls.c.id).where(text("state IN ('queued', 'taken', 'sent') LIMIT 1")))
_OUTCOME = select(calls.c.state, calls.c.answer, calls.c.error, calls.c.detail).where(
    calls.c.id == bindparam("call")
)


def queue_s(number: int) -> float:
    """Within how many seconds so many calls are given out, by a central system that is not too busy."""
    return number / _MOST_AT_ONCE


def ask(
    connection: Connection,
    serial: str,
    action: str,
    payload: Payload,
    timeout_s: float,
    now: float,
    wait_s: float = PATIENCE_S,
) -> int | None:
    """Queue a call; its id, or None: the charger is not in the books. The payload is valid by its schema. timeout_s: what
    the charger has for its answer; wait_s: how long the call may wait until it is sent."""
    charger = connection.execute(
        select(chargers.c.id).where(chargers.c.serial == serial)
    ).scalar_one_or_none()
    if charger is None:
        return None
    row = {
        "charger_id": charger,
        "action": action,
        "payload": storable.exact(payload),
        "timeout_s": timeout_s,
        "asked_at": now,
        "expires_at": now + wait_s,
    }
    return connection.execute(insert(calls).values(row).returning(calls.c.id)).scalar_one()


def cancel(connection: Connection, call: int, now: float) -> bool:
    """Whether it could be taken back: it was not sent yet."""
    waits = and_(calls.c.id == call, calls.c.state.in_(_WAITS))
    return _end(connection, waits, Outcome(error="Cancelled", detail="before it was sent"), now) == 1


def not_ended(connection: Connection, first: int, last: int) -> set[int]:
    """The calls with these ids, and those between, that have not ended."""
    between = and_(calls.c.id.between(first, last), calls.c.state != "ended")
    return set(connection.execute(select(calls.c.id).where(between)).scalars())


def outcome(connection: Connection, call: int) -> Outcome | None:
    """What became of it; None: nothing yet."""
    row = connection.execute(_OUTCOME, {"call": call}).one_or_none()
    if row is None:
        return Outcome(error="Cancelled", detail="the books do not have this call")
    if row.state != "ended":
        return None
    return Outcome(
        answer=None if row.answer is None else json.loads(row.answer), error=row.error, detail=row.detail
    )


def give_out(connection: Connection, worker: str, now: float, has_lease: bool = False) -> list[WaitingCall]:
    """The queued calls, oldest first, to this worker and nobody else. has_lease: those for chargers that it holds."""
    end_overdue(connection, now, has_lease)
    if has_lease:
        rows = connection.execute(_QUEUED_FOR_HELD, {"mine": worker}).all()
    else:
        # Another worker that lives speaks to the charger: it takes its calls itself.
        free = or_(
            chargers.c.worker.is_(None),
            chargers.c.worker == worker,
            chargers.c.worker.not_in(living(now)),
        )
        rows = connection.execute(_QUEUED.where(free)).all()
    found = [
        WaitingCall(each.id, each.serial, each.action, json.loads(each.payload), each.timeout_s)
        for each in rows
    ]
    if found:
        taken: list[dict[str, Any]] = [
            {"call": each.id, "by": worker, "kept": masking.masked(each.payload)} for each in rows
        ]
        connection.execute(_TAKEN, taken)
    return found


def send(connection: Connection, call: int, now: float) -> bool:
    """A call that was given out is about to be sent. False: it must not be, for it was taken back, or comes too late."""
    return connection.execute(_SENT, {"call": call, "now": now, "until": now}).rowcount == 1


def end(connection: Connection, call: int, outcome: Outcome, now: float) -> None:
    """Keep the outcome, unless it has ended already."""
    _end(connection, and_(calls.c.id == call, calls.c.state != "ended"), outcome, now)


def end_overdue(connection: Connection, now: float, has_lease: bool = False) -> None:
    """End the calls that no worker took in time, those that waited too long behind others, those of a worker that is dead,
    and those that a worker should have ended long ago: it never had them if the server was lost while it kept that they were
    given out."""
    is_taken, is_sent = calls.c.state == "taken", calls.c.state == "sent"
    live = leased() if has_lease else living(now)
    is_orphaned = or_(calls.c.worker.is_(None), calls.c.worker.not_in(live))
    not_taken = and_(calls.c.state == "queued", calls.c.expires_at < now)
    too_late = and_(is_taken, calls.c.expires_at < now)
    lost = and_(is_sent, calls.c.sent_at < now - _LOST_AFTER_S)
    for condition, error, detail in (
        (not_taken, "NotConnected", "no central system runs on these books, or it is too busy"),
        (and_(is_taken, is_orphaned), "NotConnected", "the central system stopped before it was sent"),
        (too_late, "Cancelled", "not sent in time: the charger had not answered the calls before it"),
        (and_(is_sent, is_orphaned), "Timeout", "the central system stopped before the answer came"),
        (lost, "Timeout", "the central system has lost it"),
    ):
        _end(connection, condition, Outcome(error=error, detail=detail), now)


def _end(connection: Connection, which: ColumnElement[bool], outcome: Outcome, now: float) -> int:
    """End these calls, without secrets; how many."""
    # PostgreSQL: looks again at what another worker has just changed.
    rows = connection.execute(
        select(calls.c.id, calls.c.payload).where(which).order_by(calls.c.id).with_for_update()
    ).all()
    if not rows:
        return 0
    answer = None if outcome.answer is None else storable.exact(masking.masked_payload(outcome.answer))
    ended: list[dict[str, Any]] = [
        {
            "call": each.id,
            "now": now,
            "what": answer,
            "code": storable.text(outcome.error),
            "words": storable.text(outcome.detail),
            "kept": masking.masked(each.payload),
        }
        for each in rows
    ]
    return connection.execute(_ENDED, ended).rowcount
