# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Why a central system cannot be reached, or lets a charger not in: what happened, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping

from chargerctl.errors import ChargerctlError
from chargerctl.mqtt.refusal import Options, unreached
from chargerctl.ocppj import SUBPROTOCOL

# What of a stranger's text is repeated.
_LONGEST = 200


TO = Options("--to", "--ca", "wss:// instead of ws://", "ws:// instead of wss://")

_CLOSES: Mapping[int, tuple[str, str]] = {
    1000: ("closed the connection", "it may have been restarted, or has a newer connection of this charger"),
    1001: ("closed the connection: it is going away", "it is tried again"),
    1002: ("closed the connection: it takes what came for a fault of the protocol", "see its log"),
    1003: ("closed the connection: it does not take this kind of message", "see its log"),
    1006: ("closed the connection without a word", "see its log, and what is between here and there"),
    1008: ("closed the connection: against its rules", "see its log; it may not know the charger"),
    1009: ("closed the connection: a message was too long for it", "see its log"),
    1011: ("closed the connection: it has an internal error", "see its log"),
    1012: ("closed the connection: it restarts", "it is tried again"),
    1013: ("closed the connection: try again later", "it is tried again"),
}


class RefusedError(ChargerctlError):
    """No connection for this charger, or none any more. what: a word for programs; reason: what happened; message: place,
    reason and remedy."""

    def __init__(self, what: str, place: str, text: str, remedy: str) -> None:
        super().__init__(f"{place}: {text}; {remedy}", what=what)
        self.what = what
        self.reason = text


def by_status(status: int, location: str | None, place: str, path: str, user: str | None) -> RefusedError:
    """The answer to the handshake was this status of HTTP. user: None where no password was sent."""
    if status == 401:
        if user is None:
            return RefusedError(
                "401", place, "it wants a password (HTTP 401)", "set the charger's in [bridge.passwords]"
            )
        return RefusedError(
            "401",
            place,
            f"it refused the password of {user} (HTTP 401)",
            "set the one that the central system has for this charger, in [bridge.passwords]",
        )
    if status == 403:
        return RefusedError(
            "403", place, f"it does not let {path} in (HTTP 403)", "allow the charger in the central system"
        )
    if status == 404:
        return RefusedError(
            "404",
            place,
            f"it knows no {path} (HTTP 404)",
            "add the charger to the central system, or correct the path of --to",
        )
    if 300 <= status < 400:
        where = f" to {location[:_LONGEST]}" if location else ""
        return RefusedError(
            "redirect",
            place,
            f"it redirects{where} (HTTP {status}), which is not followed",
            "use that as --to, without the charger, if you trust it",
        )
    if status == 429 or status >= 500:
        return RefusedError(
            "busy", place, f"it cannot answer now (HTTP {status})", "it is tried again; see its log"
        )
    return RefusedError(
        "no websocket",
        place,
        f"it answers {path} with HTTP {status}, and no WebSocket",
        "correct the path of --to",
    )


def without_subprotocol(place: str, chosen: str | None) -> RefusedError:
    """It has not agreed to ours (J 3.2)."""
    text = f"it agreed to {chosen[:_LONGEST]}" if chosen else "it agreed to no subprotocol"
    return RefusedError(
        "subprotocol",
        place,
        f"{text}, not to {SUBPROTOCOL}",
        "it may speak another version of OCPP, or not at this path",
    )


def no_answer(place: str, seconds: float) -> RefusedError:
    return RefusedError(
        "timeout",
        place,
        f"no answer in {seconds:.0f} s",
        "see whether it is switched on, and what a firewall drops",
    )


def by_error(error: Exception, place: str, secured: bool) -> RefusedError:
    """It was not reached, or what answers is no central system. secured: with TLS."""
    return RefusedError(*unreached(error, secured, TO).at(place))


def by_close(code: int | None, reason: str, place: str, ping_s: float) -> RefusedError:
    """The connection has ended with this code (RFC 6455, 7.4). None: there is none, since a ping got no answer."""
    if code is None:
        return RefusedError(
            "ping", place, f"no answer to a ping in {ping_s:.0f} s", "see the network on the way"
        )
    text, remedy = _CLOSES.get(code, (f"closed the connection with code {code}", "see its log"))
    because = f" ({reason[:_LONGEST]})" if reason else ""
    return RefusedError("closed", place, f"it {text}{because}", remedy)
