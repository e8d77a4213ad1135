# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""All chargers of a fleet, in the midst of sessions, lose their power at the same moment, and each gets it back at another
one; or what they are connected to is killed and started again. How long until all are there again, and whether the books
have all sessions and what the meters have counted.

Each has charged 2 to 4 kWh by then. After a loss of power its session ends with the last checkpoint, which is written each
1,000 Wh: so much may be missing in the books, and never may they have more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from random import Random

from chargerctl.fleet.charger.charger import BOOT_US
from chargerctl.fleet.plan import Plan, ScriptText

from bench._fleet.loaded import Loaded, States, rows_of, side_by_side
from bench._fleet.under import WAYS, Under

POWER_WAYS = ("mosquitto", "two", "bridge", "ocppj")
CUT_WAYS = ("mosquitto", "bridge", "ocppj")
_STARTS_S, _BACK_WITHIN_S, _CUT_S, _ENDS_S = 40, 10, 2.0, 20
_LEAST_KWH, _MOST_KWH = 2.0, 4.0
_CARD = "04A1B2C3"


def power(count: int, seconds: int, ways: Sequence[str]) -> None:
    """seconds: how long they charge."""
    print(
        f"  {count:,} chargers lose power after {seconds} s of charging, each gets it back within {_BACK_WITHIN_S} s;"
        f" back: from then on, boot of {BOOT_US / 1e6:.0f} s included, until Accepted",
        flush=True,
    )
    _measure(count, "power", seconds, ways)


def cut(count: int, seconds: int, ways: Sequence[str]) -> None:
    """seconds: how long they charge."""
    print(
        f"  {count:,} chargers charge for {seconds} s; in the midst of it the broker (OCPP-J: the central system) is"
        f" killed, and started again {_CUT_S:.0f} s later; back: since the connection was lost",
        flush=True,
    )
    _measure(count, "connection", seconds, ways)


def _measure(count: int, outage: str, seconds: int, ways: Sequence[str]) -> None:
    plan = Plan(count, seed=1, duration_s=None)
    lines = "\n".join(script(plan, seconds, outage == "power"))
    plan = replace(plan, scripts=(ScriptText("storm", lines, "."),))
    # By then all that the start of so many sessions at the same moment has left to do is done.
    from_s = _STARTS_S + seconds / 2
    watch = partial(_cut_once, count, from_s) if outage == "connection" else None
    most_s = _STARTS_S + seconds + _BACK_WITHIN_S + _ENDS_S
    side_by_side([WAYS[way] for way in ways], plan, outage, most_s, partial(_rows, count), watch)


def script(plan: Plan, seconds: int, dark: bool) -> Iterator[str]:
    """Nothing but waits takes time until they are dark: so that is the same moment for all."""
    random = Random(plan.seed)
    serials = [plan.serial(number) for number in plan.numbers]
    yield from (f"wait {_STARTS_S}", "expect status Available within 60")
    for serial in serials:
        kilowatts = random.uniform(_LEAST_KWH, _MOST_KWH) * 3600 / seconds
        yield f"at charger {serial}: meter {kilowatts:.3f}"
    yield from ("plug", f"swipe {_CARD}", f"wait {seconds}", "expect status Charging within 60")
    if dark:
        yield "power off"
        for serial in serials:
            yield f"at charger {serial}: wait {random.uniform(0, _BACK_WITHIN_S):.3f}"
        yield from ("power on", "expect call out StopTransaction within 300", "unplug")
    else:
        yield from ("unplug", "expect call out StopTransaction within 300")
    yield from ("expect status Available within 300", f"wait {_ENDS_S}")


def _cut_once(count: int, from_s: float, under: Under, states: Iterable[States]) -> None:
    done = False
    for fleet_s, each in states:
        if not done and fleet_s >= from_s and each.get("Charging", 0) == count:
            done = True
            under.cut(_CUT_S)


def _rows(count: int, found: Loaded) -> dict[str, str]:
    back, books = found.back_s, found.books
    short = books.short_wh or [0]
    rows = {f"chargers back, of {count:,}": f"{len(back):,}"}
    if back:
        rows["back: p50 / max, s"] = f"{back[len(back) // 2]:.1f} / {back[-1]:.1f}"
    rows["scripts that failed"] = f"{len(found.report['script_failures'])}"
    rows |= rows_of(found)
    rows["by the meters, Wh"] = f"{books.metered_wh:,}"
    rows["meter - books of a charger, Wh: mean / max (checkpoint: 1,000)"] = (
        f"{sum(short) / len(short):.0f} / {short[-1]:,}"
    )
    rows["chargers with more in the books than charged"] = f"{sum(each < 0 for each in short)}"
    for kind, spent in found.spent.items():
        rows[f"{kind}: CPU, s / memory, MB"] = f"{spent.cpu_s:.1f} / {spent.mb:.0f}"
    return rows
