# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One text to paste into an issue: what runs on which board, its memory, its trouble. No names, addresses or secrets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from chargerctl.boards.boot_out import BootOut
from chargerctl.deploy.snapshot import Snapshot
from chargerctl.doctor.console import health_of
from chargerctl.doctor.drive import differing
from chargerctl.monitor.events import said
from chargerctl.settings.table import SETTINGS
from chargerctl.settings.values import Values

# Of these subsystems no line has a name of a network, a host, a card or a charger.
_SHOWN = ("boot", "memory", "loop", "safety", "store", "relay", "state", "meter", "display", "light")
_MOST_LINES = 60
# Settings of these kinds cannot hold a name or a secret.
_KINDS = ("choice", "int", "num", "bool", "hex", "pin")
_FENCE = "```"
_UID = re.compile(r"\b[0-9A-Fa-f]{8,64}\b")


@dataclass(frozen=True)
class Facts:
    """tool: of chargerctl and this computer. boot, seen: of the drive, boot also of what else tells it; logged, starts: of a
    monitor's log; heard: on the console now; values: of the settings. None or empty where they could not be read; missing:
    what, without names."""

    tool: str
    boot: BootOut | None = None
    seen: Snapshot | None = None
    values: Values | None = None
    logged: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    heard: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def report(facts: Facts) -> list[str]:
    """Markdown, as a table and the lines of the console."""
    rows = [(name, value) for name, value in _rows(facts) if value]
    width = max(len(name) for name, _ in rows)
    text = ["### chargerctl report", "", f"| {'':{width}} | |", f"|{'-' * (width + 2)}|---|"]
    text += [f"| {name:{width}} | {value.replace('|', '/')} |" for name, value in rows]
    shown = list(_shown((*facts.logged, *facts.heard)))
    if shown:
        text += ["", "Console:", "", _FENCE, *shown, _FENCE]
    return text


def _rows(facts: Facts) -> Iterator[tuple[str, str]]:
    # Not of both as one: the board may have started again since.
    health, now = health_of(facts.logged or facts.heard), health_of(facts.heard or facts.logged)
    yield "chargerctl", facts.tool
    yield "board", str(facts.boot) if facts.boot else ""
    yield "deployed", _deployed(facts.seen) if facts.seen else ""
    yield "settings", ", ".join(_given(facts.values)) if facts.values else ""
    yield "last start", health.started
    yield "last resets", "; ".join(facts.starts)
    running = [now.firmware, f"{now.up_s:,.0f} s" if now.up_s is not None else "", now.phase]
    running += [f"{now.crashes} crashes" if now.crashes is not None else ""]
    yield "running", ", ".join(each for each in running if each)
    for name, memory in zip(("memory before Wi-Fi", "memory with Wi-Fi"), health.at_start, strict=False):
        yield name, str(memory)
    yield "memory now", str(now.memory or "")
    yield "faults", ", ".join(now.faults)
    yield "not used", "; ".join(f"{key}: {why}" for key, why in (health.unused | now.unused).items())
    yield "slow", "; ".join((health.slow | now.slow).values())
    troubles = health.troubles | now.troubles
    yield "lost or damaged", "; ".join(f"{tag}: {text}" for tag, text in troubles.items())
    if traceback := now.traceback or health.traceback:
        frames = [f"{frame.path}:{frame.line} {frame.name}".strip() for frame in traceback.frames]
        yield "traceback", " > ".join([*frames, traceback.error.partition(":")[0]])
    yield "not read", ", ".join(facts.missing)


def _deployed(seen: Snapshot) -> str:
    if seen.manifest is None:
        return "nothing by chargerctl"
    gone, other = differing(seen.manifest, seen)
    state = [f"{len(gone)} missing: {', '.join(gone[:5])}"] if gone else []
    state += [f"{len(other)} changed: {', '.join(other[:5])}"] if other else []
    form = "compiled" if any(path.endswith(".mpy") for path in seen.manifest.files) else "as source"
    whole = "; ".join(state) or "as it was deployed"
    unfinished = ", a deploy is not finished" if seen.commit else ""
    return f"firmware {seen.manifest.version}, {len(seen.manifest.files)} files {form}, {whole}{unfinished}"


def _given(values: Values) -> Iterator[str]:
    """Settings that differ from their defaults."""
    for name, setting in SETTINGS.items():
        value = values.get(name)
        if setting.kind in _KINDS and not setting.secret and value not in (None, setting.default):
            yield f"{name}={setting.text(value)}"


def _shown(lines: Iterable[str]) -> Iterator[str]:
    """The last lines that have no names; a long number may be of a board or a card."""
    chosen = [line for line in lines if said(line).tag in _SHOWN]
    for line in chosen[-_MOST_LINES:]:
        yield _UID.sub("…", line.replace(_FENCE, "'''"))
