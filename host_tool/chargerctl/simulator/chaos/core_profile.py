# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Ingredients of OCPP's Core profile: what the central system sets and must find again after every restart, what it unlocks,
triggers and clears, cards that expire, and a journal that cannot be written when a transaction begins.

Drawn from a random stream of their own: the other episodes stay as they were when one is added here.
"""

from __future__ import annotations

from random import Random

from chargerctl.central.defaults import timestamp
from chargerctl.central.script import Behaviour
from chargerctl.simulator.chaos import at_the_board, on_the_link
from chargerctl.simulator.chaos.acts import Act, spell
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
_RESETS = (
    at_the_board.brown_out,
    at_the_board.crash,
    at_the_board.reset_button,
    at_the_board.power_cut,
)


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


def card_expires(random: Random, at_s: float) -> list[Act]:
    """A card is accepted, with a parent and until soon; then nobody can be asked, and it comes again."""
    uid, lasts_s = random.choice(at_the_board.UIDS), random.choice((4, 4, 4, 600))
    written = random.choice((timestamp, timestamp, lambda unix: "soon"))

    def begin(scene: Scene) -> None:
        until = written(scene.network.time.unix() + lasts_s)
        info = {"status": "Accepted", "expiryDate": until, "parentIdTag": "FLEET"}
        scene.central.script.add("Authorize", Behaviour(changes={"idTagInfo": info}), None)
        scene.central.script.add("StartTransaction", Behaviour(changes={"idTagInfo": info}), None)

    again_s = at_s + random.uniform(14, 18)
    cut_off = random.choice((on_the_link.refused, on_the_link.black_hole, on_the_link.link_drop))
    # Its end is left out: the link is back at calm.
    cut = cut_off(random, again_s - 6)[0]
    return [
        Act(at_s, "card_expires", f"card_expires after {lasts_s} s", begin),
        *_short_charge(uid, at_s + 0.3),
        cut,
        *_short_charge(uid, again_s),
    ]


def _short_charge(uid: str, at_s: float) -> list[Act]:
    return [
        Act(at_s, "", "plug", lambda scene: scene.world.plug()),
        Act(at_s + 0.1, "", f"swipe {uid}", lambda scene: scene.world.swipe(uid)),
        Act(at_s + 3.0, "unplug", "unplug", lambda scene: scene.world.unplug()),
    ]


def start_unwritten(random: Random, at_s: float) -> list[Act]:
    """Somebody comes while nothing can be written to nvm; where the journal is there, no relay may close."""
    uid = random.choice(at_the_board.UIDS)

    def begin(scene: Scene) -> None:
        scene.board.nvm.fault = "write"

    def end(scene: Scene) -> None:
        scene.board.nvm.fault = None

    fails = spell("nvm_fails", at_s + 0.05, random.uniform(4, 12), begin, end, "write")
    mark = Act(at_s, "start_unwritten", "start_unwritten", lambda scene: None)
    return [mark, *fails, *_short_charge(uid, at_s)]


CORE = {
    make.__name__: make
    for make in (
        change_availability,
        change_configuration,
        unlock_connector,
        clear_cache,
        trigger_message,
        card_expires,
        start_unwritten,
    )
}
