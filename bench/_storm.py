# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""All chargers of a fleet, in the midst of sessions, lose their power at the same moment, and get it back at the same one;
or their broker is killed and started again. How long until all are there again, and whether the books have all sessions."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from chargerctl.fleet.charger.charger import BOOT_US
from chargerctl.fleet.record.file import DOWN, IN, OUT, UP, Entry

from bench._loaded import Fleet, Loaded, Under

_CHARGES_S, _OFF_S = 60, 5
_DARK = f"""
expect status Available within 300
meter 7.2
plug
swipe 04A1B2C3
expect status Charging within 300
wait {_CHARGES_S}
power off
wait {_OFF_S}
power on
expect call out StopTransaction within 300
unplug
expect status Available within 300
wait 20
"""
_CUT = """
expect status Available within 300
meter 7.2
plug
swipe 04A1B2C3
expect status Charging within 300
wait 150
unplug
expect call out StopTransaction within 300
expect status Available within 300
wait 20
"""
_NAMES = {"mosquitto": "central serve over mosquitto", "bridge": "central serve, bridge and mosquitto"}


def main(count: int, ways: Sequence[str] = tuple(_NAMES)) -> None:
    for way in ways:
        for cut in (False, True):
            what = "the broker is killed and started again" if cut else f"no power for {_OFF_S} s"
            print(f"  {count:,} chargers, {_NAMES[way]}: {what}", flush=True)
            _print(measured(way, count, cut), cut)


def _print(found: Loaded, cut: bool) -> None:
    times = sorted(back_s(found.record, cut))
    if times:
        since = (
            "since their connection was lost"
            if cut
            else f"since power came; each boots for {BOOT_US / 1e6:.0f} s"
        )
        half, most = times[len(times) // 2], times[-1]
        print(f"    {len(times):,} accepted again: p50 {half:.1f} s, max {most:.1f} s ({since})")
    report = found.report
    wrong = ("unanswered", "errors", "violations", "reconnects", "double", "lost")
    print(
        f"    {', '.join(f'{name} {report[name]}' for name in wrong)}; scripts that failed: {len(report['script_failures'])}"
    )
    for failure in report["script_failures"][:3]:
        print(f"      {failure}")
    print(
        "    "
        + ", ".join(
            f"{name} {each.cpu_s:.1f} s of CPU, {each.mb:.0f} MB" for name, each in found.spent.items()
        )
    )
    print(f"    {found.books}", flush=True)


def back_s(record: Sequence[Entry], cut: bool) -> list[float]:
    """Of each charger: after a cut, from the end of its connection to the next one; after a loss of power, from when it came
    back, which is some time after its script has seen it charge, to the answer to its BootNotification."""
    began: dict[str, int] = {}
    back: dict[str, float] = {}
    for each in record:
        serial, frame = each.serial, each.frame
        if serial in back:
            continue
        if serial in began:
            if each.what == UP if cut else each.us > began[serial] and _accepts(each):
                back[serial] = (each.us - began[serial]) / 1e6
        elif cut and each.what == DOWN:
            began[serial] = each.us
        elif not cut and each.what == OUT and '"Charging"' in frame:
            began[serial] = each.us + (_CHARGES_S + _OFF_S) * 1_000_000
    return list(back.values())


def _accepts(entry: Entry) -> bool:
    return entry.what == IN and '"Accepted"' in entry.frame and '"interval"' in entry.frame


def measured(way: str, count: int, cut: bool) -> Loaded:
    """The broker is killed once all charge."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        under = Under(stack, home, way)
        script = home / "storm.script"
        script.write_text(_CUT if cut else _DARK)
        fleet = Fleet(under, count, "--script", str(script))
        stack.callback(fleet.close)
        report = {}
        for report in fleet.sums():
            if cut and report["states"].get("Charging", 0) == count:
                cut = False
                under.broker.kill()
                time.sleep(2)
                under.broker.start()
        return fleet.ended(report)
