# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Where nobody has to log in: on a computer of one's own, as long as there is no account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chargerctl.central.books.queries.users import has_users
from chargerctl.central.books.store import DatabaseStore
from chargerctl.central.settings import CentralSettings
from chargerctl.errors import InputError

if TYPE_CHECKING:
    from starlette.datastructures import Headers

_ADD = "chargerctl central user add NAME"
# What reverse proxies add: behind one, not everybody is at this computer.
_OF_PROXIES = ("forwarded", "via", "x-real-ip")


def is_local(settings: CentralSettings) -> bool:
    """Whether only this computer reaches the page, as far as settings say. Without `http` nobody does."""
    return (settings.http is None or settings.http.is_loopback) and not settings.http_hosts


def comes_through_proxy(headers: Headers) -> bool:
    """Whether a reverse proxy says so; not every one does."""
    return any(name in _OF_PROXIES or name.startswith("x-forwarded-") for name in headers)


def require_account(settings: CentralSettings, store: DatabaseStore) -> None:
    """InputError where others would reach the page, and there is no account yet."""
    if settings.http is None or is_local(settings):
        return
    with store.reading() as connection:
        if has_users(connection):
            return
    what = "http_hosts" if settings.http.is_loopback else "http"
    raise InputError(
        f"{what}: others than this computer reach the web page, and it has no account: {_ADD}", setting=what
    )
