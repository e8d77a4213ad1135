# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Stories in which one thing leads to another, as chance alone seldom has it: a card expires and comes back while nobody
can be asked; somebody comes while nothing can be written, or a charger is out of service; the power fails during a
charge that may go on."""

from __future__ import annotations

from random import Random

from chargerctl.central.conversation.script import Behaviour
from chargerctl.central.messages.defaults import timestamp
from chargerctl.simulator.chaos import at_the_board, at_the_central, on_the_link
from chargerctl.simulator.chaos.acts import Act, spell
from chargerctl.simulator.chaos.scene import Scene

# No crash: after three in a row a program rightly does without its display.
_CUTS = (
    at_the_board.power_cut,
    at_the_board.power_cut,
    at_the_board.brown_out,
    at_the_board.reset_button,
)
# Each is over by then.
LASTS_S = 38.0


def power_lost(random: Random, at_s: float) -> list[Act]:
    """During a charge; the cable stays in, or does not."""
    uid, out_s = random.choice(at_the_board.UIDS), at_s + random.uniform(3, 8)
    cut = random.choice(_CUTS)
    acts = [
        Act(at_s, "power_lost", "power_lost", lambda scene: None),
        Act(at_s, "", "draws 11 kW", lambda scene: scene.world.meter(11)),
        Act(at_s, "", "plug", lambda scene: scene.world.plug()),
        Act(at_s + 0.1, "", f"swipe {uid}", lambda scene: scene.world.swipe(uid)),
        *cut(random, out_s),
    ]
    if random.random() < 0.3:
        # While nobody can see it, or as soon as the program looks.
        gone_s = out_s + random.uniform(0, 12)
        acts += [
            Act(gone_s, "", "unplug", lambda scene: scene.world.unplug()),
            Act(gone_s + random.uniform(0.05, 4), "", "plug", lambda scene: scene.world.plug()),
        ]
    if random.random() < 0.3:
        acts.append(at_the_central.refuses(random, at_s))
    if random.random() < 0.3:
        acts.append(
            Act(out_s + random.uniform(14, 25), "", f"swipe {uid}", lambda scene: scene.world.swipe(uid))
        )
    if random.random() < 0.4:
        # Whose start was not accepted must not go on.
        silent = Behaviour(silent=True)
        acts.append(
            Act(
                at_s,
                "central_silent",
                "central_silent to the next StartTransaction",
                lambda scene: scene.central.script.add("StartTransaction", silent),
            )
        )
    return acts


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


def _short_charge(uid: str, at_s: float, lasts_s: float = 3.0) -> list[Act]:
    return [
        Act(at_s, "", "plug", lambda scene: scene.world.plug()),
        Act(at_s + 0.1, "", f"swipe {uid}", lambda scene: scene.world.swipe(uid)),
        Act(at_s + lasts_s, "unplug", "unplug", lambda scene: scene.world.unplug()),
    ]


def start_unwritten(random: Random, at_s: float) -> list[Act]:
    """A charge that the central system unlocks, and a message that it triggers. Then somebody comes while nothing can be
    written to nvm; where the journal is there, no relay may close."""
    uid = random.choice(at_the_board.UIDS)

    def begin(scene: Scene) -> None:
        scene.board.nvm.fault = "write"

    def end(scene: Scene) -> None:
        scene.board.nvm.fault = None

    begin_s = at_s + 12.0
    fails = spell("nvm_fails", begin_s + 0.05, random.uniform(4, 12), begin, end, "write")
    trigger: dict[str, object] = {"requestedMessage": "Heartbeat"}
    return [
        *_short_charge(uid, at_s, lasts_s=6.0),
        Act(at_s + 4.0, "", "unlocks", lambda scene: scene.ask("UnlockConnector", {"connectorId": 1})),
        Act(at_s + 9.0, "", "triggers", lambda scene: scene.ask("TriggerMessage", trigger)),
        Act(begin_s, "start_unwritten", "start_unwritten", lambda scene: None),
        *fails,
        *_short_charge(uid, begin_s),
    ]


def out_of_service(random: Random, at_s: float) -> list[Act]:
    """A charge that its own card ends. Then the central system takes the charger out of service and sets a key; then a
    reset, and somebody comes."""
    connector, uid = random.choice((0, 1)), random.choice(at_the_board.UIDS)
    reset = random.choice((at_the_board.reset_button, at_the_board.power_cut))

    def begin(scene: Scene) -> None:
        scene.ask("ChangeConfiguration", {"key": "LocalPreAuthorize", "value": "true"})
        scene.ask("ChangeAvailability", {"connectorId": connector, "type": "Inoperative"})

    begin_s = at_s + 5.5
    return [
        *_short_charge(uid, at_s, lasts_s=4.5),
        Act(at_s + 3.5, "", f"swipe {uid}", lambda scene: scene.world.swipe(uid)),
        Act(begin_s, "out_of_service", f"out_of_service: {connector}", begin),
        *reset(random, begin_s + random.uniform(6, 9)),
        *_short_charge(uid, begin_s + random.uniform(27, 29)),
    ]


STORIES = (start_unwritten, power_lost, out_of_service, card_expires)
