# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Who may use the web page: what changes accounts, sessions and tokens. Each function takes a connection of `writing()`.

No secret is kept: of passwords there is an Argon2 hash that the caller made, of cookies and tokens what secret_hash() makes.
So several processes share who is logged in, and a changed password counts at once for all of them.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select, update

from chargerctl.central.books import storable
from chargerctl.central.books.tables import tokens, users, web_sessions
from chargerctl.errors import InputError
from chargerctl.likeness import did_you_mean, nearest

IDLE_S = 24 * 3600
"""So long after its last request a session ends."""
LONGEST_S = 14 * 24 * 3600
"""So long after its login it ends, whatever was done with it."""
_TOUCH_S = 60
"""Not every request writes when it came."""
_MOST_SESSIONS = 20

LONGEST_NAME = 64
_NAME = re.compile(rf"[\w.@+-]{{1,{LONGEST_NAME}}}")


def normal(name: str) -> str:
    """The name of an account or a token as it is kept: Anna is anna, however a keyboard composes its letters."""
    return unicodedata.normalize("NFKC", name).casefold()


def secret_hash(secret: str) -> bytes:
    """Of a cookie or a token. They have 256 random bits, which nobody can guess: so a quick hash is enough."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def add_user(connection: Connection, name: str, password_hash: str, now: float, *, read_only: bool) -> None:
    """InputError: it cannot be a name, or there is one."""
    kept = new_user(connection, name)
    connection.execute(
        insert(users).values(name=kept, password_hash=password_hash, read_only=read_only, created_at=now)
    )


def new_user(connection: Connection, name: str) -> str:
    """The name as it will be kept. InputError: it cannot be one, or there is such an account."""
    kept = _checked(name)
    if _is_there(connection, kept):
        raise InputError(
            f"there is an account {kept} already: chargerctl central user password {kept} changes its password",
            user=kept,
        )
    return kept


def known_user(connection: Connection, name: str) -> str:
    """The name as it is kept. InputError: there is no such account."""
    kept = normal(name)
    if not _is_there(connection, kept):
        raise _unknown("account", "user", name, connection.execute(select(users.c.name)).scalars().all())
    return kept


def set_user_password(connection: Connection, name: str, password_hash: str) -> None:
    """Whoever is logged in with the old one is not any more. InputError: there is no such account."""
    here = users.c.name == known_user(connection, name)
    connection.execute(update(users).where(here).values(password_hash=password_hash))
    its = select(users.c.id).where(here).scalar_subquery()
    connection.execute(delete(web_sessions).where(web_sessions.c.user_id == its))


def remove_user(connection: Connection, name: str) -> None:
    """Whoever is logged in with it is not any more. InputError: there is no such account."""
    connection.execute(delete(users).where(users.c.name == known_user(connection, name)))


def hash_anew(connection: Connection, user: int, old: str, new: str) -> bool:
    """The same password, hashed with today's parameters, unless it was changed meanwhile; whether it was not."""
    same = (users.c.id == user) & (users.c.password_hash == old)
    return connection.execute(update(users).where(same).values(password_hash=new)).rowcount == 1


def begin_session(
    connection: Connection, user: int, password_hash: str, secret: str, csrf: str, now: float
) -> bool:
    """Log an account in whose password was right. password_hash: what it was compared with.

    False: the account is gone or its password was changed meanwhile. The oldest of too many sessions end.
    """
    same = (users.c.id == user) & (users.c.password_hash == password_hash)
    if connection.execute(select(users.c.id).where(same).with_for_update()).one_or_none() is None:
        return False
    over = (web_sessions.c.expires_at <= now) | (web_sessions.c.last_used_at <= now - IDLE_S)
    connection.execute(delete(web_sessions).where(over))
    its = select(web_sessions.c.secret_hash).where(web_sessions.c.user_id == user)
    newest = its.order_by(web_sessions.c.last_used_at.desc()).limit(_MOST_SESSIONS - 1)
    beyond = (web_sessions.c.user_id == user) & web_sessions.c.secret_hash.not_in(
        connection.execute(newest).scalars().all()
    )
    connection.execute(delete(web_sessions).where(beyond))
    connection.execute(
        insert(web_sessions).values(
            secret_hash=secret_hash(secret),
            user_id=user,
            csrf=csrf,
            created_at=now,
            last_used_at=now,
            expires_at=now + LONGEST_S,
        )
    )
    return True


def end_session(connection: Connection, secret: str) -> None:
    """Log out. One that is over already is no mistake."""
    connection.execute(delete(web_sessions).where(web_sessions.c.secret_hash == secret_hash(secret)))


def use_session(connection: Connection, secret: str, now: float) -> None:
    """It was used: it lasts."""
    here = web_sessions.c.secret_hash == secret_hash(secret)
    connection.execute(update(web_sessions).where(here).values(last_used_at=now))


def add_token(connection: Connection, name: str, secret: str, now: float, *, read_only: bool) -> None:
    """InputError: it cannot be a name, or there is one."""
    kept = _checked(name)
    if connection.execute(select(tokens.c.id).where(tokens.c.name == kept)).one_or_none():
        raise InputError(
            f"there is a token {kept} already: remove it first, or choose another name", token=kept
        )
    connection.execute(
        insert(tokens).values(name=kept, secret_hash=secret_hash(secret), read_only=read_only, created_at=now)
    )


def remove_token(connection: Connection, name: str) -> None:
    """Programs that have it are refused from now on. InputError: there is no such token."""
    here = tokens.c.name == storable.text(normal(name))
    if connection.execute(delete(tokens).where(here)).rowcount == 0:
        raise _unknown("token", "token", name, connection.execute(select(tokens.c.name)).scalars().all())


def use_token(connection: Connection, name: str, now: float) -> None:
    """It was used, for `token list`."""
    connection.execute(update(tokens).where(tokens.c.name == name).values(last_used_at=now))


def is_stale(last_used_at: float | None, now: float) -> bool:
    """Whether a use is worth writing."""
    return last_used_at is None or not 0 <= now - last_used_at < _TOUCH_S


def _is_there(connection: Connection, kept: str) -> bool:
    query = select(users.c.id).where(users.c.name == storable.text(kept))
    return connection.execute(query).one_or_none() is not None


def _checked(name: str) -> str:
    kept = normal(name)
    if not _NAME.fullmatch(kept):
        raise InputError(
            f"{_shown(name)!r} cannot be a name: 1 to {LONGEST_NAME} letters, digits and . _ - + @", name=name
        )
    return kept


def _unknown(what: str, group: str, name: str, there: Sequence[str]) -> InputError:
    hint = did_you_mean(nearest(normal(name), there), f"`chargerctl central {group} list` shows them")
    return InputError(f"there is no {what} {_shown(name)!r}: {hint}", **{group: name})


def _shown(name: str) -> str:
    return storable.text(name)[:LONGEST_NAME]
