# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Questions about a session: how it goes, and what is kept where an answer or the connection is lost."""

from __future__ import annotations

import asyncio
from datetime import datetime
from itertools import pairwise
from statistics import median_low

from bench._simulators.asking import STARTED_S, Asking, Found
from bench._simulators.central import Frame
from bench._simulators.judging import violations


async def session(asking: Asking) -> Found:
    central = asking.central
    await asking.configure(MeterValueSampleInterval=3)
    began = central.now
    answer = await asking.ask("RemoteStartTransaction")
    found = {"RemoteStartTransaction, a car there": answer}
    started = await central.until(lambda: central.since(began, "StartTransaction"), STARTED_S)
    if not started:
        return found | {"its session": "no StartTransaction"}
    await central.until(lambda: len(central.since(began, "MeterValues")) > 2, 45)
    values = central.since(began, "MeterValues")
    gaps = [after.at - before.at for before, after in pairwise(values)]
    found["MeterValues, told 3 s"] = f"every {median_low(gaps):.0f} s" if gaps else "none in 45 s"
    found["MeterValues with transactionId"] = str(
        "yes"
        if values and all(each.payload.get("transactionId") == asking.transaction for each in values)
        else "no"
    )
    second = await asking.ask("RemoteStartTransaction")
    found["RemoteStart while it charges"] = second
    wrong = await asking.ask("RemoteStopTransaction", {"transactionId": 424242})
    found["RemoteStop of another transaction"] = wrong
    number = asking.transaction
    stopped = central.since(began, "StopTransaction")
    if not stopped:
        found["RemoteStop"] = await asking.ask("RemoteStopTransaction", {"transactionId": number})
        stopped = await central.until(lambda: central.since(began, "StopTransaction"), STARTED_S)
    await asyncio.sleep(8)
    found["its session"] = story(central.since(began))
    if stopped:
        start, stop = started[0].payload, stopped[0].payload
        right = stop.get("transactionId") == number
        grown = stop.get("meterStop", -1) >= start.get("meterStart", 0)
        found["StopTransaction"] = (
            f"{'its' if right else 'another'} id, meter {'grown' if grown else 'not grown'},"
            f" reason {stop.get('reason', 'none')}"
        )
    broken = violations([frame.message for frame in central.since(began)])
    found["a session's messages fit the schemas"] = "; ".join(broken) or "yes"
    return found


def story(frames: list[Frame]) -> str:
    """Actions in their order, a status by its name; what repeats, once."""
    told: list[str] = []
    for frame in frames:
        action = frame.message[2]
        what = str(frame.payload.get("status")) if action == "StatusNotification" else action
        if not told or told[-1] != what:
            told.append(what)
    return ", ".join(told)


async def start_unanswered(asking: Asking) -> Found:
    central = asking.central
    await asking.configure(TransactionMessageAttempts=3, TransactionMessageRetryInterval=5)
    central.silent.add("StartTransaction")
    began = central.now
    if not await asking.begin_session():
        return {"StartTransaction without an answer": "no session begins"}
    await asyncio.sleep(90)
    first = central.since(began, "StartTransaction")
    cut = central.now
    central.cut()
    central.silent.clear()
    later = await central.until(lambda: central.since(cut, "StartTransaction"), 90)
    same = later and later[0].payload == first[0].payload
    again = f"{len(first)} times in 90 s" if len(first) > 1 else "sent once in 90 s"
    if asking.ended:
        return {"StartTransaction without an answer": f"{again}; the process ends"}
    after = f"sent again, {'as it was' if same else 'changed'}" if later else "not sent again"
    return {"StartTransaction without an answer": f"{again}; after a reconnect {after}"}


async def cut_in_session(asking: Asking) -> Found:
    central = asking.central
    await asking.configure(MeterValueSampleInterval=3)
    if not await asking.begin_session():
        return {"connection lost in a session": "no session begins"}
    await asyncio.sleep(5)
    number, cut = asking.transaction, central.now
    central.refuses = True
    central.cut()
    await asyncio.sleep(20)
    central.refuses = False
    back = central.now
    joined = central.joined
    await central.until(lambda: central.joined > joined, 60)
    if central.joined == joined:
        gone = "the process ends" if asking.ended else "does not come back in 60 s"
        return {"connection lost in a session": gone}
    reconnected = central.now
    await asyncio.sleep(25)
    boots = central.since(back, "BootNotification")
    kept = [each for each in central.since(back, "MeterValues") if age(each, reconnected) > 4]
    answer = await asking.ask("RemoteStopTransaction", {"transactionId": number})
    stops = await central.until(lambda: central.since(cut, "StopTransaction"), STARTED_S)
    right = stops and stops[0].payload.get("transactionId") == number
    return {
        "connection lost in a session": f"back {reconnected - back:.0f} s after it can be"
        + (", with BootNotification" if boots else ""),
        "meter values of the time without": f"{len(kept)} sent later" if kept else "lost",
        "the session after it": f"RemoteStop {answer}; "
        + ("stopped by its id" if right else "no StopTransaction of it"),
    }


def age(frame: Frame, reconnected: float) -> float:
    """Seconds before the reconnect that the values are of; 0 where it cannot be told. Frames carry the wall clock, so it is
    compared with what the same frame's arrival was."""
    try:
        text = frame.payload["meterValue"][0]["timestamp"]
        taken = datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
    except (LookupError, TypeError, ValueError):
        return 0.0
    return (frame.wall - taken) - (frame.at - reconnected)


async def stop_lost(asking: Asking) -> Found:
    central = asking.central
    if not await asking.begin_session():
        return {"StopTransaction lost with the connection": "no session begins"}
    await asyncio.sleep(4)
    central.silent.add("StopTransaction")
    began = central.now
    await asking.ask("RemoteStopTransaction", {"transactionId": asking.transaction})
    stops = await central.until(lambda: central.since(began, "StopTransaction"), STARTED_S)
    if not stops:
        return {"StopTransaction lost with the connection": "no StopTransaction"}
    cut = central.now
    central.cut()
    central.silent.clear()
    later = await central.until(lambda: central.since(cut, "StopTransaction"), 100)
    same = later and later[0].payload == stops[0].payload
    never = "the process ends" if asking.ended else "not sent again in 100 s"
    told = f"sent again, {'as it was' if same else 'changed'}" if later else never
    return {"StopTransaction lost with the connection": told}
