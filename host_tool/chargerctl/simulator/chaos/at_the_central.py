# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Ingredients of the central system: what it answers, and what it asks for."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

from chargerctl.central.script import ANY, Behaviour
from chargerctl.simulator.chaos.acts import Act
from chargerctl.simulator.chaos.scene import Scene

# Only retained calls use this idTag and ids with this prefix.
RETAINED_TAG = "RETAINED"
RETAINED_ID = "retained"
# Likewise of remote starts: each has an idTag of its own.
REMOTE_TAG = "REMOTE-"

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
    code = random.choice(("InternalError", "GenericError", "NotSupported", "SecurityError"))
    return _behaves("central_errors", random, at_s, Behaviour(error=code), code)


def central_refuses(random: Random, at_s: float) -> list[Act]:
    action = random.choice(("Authorize", "StartTransaction"))
    status = random.choice(("Blocked", "Expired", "Invalid", "ConcurrentTx"))
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


def _asks(name: str, at_s: float, do: Callable[[Scene], object], text: str = "") -> list[Act]:
    return [Act(at_s, name, f"{name} {text}".rstrip(), do)]


def remote_start(random: Random, at_s: float) -> list[Act]:
    def do(scene: Scene) -> None:
        call_id = scene.next_id("start")
        payload = {"idTag": REMOTE_TAG + call_id, "connectorId": 1}
        scene.publish(json.dumps([2, call_id, "RemoteStartTransaction", payload]))

    return _asks("remote_start", at_s, do)


def remote_stop(random: Random, at_s: float) -> list[Act]:
    def do(scene: Scene) -> None:
        running = scene.central.ledger.running
        payload = {"transactionId": running.id if running else 1}
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
        payload = {"idTag": REMOTE_TAG + call_id}
        frame = json.dumps([2, call_id, "RemoteStartTransaction", payload])
        scene.publish(frame)
        for gap_s in gaps_s:
            scene.later(gap_s, lambda: scene.publish(frame))

    return _asks("repeated_call", at_s, do, f"after {', '.join(map(str, gaps_s))} s")


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
    remote_start,
    remote_stop,
    remote_reset,
    retained_call,
    repeated_call,
    strange_call,
    strange_frame,
    flood,
)
