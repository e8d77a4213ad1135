# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Ingredients between the board and the broker, and of the broker itself."""

from __future__ import annotations

from random import Random

from chargerctl.simulator.chaos.acts import Act, spell
from chargerctl.simulator.chaos.scene import Scene
from chargerctl.simulator.machine.events import Event
from chargerctl.simulator.network.ntp import BEHAVIOURS

_GARBAGE = (
    b"\xf0\xff\xff\xff\xff",  # an impossible length
    b"\x00\x00",
    b"\x90\x03\x00\x01\x00",  # an unexpected SUBACK
    b"\x20\x02\x00\x00",  # a second CONNACK
    b"\x34\x06\x00\x01x\x00\x01y",  # QoS 2
    b"\x30\x02\x00\x09",  # a topic longer than its packet
    b"HTTP/1.1 400 Bad Request\r\n\r\n",
)


# From the simulation's 2026 to 2039.
_BEYOND_2038_S = 400_000_000


def link_drop(random: Random, at_s: float) -> list[Act]:
    return spell(
        "link_drop",
        at_s,
        random.uniform(0.1, 25),
        lambda scene: scene.network.wifi(False),
        lambda scene: scene.network.wifi(True),
    )


def half_open(random: Random, at_s: float) -> list[Act]:
    return [Act(at_s, "half_open", "half_open", lambda scene: scene.network.half_open())]


def cut_at_unplug(random: Random, at_s: float) -> list[Act]:
    """From the next unplug during a charge on, or the next answer after it, nothing gets through: what is sent about it is
    lost."""
    lasts_s, late_s = random.uniform(6, 15), random.uniform(0, 0.015)
    after_answer = random.random() < 0.7

    def cut(scene: Scene) -> None:
        scene.network.half_open()
        scene.network.faults.syn_black_hole = True
        scene.later(lasts_s, lambda: setattr(scene.network.faults, "syn_black_hole", False))

    def unplugged(scene: Scene) -> None:
        if after_answer:
            scene.once(_is_answer, lambda: scene.later(late_s, lambda: cut(scene)))
        else:
            cut(scene)

    text = f"cut_at_unplug for {lasts_s:.3f} s" + (", after the next answer" if after_answer else "")

    def begin(scene: Scene) -> None:
        scene.once(lambda event: _is_unplug(event) and scene.world.relay_closed, lambda: unplugged(scene))
        if scene.world.relay_closed:
            scene.world.unplug()

    return [Act(at_s, "cut_at_unplug", text, begin)]


def _is_unplug(event: Event) -> bool:
    return event["kind"] == "cable" and not event["plugged"]


def _is_answer(event: Event) -> bool:
    frame = event.get("frame")
    return event["kind"] == "frame" and event["dir"] == "in" and isinstance(frame, list) and frame[:1] == [3]


def delay(random: Random, at_s: float) -> list[Act]:
    us = random.choice((50_000, 400_000, 2_000_000))

    def begin(scene: Scene) -> None:
        scene.network.faults.delay_us = us

    def end(scene: Scene) -> None:
        scene.network.faults.delay_us = 0

    return spell("delay", at_s, random.uniform(1, 20), begin, end, f"of {us // 1000} ms")


def partial(random: Random, at_s: float) -> list[Act]:
    size = random.randint(1, 40)

    def begin(scene: Scene) -> None:
        scene.network.faults.max_read = scene.network.faults.max_write = size

    def end(scene: Scene) -> None:
        scene.network.faults.max_read = scene.network.faults.max_write = 0

    return spell("partial", at_s, random.uniform(1, 20), begin, end, f"reads and writes of {size} bytes")


def trickle(random: Random, at_s: float) -> list[Act]:
    size, us = random.randint(1, 8), random.choice((5_000, 50_000, 300_000))

    def begin(scene: Scene) -> None:
        scene.network.faults.trickle_bytes, scene.network.faults.trickle_us = size, us

    def end(scene: Scene) -> None:
        scene.network.faults.trickle_bytes = scene.network.faults.trickle_us = 0

    text = f"{size} bytes every {us // 1000} ms"
    return spell("trickle", at_s, random.uniform(1, 10), begin, end, text)


def reorder(random: Random, at_s: float) -> list[Act]:
    us = random.choice((20_000, 200_000, 2_000_000))

    def begin(scene: Scene) -> None:
        scene.broker.faults.reorder_us = us
        scene.broker.faults.duplicate = random_copies

    def end(scene: Scene) -> None:
        scene.broker.faults.reorder_us = scene.broker.faults.duplicate = 0

    random_copies = random.randint(0, 2)
    text = f"what comes within {us // 1000} ms, {random_copies} more copies"
    return spell("reorder", at_s, random.uniform(1, 15), begin, end, text)


def oversize(random: Random, at_s: float) -> list[Act]:
    size, count = random.choice((2049, 6000, 60_000, 66_000)), random.randint(1, 4)

    def do(scene: Scene) -> None:
        for _ in range(count):
            scene.broker.publish(scene.topic_in, b"x" * size)

    return [Act(at_s, "oversize", f"oversize: {count} messages of {size} bytes", do)]


def garbage(random: Random, at_s: float) -> list[Act]:
    packet = random.choice((*_GARBAGE, random.randbytes(random.randint(1, 300))))
    text = f"garbage: {packet[:8].hex()}, {len(packet)} bytes"
    return [Act(at_s, "garbage", text, lambda scene: scene.broker.inject(packet))]


def broker_restart(random: Random, at_s: float) -> list[Act]:
    return [Act(at_s, "broker_restart", "broker_restart", lambda scene: scene.broker.restart())]


def broker_silent(random: Random, at_s: float) -> list[Act]:
    def begin(scene: Scene) -> None:
        scene.broker.faults.silent = True

    def restart(scene: Scene) -> None:
        if scene.broker.faults.silent:
            scene.broker.restart()

    def end(scene: Scene) -> None:
        scene.broker.faults.silent = False

    # Restarted meanwhile, so that the charger also meets the silence when it connects.
    lasts_s = random.uniform(4, 25)
    again = Act(at_s + random.uniform(0, lasts_s), "", "the silent broker restarts", restart)
    return [*spell("broker_silent", at_s, lasts_s, begin, end), again]


def refused(random: Random, at_s: float) -> list[Act]:
    return spell(
        "refused",
        at_s,
        random.uniform(0.2, 20),
        lambda scene: scene.network.broker(False),
        lambda scene: scene.network.broker(True),
    )


def not_let_in(random: Random, at_s: float) -> list[Act]:
    code = random.randint(1, 5)

    def begin(scene: Scene) -> None:
        scene.broker.faults.refuse_with = code
        scene.broker.restart()

    def end(scene: Scene) -> None:
        scene.broker.faults.refuse_with = 0

    return spell("not_let_in", at_s, random.uniform(1, 15), begin, end, f"with code {code}")


def black_hole(random: Random, at_s: float) -> list[Act]:
    def begin(scene: Scene) -> None:
        scene.network.faults.syn_black_hole = True
        scene.broker.restart()

    def end(scene: Scene) -> None:
        scene.network.faults.syn_black_hole = False

    return spell("black_hole", at_s, random.uniform(1, 20), begin, end)


def held_up(random: Random, at_s: float) -> list[Act]:
    out = random.random() < 0.5

    def begin(scene: Scene) -> None:
        scene.network.faults.hold_out = out
        scene.network.faults.hold_in = not out

    def end(scene: Scene) -> None:
        scene.network.faults.hold_out = scene.network.faults.hold_in = False

    text = "what the charger sends" if out else "what the charger is sent"
    return spell("held_up", at_s, random.uniform(0.2, 9), begin, end, text)


def dns_hang(random: Random, at_s: float) -> list[Act]:
    def begin(scene: Scene) -> None:
        scene.network.faults.dns_hangs = True

    def end(scene: Scene) -> None:
        scene.network.faults.dns_hangs = False

    return spell("dns_hang", at_s, random.uniform(2, 25), begin, end)


def dhcp_hang(random: Random, at_s: float) -> list[Act]:
    def begin(scene: Scene) -> None:
        scene.network.access_point.dhcp_hangs = True
        scene.network.station.kicked()

    def end(scene: Scene) -> None:
        scene.network.access_point.dhcp_hangs = False

    return spell("dhcp_hang", at_s, random.uniform(2, 25), begin, end)


def clock_set(random: Random, at_s: float) -> list[Act]:
    offset_s = random.choice((-1, 1)) * random.choice((3, 600, 86_400 * 40))

    def begin(scene: Scene) -> None:
        scene.network.ntp.offset_s = offset_s

    def end(scene: Scene) -> None:
        scene.network.ntp.offset_s = 0

    return spell("clock_set", at_s, random.uniform(10, 70), begin, end, f"by {offset_s} s")


def time_server(random: Random, at_s: float) -> list[Act]:
    """The time server misbehaves: its time is months off, or beyond what a board can hold."""
    how = random.choice(BEHAVIOURS[1:])

    def begin(scene: Scene) -> None:
        scene.network.ntp.behave(how, _BEYOND_2038_S)

    def end(scene: Scene) -> None:
        scene.network.ntp.behave("up")

    return spell("time_server", at_s, random.uniform(5, 70), begin, end, how)


def memory_short(random: Random, at_s: float) -> list[Act]:
    """An RP2 does not return from a send meanwhile; its watchdog ends what takes longer than 8 s."""
    lasts_s = random.choice((random.uniform(0.02, 0.4), random.uniform(0.4, 3), random.uniform(3, 10)))

    def begin(scene: Scene) -> None:
        scene.network.faults.memory_short = True

    def end(scene: Scene) -> None:
        scene.network.faults.memory_short = False

    return spell("memory_short", at_s, lasts_s, begin, end)


def time_lost(random: Random, at_s: float) -> list[Act]:
    def begin(scene: Scene) -> None:
        scene.network.faults.drop_datagrams = True

    def end(scene: Scene) -> None:
        scene.network.faults.drop_datagrams = False

    return spell("time_lost", at_s, random.uniform(5, 70), begin, end)


ALL = (
    link_drop,
    half_open,
    cut_at_unplug,
    delay,
    partial,
    trickle,
    reorder,
    oversize,
    garbage,
    broker_restart,
    broker_silent,
    refused,
    not_let_in,
    black_hole,
    held_up,
    dns_hang,
    dhcp_hang,
    clock_set,
    time_server,
    time_lost,
    memory_short,
)
