# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the central system does. Its special answers queue for each action: COUNT of them (1), then the usual answer."""

from __future__ import annotations

from chargerctl.central.conversation.script import Behaviour
from chargerctl.simulator.script.line import Stage, line
from chargerctl.simulator.script.values import Json


@line(
    "csms answer action:ACTION payload:JSON [count:COUNT|always]",
    "Answer the charger's next ACTION with this payload, as it is, null too.",
)
def answer(stage: Stage, action: str, payload: Json, count: int | None = 1) -> None:
    _prepare(stage, action, Behaviour(payload=payload), count)


@line(
    "csms error action:ACTION code:CODE [count:COUNT|always]",
    "Answer the charger's next ACTION with a CALLERROR.",
)
def error(stage: Stage, action: str, code: str, count: int | None = 1) -> None:
    _prepare(stage, action, Behaviour(error=code), count)


@line("csms silent action:ACTION [count:COUNT|always]", "Do not answer the charger's next ACTION.")
def silent(stage: Stage, action: str, count: int | None = 1) -> None:
    _prepare(stage, action, Behaviour(silent=True), count)


@line(
    "csms delay action:ACTION seconds:SECONDS [count:COUNT|always]", "Answer the charger's next ACTION late."
)
def delay(stage: Stage, action: str, seconds: float, count: int | None = 1) -> None:
    _prepare(stage, action, Behaviour(delay_s=seconds), count)


@line("csms duplicate action:ACTION [count:COUNT|always]", "Answer the charger's next ACTION twice.")
def duplicate(stage: Stage, action: str, count: int | None = 1) -> None:
    _prepare(stage, action, Behaviour(copies=2), count)


@line(
    "csms call action:ACTION [payload:JSON]",
    "Call the charger, without JSON with a valid default payload.",
)
def call(stage: Stage, action: str, payload: Json = None) -> None:
    # A script with csms lines was refused before boot where the central system is not ours.
    assert stage.central is not None
    stage.network.to_charger(stage.central.call(action, payload))


@line(
    "csms retained action:ACTION [payload:JSON]",
    "Have the broker keep this call as a retained message, which it gives at every subscription from now on.",
)
def retained(stage: Stage, action: str, payload: Json = None) -> None:
    assert stage.central is not None
    stage.network.retain(stage.central.call(action, payload))


@line("csms raw payload:TEXT|hex:…", "Publish these bytes on the topic that the charger subscribes to.")
def raw(stage: Stage, payload: bytes) -> None:
    stage.network.to_charger(payload)


@line(
    "csms state:offline|online|unknown",
    "Publish the word as a retained message on the connection topic below the one that the charger subscribes to; "
    "`unknown`: remove that message. Whether the central system answers stays as it is.",
)
def connection(stage: Stage, state: str) -> None:
    stage.network.say("" if state == "unknown" else state)


def _prepare(stage: Stage, action: str, behaviour: Behaviour, count: int | None) -> None:
    assert stage.central is not None
    stage.central.script.add(action, behaviour, count)
