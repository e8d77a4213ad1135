# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The cookies of the page: who is logged in, which browser this is, and what the form to log in must bring along.

Each is HttpOnly: no script reads it. Over TLS each is Secure and has the prefix __Host-, which a browser takes from this
host only. Without TLS a browser would not take it so; and programs of the same host, on other ports, see a cookie then.
"""

from __future__ import annotations

from starlette.requests import HTTPConnection
from starlette.responses import Response

from chargerctl.central.books.users import LONGEST_S

SESSION = "chargerctl_session"
BROWSER = "chargerctl_browser"
FORM = "chargerctl_form"

_LONGEST = 512
_YEAR_S = 365 * 86_400
_AGES = {SESSION: LONGEST_S, BROWSER: _YEAR_S, FORM: 3600}
# A link from elsewhere, such as from Home Assistant, shows the page to who is logged in: GET changes nothing, and no other
# site can read what it gets. The other two are needed by a form of this page only.
_LAX = (SESSION,)


def cookie(connection: HTTPConnection, name: str) -> str:
    """ "" where there is none."""
    value = connection.cookies.get(_full(connection, name), "")
    return value if len(value) <= _LONGEST else ""


def set_cookie(connection: HTTPConnection, response: Response, name: str, value: str) -> None:
    response.set_cookie(
        _full(connection, name),
        value,
        max_age=_AGES[name],
        path="/",
        secure=_by_tls(connection),
        httponly=True,
        samesite="lax" if name in _LAX else "strict",
    )


def delete_cookie(connection: HTTPConnection, response: Response, name: str) -> None:
    response.delete_cookie(
        _full(connection, name), path="/", secure=_by_tls(connection), httponly=True, samesite="lax"
    )


def _full(connection: HTTPConnection, name: str) -> str:
    return f"__Host-{name}" if _by_tls(connection) else name


def _by_tls(connection: HTTPConnection) -> bool:
    """Also to a reverse proxy. Whoever writes this header falsely gets cookies of another name, and no more."""
    return (
        connection.url.scheme == "https"
        or connection.headers.get("x-forwarded-proto", "").strip().lower() == "https"
    )
