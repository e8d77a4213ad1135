# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Who comes, plugs in, shows a card and leaves while things go wrong."""

from __future__ import annotations

from random import Random

from chargerctl.simulator.chaos import at_the_central, phases
from chargerctl.simulator.chaos.acts import Act
from chargerctl.simulator.chaos.at_the_board import UIDS
from chargerctl.simulator.chaos.scene import Scene

# How often the call stack is checked for the moment to unplug, and when the customer unplugs anyway.
_LOOK_US = 400
_PATIENCE_S = 5.0
_PATIENCE_RARE_S = 20.0

_OFTEN = ("display", "reader", "connect", "handshake", "publish", "receive", "console", "collect")
_RARE = ("resolve", "time", "associate", "store")


def draw(random: Random, length_s: float) -> list[Act]:
    """One customer after the other until `length_s`."""
    acts: list[Act] = []
    # The first of them sometimes while the charger starts.
    at_s = random.uniform(4, 14)
    while at_s < length_s:
        customer, at_s = _customer(random, at_s)
        acts += customer
        at_s += random.choice((0.5, 2, 6))
    return acts


def draw_hasty(random: Random, begin_s: float, count: int) -> tuple[list[Act], float]:
    """`count` short charges in a row, each long enough to be one; and when they are over."""
    acts: list[Act] = []
    at_s = begin_s
    for _ in range(count):
        uid = random.choice(UIDS)
        acts += [
            _plug(at_s),
            _swipe(at_s + 0.1, uid),
            Act(at_s + 1.6 + random.uniform(0, 0.5), "unplug", "unplug", lambda scene: scene.world.unplug()),
        ]
        at_s += 3.2
    return acts, at_s


def _customer(random: Random, at_s: float) -> tuple[list[Act], float]:
    uid = random.choice(UIDS)
    kilowatts = random.choice((0, 3.7, 11, 22))
    acts = [Act(at_s, "", f"draws {kilowatts} kW", lambda scene: scene.world.meter(kilowatts))]
    plug_s, card_s = at_s + random.uniform(0, 1.5), at_s + random.uniform(0, 1.5)
    remote = random.random() < 0.2
    acts += [
        _plug(plug_s),
        *(at_the_central.remote_start(random, card_s) if remote else [_swipe(card_s, uid)]),
    ]
    if random.random() < 0.25:
        acts.append(at_the_central.refuses(random, at_s))
    leave_s = max(plug_s, card_s) + random.choice(
        (random.uniform(0, 2), random.uniform(1, 8), random.uniform(8, 25))
    )
    if random.random() < 0.3:
        # Somebody else at the same charger.
        acts.append(_swipe(random.uniform(at_s, leave_s), random.choice(UIDS)))
    if remote and random.random() < 0.3:
        acts += at_the_central.remote_stop(random, leave_s)
        leave_s += random.uniform(0.2, 2)
    elif random.random() < 0.35:
        acts.append(_swipe(leave_s, uid))
        leave_s += random.uniform(0.2, 2)
    return [*acts, _unplug(random, leave_s)], leave_s


def _plug(at_s: float) -> Act:
    return Act(at_s, "", "plug", lambda scene: scene.world.plug())


def _swipe(at_s: float, uid: str) -> Act:
    return Act(at_s, "", f"swipe {uid}", lambda scene: scene.world.swipe(uid))


def _unplug(random: Random, at_s: float) -> Act:
    if random.random() < 0.5:
        return Act(at_s, "unplug", "unplug", lambda scene: scene.world.unplug())
    waited_for = random.choice(_OFTEN * 2 + _RARE)
    return Act(
        at_s,
        "unplug",
        f"unplug as soon as the program is in {waited_for}",
        lambda scene: _aim(scene, waited_for),
    )


def _aim(scene: Scene, waited_for: str) -> None:
    give_up_s = scene.now_s + (_PATIENCE_RARE_S if waited_for in _RARE else _PATIENCE_S)

    def look() -> None:
        if phases.phase(scene.board) == waited_for or scene.now_s >= give_up_s:
            scene.world.unplug()
        elif scene.world.plugged:
            scene.board.pace.stir()
            # While time is being spent in one piece the program stays where it is.
            clock = scene.clock
            clock.call_at(max(clock.now_us + _LOOK_US, clock.spent_us), look)

    look()
