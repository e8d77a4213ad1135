# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Frames that were kept, and calls that were asked for."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select

from chargerctl.central.books.tables import calls, chargers, frames


def last_frames(connection: Connection, serial: str | None = None, most: int = 100) -> list[Row[Any]]:
    """id, serial, at, outgoing, text: the last ones, the oldest of them first."""
    query = _frames(serial).order_by(frames.c.id.desc()).limit(most)
    return list(reversed(connection.execute(query).all()))


def frames_before(connection: Connection, serial: str, number: int | None, most: int) -> list[Row[Any]]:
    """Likewise the last ones before the frame with this id; None: of all."""
    query = _frames(serial)
    if number is not None:
        query = query.where(frames.c.id < number)
    return list(reversed(connection.execute(query.order_by(frames.c.id.desc()).limit(most)).all()))


def frame(connection: Connection, serial: str, number: int) -> Row[Any] | None:
    """The one with this id."""
    return connection.execute(_frames(serial).where(frames.c.id == number)).one_or_none()


def calls_before(connection: Connection, number: int, serial: str, most: int = 256) -> list[Row[Any]]:
    """Likewise those before the frame with this id that an answer after it may belong to."""
    query = _frames(serial).where(frames.c.id < number, frames.c.text.like("[2,%"))
    return list(reversed(connection.execute(query.order_by(frames.c.id.desc()).limit(most)).all()))


def frames_after(
    connection: Connection, number: int, serial: str | None = None, most: int = 1000
) -> list[Row[Any]]:
    """Likewise those that came after the frame with this id: to follow what happens."""
    query = _frames(serial).where(frames.c.id > number).order_by(frames.c.id).limit(most)
    return list(connection.execute(query))


def last_calls(connection: Connection, serial: str | None = None, most: int = 100) -> list[Row[Any]]:
    """id, serial, action, payload, state, asked_at, sent_at, ended_at, answer, error, detail; the newest first."""
    query = select(
        calls.c.id,
        chargers.c.serial,
        calls.c.action,
        calls.c.payload,
        calls.c.state,
        calls.c.asked_at,
        calls.c.sent_at,
        calls.c.ended_at,
        calls.c.answer,
        calls.c.error,
        calls.c.detail,
    ).join(chargers)
    if serial is not None:
        query = query.where(chargers.c.serial == serial)
    return list(connection.execute(query.order_by(calls.c.id.desc()).limit(most)))


def _frames(serial: str | None) -> Any:
    columns = frames.c
    query = select(columns.id, chargers.c.serial, columns.at, columns.outgoing, columns.text).join(chargers)
    return query if serial is None else query.where(chargers.c.serial == serial)
