# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Ingredients of OCPP's Core profile: what the central system sets and must find again after every restart, what it
unlocks, triggers and clears.

Drawn from a random stream of their own: the other episodes stay as they were when one is added here.
"""

from __future__ import annotations

from random import Random

from chargerctl.simulator.chaos import at_the_board
from chargerctl.simulator.chaos.acts import Act
from chargerctl.simulator.chaos.scene import Scene

_ONE_IN_THREE = 0.33
_KEYS = (
    ("AllowOfflineTxForUnknownId", ("true", "false")),
    ("AuthorizationCacheEnabled", ("false",)),
    ("AuthorizeRemoteTxRequests", ("true",)),
    ("ConnectionTimeOut", ("5", "0", "fast")),
    ("ConnectorPhaseRotation", ("0.RST,1.RST", "1.XYZ")),
    ("LocalAuthorizeOffline", ("false",)),
    ("LocalPreAuthorize", ("true",)),
    ("MaxEnergyOnInvalidId", ("-1",)),
    ("MeterValueSampleInterval", ("0", "2", "1.5")),
    ("MeterValuesSampledData", ("Energy.Active.Import.Register,Power.Active.Import", "SoC")),
    ("NumberOfConnectors", ("2",)),
    ("StopTransactionOnInvalidId", ("false", "perhaps")),
    ("StopTxnSampledData", ("Energy.Active.Import.Register",)),
)
_MESSAGES = (
    "BootNotification",
    "DiagnosticsStatusNotification",
    "FirmwareStatusNotification",
    "Heartbeat",
    "MeterValues",
    "StatusNotification",
    "StatusNotification",
)
# No crash and one brown-out at most: after three in a row a program rightly does without its display.
_RESETS = (at_the_board.reset_button, at_the_board.power_cut)


def draw(seed: int, length_s: float) -> list[Act]:
    """For one episode of three up to three of them, for the others nothing."""
    random = Random(f"{seed}/core")
    acts: list[Act] = []
    if random.random() < _ONE_IN_THREE:
        for _ in range(random.randint(1, 3)):
            make = CORE[random.choice(tuple(CORE))]
            acts += make(random, random.uniform(8, max(9, length_s - 8)))
    return acts


def change_availability(random: Random, at_s: float) -> list[Act]:
    """Out of service, sometimes over a reset, and in service again, or not before calm."""
    connector = random.choice((0, 1))

    def set_to(scene: Scene, kind: str) -> None:
        scene.ask("ChangeAvailability", {"connectorId": connector, "type": kind})

    acts = [
        Act(
            at_s,
            "change_availability",
            f"change_availability of {connector} to Inoperative",
            lambda scene: set_to(scene, "Inoperative"),
        )
    ]
    if random.random() < 0.6:
        acts += random.choice(_RESETS)(random, at_s + random.uniform(1, 12))
    if random.random() < 0.4:
        acts.append(
            Act(
                at_s + random.uniform(15, 40),
                "",
                f"availability of {connector}: Operative",
                lambda scene: set_to(scene, "Operative"),
            )
        )
    return acts


def change_configuration(random: Random, at_s: float) -> list[Act]:
    """A key, with a value that it takes or one that it does not; sometimes a reset after it."""
    key, values = random.choice(_KEYS)
    value = random.choice(values)
    acts = [
        Act(
            at_s,
            "change_configuration",
            f"change_configuration: {key} = {value}",
            lambda scene: scene.ask("ChangeConfiguration", {"key": key, "value": value}),
        )
    ]
    if random.random() < 0.3:
        acts += random.choice(_RESETS)(random, at_s + random.uniform(1, 12))
    return acts


def unlock_connector(random: Random, at_s: float) -> list[Act]:
    connector = random.choice((0, 1, 1, 1, 1, 2))
    return [
        Act(
            at_s,
            "unlock_connector",
            f"unlock_connector {connector}",
            lambda scene: scene.ask("UnlockConnector", {"connectorId": connector}),
        )
    ]


def clear_cache(random: Random, at_s: float) -> list[Act]:
    return [Act(at_s, "clear_cache", "clear_cache", lambda scene: scene.ask("ClearCache", {}))]


def trigger_message(random: Random, at_s: float) -> list[Act]:
    payload: dict[str, object] = {"requestedMessage": random.choice(_MESSAGES)}
    connector = random.choice((None, None, 0, 1))
    if connector is not None:
        payload |= {"connectorId": connector}
    return [
        Act(
            at_s,
            "trigger_message",
            "trigger_message " + " ".join(map(str, payload.values())),
            lambda scene: scene.ask("TriggerMessage", payload),
        )
    ]


CORE = {
    make.__name__: make
    for make in (
        change_availability,
        change_configuration,
        unlock_connector,
        clear_cache,
        trigger_message,
    )
}
