# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Accounts of the web page, who is logged in, and tokens."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Connection, func, select

from chargerctl.central.books import storable
from chargerctl.central.books.tables import tokens, users, web_sessions
from chargerctl.central.books.users import IDLE_S, LONGEST_NAME, normal, secret_hash


@dataclass(frozen=True)
class User:
    """An account. sessions: how many are logged in with it; last_used_at: the last request of any of them."""

    name: str
    read_only: bool
    created_at: float
    sessions: int
    last_used_at: float | None


@dataclass(frozen=True)
class Credentials:
    """What a password is compared with."""

    id: int
    name: str
    password_hash: str = field(repr=False)


@dataclass(frozen=True)
class WebSession:
    """Somebody who is logged in."""

    name: str
    read_only: bool
    csrf: str = field(repr=False)
    last_used_at: float = 0.0


@dataclass(frozen=True)
class Token:
    name: str
    read_only: bool
    created_at: float
    last_used_at: float | None


def has_users(connection: Connection) -> bool:
    """Whether there is an account."""
    return connection.execute(select(users.c.id).limit(1)).one_or_none() is not None


def all_users(connection: Connection, now: float) -> list[User]:
    """In the order of their names."""
    query = (
        select(
            users.c.name,
            users.c.read_only,
            users.c.created_at,
            func.count(web_sessions.c.user_id).label("sessions"),
            func.max(web_sessions.c.last_used_at).label("last_used_at"),
        )
        .select_from(users.outerjoin(web_sessions, (web_sessions.c.user_id == users.c.id) & _lasts(now)))
        .group_by(users.c.id)
        .order_by(users.c.name)
    )
    return [User(**row) for row in connection.execute(query).mappings()]


def find_credentials(connection: Connection, name: str) -> Credentials | None:
    """Of the account with this name, which may be anything that somebody typed."""
    kept = storable.text(normal(name[: LONGEST_NAME * 4]))
    query = select(users.c.id, users.c.name, users.c.password_hash).where(users.c.name == kept)
    row = connection.execute(query).mappings().one_or_none()
    return Credentials(**row) if row else None


def find_session(connection: Connection, secret: str, now: float) -> WebSession | None:
    """None: nobody is logged in with this secret, or not any more."""
    query = (
        select(users.c.name, users.c.read_only, web_sessions.c.csrf, web_sessions.c.last_used_at)
        .join(users, web_sessions.c.user_id == users.c.id)
        .where(web_sessions.c.secret_hash == secret_hash(secret), _lasts(now))
    )
    row = connection.execute(query).mappings().one_or_none()
    return WebSession(**row) if row else None


def find_token(connection: Connection, secret: str) -> Token | None:
    """None: no program has this secret."""
    row = (
        connection.execute(_TOKENS.where(tokens.c.secret_hash == secret_hash(secret)))
        .mappings()
        .one_or_none()
    )
    return Token(**row) if row else None


def all_tokens(connection: Connection) -> list[Token]:
    """In the order of their names."""
    return [Token(**row) for row in connection.execute(_TOKENS.order_by(tokens.c.name)).mappings()]


_TOKENS = select(tokens.c.name, tokens.c.read_only, tokens.c.created_at, tokens.c.last_used_at)


def _lasts(now: float) -> ColumnElement[bool]:
    return (web_sessions.c.expires_at > now) & (web_sessions.c.last_used_at > now - IDLE_S)
