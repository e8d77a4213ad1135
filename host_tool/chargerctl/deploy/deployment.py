# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A deploy from beginning to end: finish what was left, look, plan, keep what goes, execute."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from chargerctl.deploy.apply import Progress, StuckError, execute, finish, no_progress, nothing
from chargerctl.deploy.checks import check_fits, check_libraries, check_way_is_clear
from chargerctl.deploy.image import Image
from chargerctl.deploy.keep import Kept, keep
from chargerctl.deploy.plan import Plan, is_litter, make_plan
from chargerctl.deploy.snapshot import Snapshot, look
from chargerctl.deploy.target import SETTINGS_FILE, Target
from chargerctl.deploy.troubles import explain
from chargerctl.deploy.volume import Volume
from chargerctl.firmware_files import firmware_dir


def see(
    volume: Volume,
    wanted: set[str],
    image: Image,
    dry_run: bool,
    ask: Callable[[], None] = nothing,
) -> Snapshot:
    """The drive as a deploy finds it, an unfinished earlier one finished; with dry_run, as it would be then.

    wanted: files whose content is asked for; image: what is known of the new content, for what an earlier
    deploy was to write in place; ask: called before an earlier one is finished, may raise. ChargerctlError where the
    drive cannot be read or written.
    """
    wanted = wanted | {SETTINGS_FILE}
    committed = False
    try:
        snapshot = look(volume, wanted)
        if snapshot.commit is None:
            return snapshot
        committed = True
        if dry_run:
            return snapshot.finished(image)
        ask()
        with suppress(StuckError):  # then the plan begins with a drive that is held
            finish(volume, snapshot.commit, image)
        after = look(volume, wanted)
        return replace(after, mended=after.commit is None)
    except OSError as error:
        raise explain(error, volume.name, committed) from error


def plan_for(snapshot: Snapshot, target: Target) -> Plan:
    """How to bring the target onto the drive; ChargerctlError where that must not or cannot be."""
    check_libraries(target.image)
    hold = (firmware_dir() / "hold.py").read_bytes()
    plan = make_plan(snapshot, target.image, hold, target.pins, target.gone)
    if plan.steps:
        check_way_is_clear(snapshot, plan)
        check_fits(plan)
    return plan


def keep_replaced(plan: Plan, state: Path, key: str) -> Callable[[], None]:
    """Keep on the laptop what the plan replaces, for a rollback: from when what is returned is called."""
    if not plan.steps or plan.work.held:  # held: what is on the drive is half one thing, half another
        return nothing
    added = [c.path for c in plan.touched if c.before is None and not is_litter(c.path)]
    return keep(state, key, Kept(plan.replaced, added))


def carry_out(
    volume: Volume,
    plan: Plan,
    progress: Progress = no_progress,
    when_committed: Callable[[], None] = nothing,
) -> None:
    """Do what the plan says; ChargerctlError with cause, state of the board and remedy."""
    if not plan.nothing_to_do:
        execute(volume, plan, progress, when_committed)
