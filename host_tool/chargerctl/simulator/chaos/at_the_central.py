# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Ingredients of the central system: what it answers, and what it asks for."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

from chargerctl.central.conversation.script import ANY, Behaviour
from chargerctl.simulator.chaos.acts import Act, spell
from chargerctl.simulator.chaos.scene import Scene

# Only retained calls use this idTag and ids with this prefix.
RETAINED_TAG = "RETAINED"
RETAINED_ID = "retained"

_ACTIONS = ("BootNotification", "Authorize", "StartTransaction", "StopTransaction", "MeterValues", ANY)
_NONSENSE: tuple[Any, ...] = (
    {},
    {"status": "Maybe"},
    {"idTagInfo": "Accepted"},
    {"idTagInfo": {"status": 7}, "transactionId": "one"},
    {"idTagInfo": {"status": "Accepted"}, "transactionId": None},
    {"currentTime": "yesterday", "interval": -1, "status": "Accepted"},
    {"currentTime": 5, "interval": "soon", "status": "Accepted"},
    [],
    "Accepted",
    None,
)
_RAW = (
    "",
    "[",
    "null",
    "[3]",
    '[3,"1"]',
    '{"a":1}',
    "[2,3,4,5]",
    "[[[[[[[[",
    '[4,"x","GenericError"]',
    "\x00\x01",
)
_REFUSALS = ("Blocked", "Expired", "Invalid", "ConcurrentTx")
# The last ones are not OCPP's; two of them are words that a program may use inside for its own failures.
_CODES = (
    "InternalError",
    "GenericError",
    "NotSupported",
    "SecurityError",
    "LinkLost",
    "Timeout",
    "Perhaps",
    "",
)
_GROUPS = (
    ("FLEET", "FLEET"),
    ("fleet", "FLEET"),
    ("FLEET", None),
    (None, "FLEET"),
    ("", ""),
    (" ", " "),
    (None, None),
)
_STRANGE_CALLS: tuple[tuple[Any, Any], ...] = (
    ("RemoteStartTransaction", {}),
    ("RemoteStartTransaction", {"idTag": "X" * 21}),
    ("RemoteStartTransaction", {"idTag": 5}),
    ("RemoteStopTransaction", {"transactionId": None}),
    ("RemoteStopTransaction", {"transactionId": 424242}),
    ("Reset", {"type": "Warm"}),
    ("Nonsense", {}),
    ("DataTransfer", {"vendorId": "x", "data": "y" * 1800}),
    ("UnlockConnector", {"connectorId": 1}),
)


def _behaves(name: str, random: Random, at_s: float, behaviour: Behaviour, detail: str = "") -> list[Act]:
    action, count = random.choice(_ACTIONS), random.choice((1, 1, 2, 3, None))
    times = "from now on" if count is None else f"{count} times"

    def begin(scene: Scene) -> None:
        scene.central.script.add(action, behaviour, count)

    acts = [Act(at_s, name, f"{name} {detail} to {action}, {times}", begin)]
    if count is None:
        acts.append(
            Act(at_s + random.uniform(5, 40), "", f"{name} ends", lambda scene: scene.central.script.clear())
        )
    return acts


def central_silent(random: Random, at_s: float) -> list[Act]:
    return _behaves("central_silent", random, at_s, Behaviour(silent=True))


def central_slow(random: Random, at_s: float) -> list[Act]:
    delay_s = random.choice((0.5, 4.0, 12.0, 35.0))
    return _behaves("central_slow", random, at_s, Behaviour(delay_s=delay_s), f"by {delay_s} s")


def central_twice(random: Random, at_s: float) -> list[Act]:
    return _behaves("central_twice", random, at_s, Behaviour(copies=2))


def central_nonsense(random: Random, at_s: float) -> list[Act]:
    if random.random() < 0.4:
        text = random.choice(_RAW[1:])
        return _behaves("central_nonsense", random, at_s, Behaviour(raw=text), repr(text))
    payload = random.choice(_NONSENSE[:-1])
    return _behaves("central_nonsense", random, at_s, Behaviour(payload=payload), json.dumps(payload))


def central_errors(random: Random, at_s: float) -> list[Act]:
    code = random.choice(_CODES)
    return _behaves("central_errors", random, at_s, Behaviour(error=code), code)


def central_groups(random: Random, at_s: float) -> list[Act]:
    """Every card has this parentIdTag, by the answer to an Authorize and to a StartTransaction."""
    parents = random.choice(_GROUPS)

    def begin(scene: Scene) -> None:
        for action, parent in zip(("Authorize", "StartTransaction"), parents, strict=True):
            scene.central.script.add(
                action, Behaviour(changes={"idTagInfo": _info("Accepted", parent)}), None
            )

    text = "central_groups " + ", ".join(json.dumps(parent) for parent in parents)
    return [Act(at_s, "central_groups", text, begin)]


def central_unregistered(random: Random, at_s: float) -> list[Act]:
    """From the very start: the first BootNotifications are answered otherwise than Accepted."""
    status, interval, count = (
        random.choice(("Pending", "Rejected")),
        random.choice((3, 8, 20)),
        random.randint(1, 2),
    )

    def begin(scene: Scene) -> None:
        changes = {"status": status, "interval": interval}
        scene.central.script.add("BootNotification", Behaviour(changes=changes), count)

    text = f"central_unregistered: {status}, interval {interval} s, {count} times"
    return [Act(0.0, "central_unregistered", text, begin)]


def central_restart(random: Random, at_s: float) -> list[Act]:
    """It begins anew with its ids."""

    return [Act(at_s, "central_restart", "central_restart", lambda scene: scene.restart_central())]


def central_clock(random: Random, at_s: float) -> list[Act]:
    """Its clock steps; the time server does not agree."""
    offset_s = random.choice((-1, 1)) * random.choice((3, 600, 86_400 * 40))

    def begin(scene: Scene) -> None:
        scene.central.clock_offset_s = offset_s

    def end(scene: Scene) -> None:
        scene.central.clock_offset_s = 0.0

    return spell("central_clock", at_s, random.uniform(10, 70), begin, end, f"by {offset_s} s")


def central_refuses(random: Random, at_s: float) -> list[Act]:
    action = random.choice(("Authorize", "StartTransaction"))
    status = random.choice(_REFUSALS)
    payload = {"idTagInfo": {"status": status}, "transactionId": random.randint(100_000, 999_999)}
    if action == "Authorize":
        del payload["transactionId"]
    text = f"central_refuses: {status} to the next {action}"
    return [
        Act(
            at_s,
            "central_refuses",
            text,
            lambda scene: scene.central.script.add(action, Behaviour(payload=payload)),
        )
    ]


def _info(status: str, parent: str | None) -> dict[str, Any]:
    return {"status": status, "parentIdTag": parent}


def refuses(random: Random, at_s: float) -> Act:
    """The next card, or the next transaction; the card may belong to a group."""
    action = random.choice(("Authorize", "StartTransaction", "StartTransaction"))
    status, parent = random.choice(_REFUSALS), random.choice(("FLEET", "", None))

    def begin(scene: Scene) -> None:
        changes = {"idTagInfo": _info(status, parent)}
        scene.central.script.add(action, Behaviour(changes=changes))

    return Act(at_s, "central_refuses", f"central_refuses: {status} to the next {action}", begin)


def _asks(name: str, at_s: float, do: Callable[[Scene], object], text: str = "") -> list[Act]:
    return [Act(at_s, name, f"{name} {text}".rstrip(), do)]


def remote_start(random: Random, at_s: float) -> list[Act]:
    def do(scene: Scene) -> None:
        call_id = scene.next_id("start")
        payload = {"idTag": scene.next_tag(), "connectorId": 1}
        scene.publish(json.dumps([2, call_id, "RemoteStartTransaction", payload]))

    return _asks("remote_start", at_s, do)


def remote_stop(random: Random, at_s: float) -> list[Act]:
    """Sometimes of a transaction that there never was."""
    beside = random.choice((0, 0, 1000))

    def do(scene: Scene) -> None:
        running = scene.central.ledger.running
        payload = {"transactionId": beside + (running.id if running else 1)}
        scene.publish(json.dumps([2, scene.next_id("stop"), "RemoteStopTransaction", payload]))

    return _asks("remote_stop", at_s, do)


def remote_reset(random: Random, at_s: float) -> list[Act]:
    kind = random.choice(("Soft", "Hard"))
    return _asks(
        "remote_reset",
        at_s,
        lambda scene: scene.publish(json.dumps([2, scene.next_id("reset"), "Reset", {"type": kind}])),
        kind,
    )


def retained_call(random: Random, at_s: float) -> list[Act]:
    """A retained call, as careless tools leave it at the broker."""

    def do(scene: Scene) -> None:
        call_id = scene.next_id(RETAINED_ID)
        payload = {"idTag": RETAINED_TAG, "connectorId": 1}
        frame = json.dumps([2, call_id, "RemoteStartTransaction", payload])
        # Published while the charger is not connected: a live call would rightly be obeyed.
        scene.broker.restart()
        scene.publish(frame, retain=True)

    return _asks("retained_call", at_s, do)


def repeated_call(random: Random, at_s: float) -> list[Act]:
    gaps_s = [random.choice((0.0, 0.1, 1.0)) for _ in range(random.randint(1, 3))]

    def do(scene: Scene) -> None:
        call_id = scene.next_id("again")
        payload = {"idTag": scene.next_tag()}
        frame = json.dumps([2, call_id, "RemoteStartTransaction", payload])
        scene.publish(frame)
        for gap_s in gaps_s:
            scene.later(gap_s, lambda: scene.publish(frame))

    return _asks("repeated_call", at_s, do, f"after {', '.join(map(str, gaps_s))} s")


def reused_id(random: Random, at_s: float) -> list[Act]:
    """Two calls of different customers under one id: of a central system that was restarted in between."""
    later_s = random.uniform(0.5, 12)

    def do(scene: Scene) -> None:
        call_id = scene.next_id("reused")

        def call() -> None:
            scene.publish(json.dumps([2, call_id, "RemoteStartTransaction", {"idTag": scene.next_tag()}]))

        call()
        scene.later(later_s, call)

    return _asks("reused_id", at_s, do, f"again after {later_s:.3f} s")


def strange_call(random: Random, at_s: float) -> list[Act]:
    action, payload = random.choice(_STRANGE_CALLS)

    def do(scene: Scene) -> None:
        scene.publish(json.dumps([2, scene.next_id("strange"), action, payload]))

    return _asks("strange_call", at_s, do, f"{action} {json.dumps(payload)[:60]}")


def strange_frame(random: Random, at_s: float) -> list[Act]:
    text = random.choice((*_RAW, "[" * 1500))
    return _asks(
        "strange_frame",
        at_s,
        lambda scene: scene.broker.publish(scene.topic_in, text.encode()),
        repr(text[:30]),
    )


def flood(random: Random, at_s: float) -> list[Act]:
    """More calls at once than there are places, while the answers cannot leave."""
    count, lasts_s = random.randint(20, 140), random.uniform(1.5, 4)

    def do(scene: Scene) -> None:
        scene.network.faults.hold_out = True
        for _ in range(count):
            scene.publish(json.dumps([2, scene.next_id("flood"), "DataTransfer", {"vendorId": "x"}]))

    def end(scene: Scene) -> None:
        scene.network.faults.hold_out = False

    ends = Act(at_s + lasts_s, "", "flood: answers may leave again", end)
    return [Act(at_s, "flood", f"flood of {count} calls, answers held up for {lasts_s:.3f} s", do), ends]


ALL = (
    central_silent,
    central_slow,
    central_twice,
    central_nonsense,
    central_errors,
    central_refuses,
    central_groups,
    central_unregistered,
    central_restart,
    central_clock,
    remote_start,
    remote_stop,
    remote_reset,
    retained_call,
    repeated_call,
    reused_id,
    strange_call,
    strange_frame,
    flood,
)
