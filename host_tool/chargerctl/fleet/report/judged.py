# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Whether a run has failed, by its thresholds; and one that nobody has answered says nothing, so it has failed, too."""

from __future__ import annotations

from collections.abc import Sequence

from chargerctl.fleet.charger.charger import BOOT_US
from chargerctl.fleet.measuring.measured import Measured
from chargerctl.fleet.report.thresholds import Threshold


def judged(limits: Sequence[Threshold], measured: Measured) -> list[str]:
    """What has failed, in words. That no charger was ever accepted is left to a limit of `accepted`, if there is one."""
    failed = [why for each in limits if (why := each.fails(measured))]
    if not measured.tally.counts["accepted"] and all(each.name != "accepted" for each in limits):
        return [f"no charger was ever accepted: {_reason(measured)}", *failed]
    return failed


def _reason(measured: Measured) -> str:
    tally = measured.tally
    if tally.troubles:
        return tally.troubles.most_common(1)[0][0]
    if tally.counts["connects"]:
        return (
            f"{tally.counts['connects']:,} were connected, and got no BootNotification.conf that is Accepted"
        )
    return f"none was connected after {measured.fleet_s:.0f} s; each takes {BOOT_US // 1_000_000} s to start"
