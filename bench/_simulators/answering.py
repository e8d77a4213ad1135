# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Questions about a charger that stands idle: how it boots, what it answers to each call, to wrong ones and to garbage."""

from __future__ import annotations

import asyncio
import json
from itertools import pairwise

from bench._simulators.asking import ANSWER_S, Asking, Found
from bench._simulators.central import CentralSystem, Frame
from bench._simulators.judging import CALLS, judge, missing_keys, violations


async def boot(asking: Asking) -> Found:
    central = asking.central
    await asyncio.sleep(12)
    calls = [frame.message for frame in central.since(0)]
    beats = [frame.at for frame in central.since(0, "Heartbeat")]
    gaps = sorted(round(after - before, 1) for before, after in pairwise(beats))
    wrong = violations(calls)
    return {
        "first messages": ", ".join(dict.fromkeys(call[2] for call in calls[:8])) or "none",
        "all it sends fits the schemas": "yes"
        if calls and not wrong
        else "; ".join(wrong) or "it sends nothing",
        "heartbeat as BootNotification says (3 s)": f"every {gaps[len(gaps) // 2]} s" if gaps else "no",
    }


async def pending(asking: Asking) -> Found:
    central = asking.central
    await asyncio.sleep(12)
    boots = central.since(0, "BootNotification")
    others = sorted({frame.message[2] for frame in central.since(0)} - {"BootNotification"})
    gap = f"again after {boots[1].at - boots[0].at:.1f} s" if len(boots) > 1 else "not sent again"
    if not boots:
        return {"BootNotification answered Pending, 3 s": "sends none"}
    return {
        "BootNotification answered Pending, 3 s": f"{gap}; meanwhile {', '.join(others) or 'nothing else'}"
    }


async def calls(asking: Asking) -> Found:
    central, found = asking.central, {}
    began, joined = 0.0, 0
    for action, (_, payload) in CALLS.items():
        began, joined = central.now, central.joined
        answer = await central.call(action, payload, ANSWER_S)
        found[action] = judge(action, answer, asking.alive)
        if action == "GetConfiguration":
            lacks = missing_keys(answer)
            found["required configuration keys"] = f"{21 - len(lacks)} of 21"
        if action == "RemoteStartTransaction" and asking.alive:
            # An accepted one must not be in the way of Reset.
            await asyncio.sleep(2)
    boots = await central.until(lambda: central.since(began, "BootNotification"), 60)
    again = "new connection" if central.joined > joined else "same connection"
    found["after Reset"] = (
        f"BootNotification after {boots[0].at - began:.0f} s, {again}" if boots else "goes on as before"
    )
    return found


async def availability(asking: Asking) -> Found:
    central = asking.central
    began = central.now
    answer = await asking.ask("ChangeAvailability", {"connectorId": 1, "type": "Inoperative"})
    told = await central.until(lambda: _statuses(central, began), 12)
    began = central.now
    start = await asking.ask("RemoteStartTransaction")
    starts = await central.until(lambda: central.since(began, "StartTransaction"), 15)
    return {
        "ChangeAvailability Inoperative": f"{answer}; then {', '.join(told) or 'no StatusNotification'}",
        "RemoteStart while Unavailable": f"{start}; {'it charges' if starts else 'it does not charge'}",
    }


def _statuses(central: CentralSystem, since: float) -> list[str]:
    return [str(frame.payload.get("status")) for frame in central.since(since, "StatusNotification")]


async def triggers(asking: Asking) -> Found:
    central, found = asking.central, {}
    names = (
        "BootNotification",
        "Heartbeat",
        "StatusNotification",
        "MeterValues",
        "DiagnosticsStatusNotification",
    )
    for name in (*names, "FirmwareStatusNotification"):
        began = central.now
        answer = await asking.ask("TriggerMessage", {"requestedMessage": name})
        came = answer == "Accepted" and await central.until(lambda: central.since(began, name), 8)  # noqa: B023
        found[f"TriggerMessage {name}"] = answer + (
            ("; it comes" if came else "; it does not come") if answer == "Accepted" else ""
        )
    return found


async def duplicates(asking: Asking) -> Found:
    central = asking.central
    frame = json.dumps([2, "same-id", "RemoteStartTransaction", CALLS["RemoteStartTransaction"][1]])
    began = central.now
    for _ in range(2):
        await central.send(frame)
    await asyncio.sleep(25)
    answers = [judge("RemoteStartTransaction", each.message) for each in _answers(central, "same-id")]
    starts = central.since(began, "StartTransaction")
    return {
        "RemoteStart twice with the same id": f"{', '.join(answers) or 'silent'}; {len(starts)} StartTransaction"
    }


def _answers(central: CentralSystem, id_: str) -> list[Frame]:
    return [
        each
        for each in central.frames
        if each.incoming and each.message[1:2] == [id_] and each.message[0] in (3, 4)
    ]


_GARBAGE: dict[str, str | bytes] = {
    "no JSON": "{ this is no frame",
    "an object": '{"a": 1}',
    "an empty list": "[]",
    "half a call": '[2, "half"]',
    "an unknown message type": '[9, "nine", "Reset", {}]',
    "an answer to nothing": '[3, "never-asked", {}]',
    "a call without payload": '[2, "null", "GetConfiguration", null]',
    "bytes": b"\x00\xff\x00",
    "100,000 brackets": "[" * 100_000,
}


async def garbage(asking: Asking) -> Found:
    """After each piece it is asked something that it answered before."""
    central, harmed = asking.central, []
    action = "TriggerMessage" if await asking.ask("GetConfiguration") == "silent" else "GetConfiguration"
    before = await asking.ask(action)
    for what, frame in _GARBAGE.items():
        joined = central.joined
        await central.send(frame)
        # Its answer comes first, and one to the question after it.
        await asyncio.sleep(1.5)
        after = await asking.ask(action)
        if central.joined != joined:
            harmed.append(f"{what}: it connects anew")
        elif after != before:
            harmed.append(f"{what}: {'the process ends' if asking.ended else after}")
            break
    return {"garbage": "; ".join(harmed) or "lives on"}


async def wrong_payloads(asking: Asking) -> Found:
    wrong: dict[str, tuple[str, dict[str, object]]] = {
        "a value that is not in the list": ("ChangeAvailability", {"connectorId": 1, "type": "Sideways"}),
        "a number as text": ("UnlockConnector", {"connectorId": "one"}),
        "a field missing": ("RemoteStartTransaction", {"connectorId": 1}),
        "a connector it does not have": ("UnlockConnector", {"connectorId": 77}),
        "an unknown key": ("ChangeConfiguration", {"key": "NoSuchKey", "value": "1"}),
    }
    found = {
        what: f"{action}: {await asking.ask(action, payload)}" for what, (action, payload) in wrong.items()
    }
    answer = await asking.central.call("MakeCoffee", {}, ANSWER_S)
    found["an unknown action"] = judge("Heartbeat", answer, asking.alive)
    return found
