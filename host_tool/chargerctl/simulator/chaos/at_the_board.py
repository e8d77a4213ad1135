# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Ingredients at the charger itself: cable, cards, buttons, buses, flash, supply."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from chargerctl.simulator.chaos.acts import Act, spell
from chargerctl.simulator.chaos.scene import Scene
from chargerctl.simulator.machine.console import Reader
from chargerctl.simulator.peripherals import FAILING

UIDS = ("04A2B3C4", "04D5E6F70809AB", "11223344", "0102030405060708090A")


def card_held(random: Random, at_s: float) -> list[Act]:
    uid, hold_s = random.choice(UIDS), random.uniform(3, 15)
    return [
        Act(
            at_s,
            "card_held",
            f"card_held {uid} for {hold_s:.3f} s",
            lambda scene: scene.world.swipe(uid, hold_s),
        )
    ]


def card_flaps(random: Random, at_s: float) -> list[Act]:
    uid = random.choice(UIDS)
    moments = sorted(random.uniform(0, 3) for _ in range(random.randint(4, 20)))
    acts = [Act(at_s, "card_flaps", f"card_flaps {uid}, {len(moments)} times", lambda scene: None)]
    for number, moment in enumerate(moments):
        acts.append(_hold(at_s + moment, uid if number % 2 == 0 else None))
    acts.append(_hold(at_s + 3.1, None))
    return acts


def _hold(at_s: float, uid: str | None) -> Act:
    return Act(at_s, "", f"card {uid}" if uid else "card away", lambda scene: scene.world.hold(uid))


def cable_bounces(random: Random, at_s: float) -> list[Act]:
    """The contact chatters on the way in or out, and ends as it was."""
    gaps_s = [random.choice((0.0005, 0.002, 0.007, 0.02, 0.06)) for _ in range(2 * random.randint(1, 8))]

    def do(scene: Scene) -> None:
        passed_s = 0.0
        for gap_s in gaps_s:
            scene.later(passed_s, lambda: _toggle(scene))
            passed_s += gap_s

    return [Act(at_s, "cable_bounces", f"cable_bounces {len(gaps_s)} edges", do)]


def cable_glitch(random: Random, at_s: float) -> list[Act]:
    out_s = random.choice((0.004, 0.03, 0.1, 0.25, 0.29, 0.31, 0.4))

    def do(scene: Scene) -> None:
        if scene.world.plugged:
            scene.world.unplug()
            scene.later(out_s, scene.world.plug)

    return [Act(at_s, "cable_glitch", f"cable_glitch of {out_s} s", do)]


def _toggle(scene: Scene) -> None:
    if scene.world.plugged:
        scene.world.unplug()
    else:
        scene.world.plug()


def estop(random: Random, at_s: float) -> list[Act]:
    acts = spell(
        "estop",
        at_s,
        random.choice((0.002, 0.05, 0.5, 3.0)),
        lambda scene: scene.estop(True),
        lambda scene: scene.estop(False),
    )
    if random.random() < 0.7:
        acts += _service(at_s + random.uniform(1, 8))
    return acts


def estop_held(random: Random, at_s: float) -> list[Act]:
    """It stays pressed, and somebody presses the service button meanwhile."""
    lasts_s = random.uniform(4, 12)
    acts = spell(
        "estop_held", at_s, lasts_s, lambda scene: scene.estop(True), lambda scene: scene.estop(False)
    )
    return acts + _service(at_s + random.uniform(1, 3)) + _service(at_s + lasts_s + random.uniform(1, 6))


def latch_and_reset(random: Random, at_s: float) -> list[Act]:
    """A fault latches, nobody clears it, and the board starts anew."""
    lasts_s, later_s = random.uniform(2.5, 5), random.uniform(9, 13)
    acts = spell(
        "latch_and_reset", at_s, lasts_s, lambda scene: scene.estop(True), lambda scene: scene.estop(False)
    )
    again = random.choice((brown_out, crash, reset_button, power_cut))
    return acts + again(random, at_s + later_s)


def _service(at_s: float) -> list[Act]:
    return [
        Act(at_s, "", "service pressed", lambda scene: scene.service(True)),
        Act(at_s + 0.4, "", "service released", lambda scene: scene.service(False)),
    ]


def wire_held(random: Random, at_s: float) -> list[Act]:
    wire = random.choice(("sda", "scl"))
    return spell(
        "wire_held",
        at_s,
        random.uniform(0.05, 15),
        lambda scene: scene.world.hold_wire(wire),
        lambda scene: scene.world.hold_wire(None),
        wire,
    )


def wire_caught(random: Random, at_s: float) -> list[Act]:
    """With the relay closed a wire goes down in the middle of a transfer, and the cable is pulled some time after."""
    wire, lasts_s = random.choice(("sda", "scl")), random.uniform(0.05, 5)
    nth, at_least_us = random.choice(((random.randint(1, 200), 0), (random.randint(1, 3), 2_000)))
    unplug_s = random.uniform(0, 2.5) if random.random() < 0.8 else None

    def caught(scene: Scene) -> None:
        scene.events.emit("chaos", text=f"wire_caught {wire} for {lasts_s:.3f} s")
        scene.world.hold_wire(wire)
        scene.later(lasts_s, lambda: let_go(scene))
        if unplug_s is not None:
            scene.later(unplug_s, scene.world.unplug)

    def let_go(scene: Scene) -> None:
        scene.world.hold_wire(None)
        scene.events.emit("chaos", text="wire_caught ends")

    def lie_in_wait(scene: Scene) -> None:
        seen = 0

        def began(us: int) -> None:
            nonlocal seen
            seen += us >= at_least_us and scene.world.relay_closed
            if seen == nth:
                scene.world.let_transfers_be()
                scene.clock.call_in(us // 2, lambda: caught(scene))

        scene.world.i2c.began = began

    text = f"wire_trap {wire}, in transfer {nth} of those of {at_least_us} us and more"
    return [Act(at_s, "wire_caught", text, lie_in_wait)]


def chip_without_memory(random: Random, at_s: float) -> list[Act]:
    """ESP-IDF finds none for a transfer."""

    def have(scene: Scene, none: bool) -> None:
        scene.world.i2c.out_of_memory = none

    return spell(
        "chip_without_memory",
        at_s,
        random.choice((0.01, 0.3, 4.0)),
        lambda scene: have(scene, True),
        lambda scene: have(scene, False),
    )


def clock_stretched(random: Random, at_s: float) -> list[Act]:
    us = random.randint(100, 1500)
    return spell(
        "clock_stretched",
        at_s,
        random.uniform(1, 15),
        lambda scene: scene.world.stretch_clock(us),
        lambda scene: scene.world.stretch_clock(0),
        f"by {us} us a transfer",
    )


def part_lost(random: Random, at_s: float) -> list[Act]:
    part = random.choice(FAILING)
    return spell(
        "part_lost",
        at_s,
        random.uniform(0.2, 20),
        lambda scene: scene.fail(part),
        lambda scene: scene.repair(part),
        part,
    )


def weld(random: Random, at_s: float) -> list[Act]:
    """The contactor's contacts stay closed."""
    return _stuck("weld", random, at_s, lambda scene: scene.world.weld())


def stuck_open(random: Random, at_s: float) -> list[Act]:
    """The contactor's contacts do not close any more, or open."""
    return _stuck("stuck_open", random, at_s, lambda scene: scene.world.stick_open())


def _stuck(name: str, random: Random, at_s: float, begin: Callable[[Scene], object]) -> list[Act]:
    lasts_s = random.choice((0.04, 0.2, random.uniform(1, 5), *[random.uniform(15, 60)] * 2))
    acts = spell(name, at_s, lasts_s, begin, lambda scene: scene.world.mend_contactor())
    for _ in range(random.choice((0, 1, 3))):
        # Somebody tries to clear it, whether or not it is over.
        service_s = at_s + random.uniform(0, lasts_s + 5)
        acts += [
            Act(service_s, "", "service pressed", lambda scene: scene.service(True)),
            Act(service_s + 0.4, "", "service released", lambda scene: scene.service(False)),
        ]
    return acts


def contact_bounces(random: Random, at_s: float) -> list[Act]:
    """A shock, too short for a fault."""
    us = random.choice((500, 4_000, 20_000, 40_000))
    return [
        Act(
            at_s,
            "contact_bounces",
            f"contact_bounces for {us} us",
            lambda scene: scene.world.bounce_contactor(us),
        )
    ]


def console_unread(random: Random, at_s: float) -> list[Act]:
    reader = random.choice((Reader.STUCK, Reader.STUCK, Reader.ABSENT))

    def begin(scene: Scene) -> None:
        scene.board.console.reader = reader

    def end(scene: Scene) -> None:
        scene.board.console.reader = Reader.READING

    return spell("console_unread", at_s, random.uniform(2, 30), begin, end, reader.value)


def flash_slow(random: Random, at_s: float) -> list[Act]:
    factor = random.choice((3, 10))
    return spell(
        "flash_slow",
        at_s,
        random.uniform(5, 60),
        lambda scene: scene.slow_flash(factor),
        lambda scene: scene.slow_flash(1),
        f"by {factor}",
    )


def nvm_fails(random: Random, at_s: float) -> list[Act]:
    fault = random.choice(("write", "write", "read"))

    def begin(scene: Scene) -> None:
        scene.board.nvm.fault = fault

    def end(scene: Scene) -> None:
        scene.board.nvm.fault = None

    return spell("nvm_fails", at_s, random.uniform(1, 30), begin, end, fault)


def brown_out(random: Random, at_s: float) -> list[Act]:
    return [Act(at_s, "brown_out", "brown_out", lambda scene: scene.board.reset("brownout"))]


def crash(random: Random, at_s: float) -> list[Act]:
    return [Act(at_s, "crash", "crash of the core", lambda scene: scene.board.reset("crash"))]


def reset_button(random: Random, at_s: float) -> list[Act]:
    return [Act(at_s, "reset_button", "reset_button", lambda scene: scene.board.reset("button"))]


def power_cut(random: Random, at_s: float) -> list[Act]:
    return spell(
        "power_cut",
        at_s,
        random.choice((0.1, 2.0, 6.0)),
        lambda scene: scene.board.power(False),
        lambda scene: scene.board.power(True),
    )


def tick_wrap(random: Random, at_s: float) -> list[Act]:
    """At the very start: the counter wraps `at_s` after each reset, instead of 65.5 s after it."""

    def do(scene: Scene) -> None:
        scene.board.ticks_at_reset = (1 << 29) - round(at_s * 1000)

    return [Act(0.0, "tick_wrap", f"tick_wrap {at_s:.3f} s after each reset", do)]


ALL = (
    card_held,
    card_flaps,
    cable_bounces,
    cable_glitch,
    estop,
    estop_held,
    latch_and_reset,
    wire_held,
    wire_caught,
    chip_without_memory,
    clock_stretched,
    part_lost,
    weld,
    stuck_open,
    contact_bounces,
    console_unread,
    flash_slow,
    nvm_fails,
    brown_out,
    crash,
    reset_button,
    power_cut,
    tick_wrap,
)
