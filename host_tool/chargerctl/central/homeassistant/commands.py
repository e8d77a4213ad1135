# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What Home Assistant may ask of a charger, and the calls of OCPP that it stands for. Pure.

Whoever may write on a command topic can send anything: only these exact payloads are commands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from chargerctl.central.homeassistant.names import Names
from chargerctl.central.live.state import State
from chargerctl.errors import ChargerctlError


class RefusedError(ChargerctlError):
    """No charger is asked: why, for the owner."""


@dataclass(frozen=True)
class Call:
    """action, payload: of OCPP 1.6."""

    action: str
    payload: dict[str, Any]


@dataclass(frozen=True)
class Command:
    """What one payload on the topic of one entity means: in words, and the calls that do it. calls(state, card): at least
    one; RefusedError."""

    words: str
    calls: Callable[[State, str], list[Call]]
    needs_card: bool = False


def _start(state: State, card: str) -> list[Call]:
    if state.sessions:
        raise RefusedError("a session runs already")
    if not card:
        raise RefusedError("no card to start with: set home_assistant_card")
    connector = _connector(state)
    return [
        Call("RemoteStartTransaction", {"idTag": card} | ({"connectorId": connector} if connector else {}))
    ]


def _stop(state: State, card: str) -> list[Call]:
    if not state.sessions:
        raise RefusedError("no session runs")
    return [Call("RemoteStopTransaction", {"transactionId": each.id}) for each in state.sessions]


def _unlock(state: State, card: str) -> list[Call]:
    return [Call("UnlockConnector", {"connectorId": _connector(state) or 1})]


def _availability(kind: str) -> Callable[[State, str], list[Call]]:
    # Connector 0: the charger with all its connectors (OCPP 1.6, 5.2).
    return lambda state, card: [Call("ChangeAvailability", {"connectorId": 0, "type": kind})]


def _reset(state: State, card: str) -> list[Call]:
    return [Call("Reset", {"type": "Soft"})]


def _connector(state: State) -> int | None:
    """Where a car waits, or could be; None where the charger has not named any."""
    found = [each for each in state.connectors if each.id > 0]
    for wanted in (("Preparing",), ("Available", "Finishing", "Reserved")):
        for each in found:
            if each.status in wanted:
                return each.id
    return found[0].id if found else None


COMMANDS: Mapping[tuple[str, bytes], Command] = {
    ("charging", b"ON"): Command("start", _start, needs_card=True),
    ("charging", b"OFF"): Command("stop", _stop),
    ("in_service", b"ON"): Command("into service", _availability("Operative")),
    ("in_service", b"OFF"): Command("out of service", _availability("Inoperative")),
    ("reset", b"PRESS"): Command("restart", _reset),
    ("unlock", b"PRESS"): Command("unlock", _unlock),
}


def command_of(names: Names, topic: str, payload: bytes) -> tuple[str, Command] | None:
    """The serial and what is asked of that charger; None where it is no command."""
    found = names.whose_command(topic)
    if found is None:
        return None
    serial, entity = found
    command = COMMANDS.get((entity, payload))
    return (serial, command) if command is not None else None
