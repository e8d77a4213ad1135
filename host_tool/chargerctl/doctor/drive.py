# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What is on the board's drive."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from chargerctl import __version__
from chargerctl.boards.boot_out import BootOut
from chargerctl.deploy.bytecode.compiler import defect
from chargerctl.deploy.change import size_text
from chargerctl.deploy.checks import check_board, shadows
from chargerctl.deploy.image import SETTINGS_FILE
from chargerctl.deploy.libraries.requirements import required_libraries
from chargerctl.deploy.litter import is_litter
from chargerctl.deploy.records import MANIFEST, Manifest, Mark
from chargerctl.deploy.snapshot import Snapshot
from chargerctl.doctor.finding import FAILED, OK, WARNING, Finding
from chargerctl.errors import ChargerctlError
from chargerctl.settings import Effective
from chargerctl.settings.board_file import read_board_file
from chargerctl.settings.differences import Difference, compare

# A deploy stages what it replaces; with less than this it has to replace files in place, where a power cut means a repair.
_ROOM = 64 * 1024
_MOST_NAMED = 3


def drive_findings(
    name: str, boot: BootOut, seen: Snapshot, settings: Effective | None, deploy: str
) -> Iterator[Finding]:
    """name: the drive in messages; settings: of the laptop, None where they have mistakes; deploy: the command that writes
    this board."""
    wanted = settings.values.hardware.board if settings else "auto"
    try:
        check_board(boot, name, wanted, force=False)
    except ChargerctlError as error:
        yield Finding("board", FAILED, error.message)
    else:
        yield Finding("board", OK, f"{name}: {boot}")
    yield from _deployed(name, seen, deploy)
    yield from _libraries(seen, deploy)
    yield from _space(name, seen)
    yield from _litter(seen)
    yield from _settings(name, seen, settings, deploy)


def _deployed(name: str, seen: Snapshot, deploy: str) -> Iterator[Finding]:
    if seen.commit or seen.stuck:
        why = seen.stuck or (seen.commit.damaged if seen.commit else "")
        yield Finding(
            "deploy",
            FAILED,
            f"a deploy to {name} was interrupted and is not finished{f': {why}' if why else ''}",
            f"finish it: {deploy}",
        )
        return
    manifest = seen.manifest
    if manifest is None:
        yield Finding(
            "deploy",
            FAILED,
            f"{name} has no {MANIFEST}, so chargerctl has not deployed to it"
            if MANIFEST not in seen.sizes
            else f"{MANIFEST} on {name} is damaged",
            deploy,
        )
        return
    gone, other = differing(manifest, seen)
    if gone:
        yield Finding("deploy", FAILED, f"{_named(gone)} of the last deploy {_is(gone)} missing", deploy)
    damaged = [path for path in other if path.endswith(".mpy")]  # nobody edits these
    if damaged:
        yield Finding(
            "deploy",
            FAILED,
            f"{_named(damaged)} {_is(damaged)} damaged: not as the last deploy wrote it",
            deploy,
        )
    elif other and not gone:
        yield Finding(
            "deploy",
            WARNING,
            f"{_named(other)} {_is(other)} not as the last deploy wrote {'them' if len(other) > 1 else 'it'}",
            f"if you did not edit {'them' if len(other) > 1 else 'it'}: {deploy}",
        )
    if manifest.version != __version__:
        yield Finding(
            "version",
            WARNING,
            f"firmware {manifest.version or '?'} is deployed, this chargerctl has {__version__}",
            deploy,
        )
    elif not gone and not other:
        yield Finding(
            "deploy", OK, f"firmware {manifest.version}, {len(manifest.files)} files as they were deployed"
        )


def differing(manifest: Manifest, seen: Snapshot) -> tuple[list[str], list[str]]:
    """(files of the manifest that are missing, files with other content); settings are compared by themselves."""
    files: Mapping[str, Mark] = {path: mark for path, mark in manifest.files.items() if path != SETTINGS_FILE}
    gone = [path for path in files if path not in seen.sizes]
    other = [
        path
        for path, mark in files.items()
        if path in seen.sizes
        and (seen.sizes[path] != mark.size or (path in seen.content and Mark.of(seen.content[path]) != mark))
    ]
    return sorted(gone), sorted(other)


def _libraries(seen: Snapshot, deploy: str) -> Iterator[Finding]:
    there = [path.removeprefix("lib/").replace("/", ".") for path in seen.sizes]
    missing = [
        name for name in required_libraries() if not any(each.startswith(name + ".") for each in there)
    ]
    broken = [
        f"{path}: {problem}"
        for path, content in sorted(seen.content.items())
        if path.endswith(".mpy") and (problem := defect(content))
    ]
    if missing:
        yield Finding("libraries", FAILED, f"{_named(missing)} {_is(missing)} missing", deploy)
    elif broken:
        yield Finding("libraries", FAILED, broken[0], deploy)
    else:
        yield Finding("libraries", OK, "all libraries that the firmware imports are there")
    files = {path: seen.content.get(path, b"") for path in (seen.manifest.files if seen.manifest else ())}
    for text in shadows(files, set(seen.sizes)):
        what, _, remedy = text.partition(": ")
        yield Finding("libraries", WARNING, what, remedy)


def _space(name: str, seen: Snapshot) -> Iterator[Finding]:
    text = f"{size_text(seen.free)} free on {name}, in clusters of {seen.cluster:,} bytes"
    if seen.free < _ROOM:
        yield Finding(
            "space",
            WARNING,
            text,
            "remove files of yours: the next deploy may not fit, or has to replace files in place",
        )
    else:
        yield Finding("space", OK, text)


def _litter(seen: Snapshot) -> Iterator[Finding]:
    found = sorted(path for path in seen.sizes if is_litter(path))
    if found:
        size = sum(-(-seen.sizes[path] // seen.cluster) * seen.cluster for path in found)
        yield Finding(
            "litter",
            WARNING,
            f"{_named(found)} of macOS {'take' if len(found) > 1 else 'takes'} {size_text(size)}",
            "the next deploy removes those beside its own files; the rest by hand",
        )


def _settings(name: str, seen: Snapshot, settings: Effective | None, deploy: str) -> Iterator[Finding]:
    content = seen.content.get(SETTINGS_FILE)
    if content is None:
        yield Finding(
            "board settings", FAILED, f"{name} has no {SETTINGS_FILE}: the charger stays Unavailable", deploy
        )
        return
    on_board = read_board_file(content)
    faults = on_board.faults
    for fault in faults[:_MOST_NAMED]:
        variable = f"{fault.variable}: " if fault.variable else ""
        yield Finding(
            "board settings",
            WARNING,
            f"{name}/{SETTINGS_FILE}:{fault.line}:1: {variable}{fault.reason}",
            "correct that line",
        )
    others = (
        []
        if settings is None
        else [one.name for one in compare({}, on_board, settings.flat()) if _is_other(one)]
    )
    if others:
        yield Finding(
            "other settings",
            WARNING,
            f"{name} has other settings than this laptop: {_named(others)}; the broker below is the laptop's",
            f"name this board's settings with -c, or write these: {deploy}",
        )
    if not faults:
        yield Finding("board settings", OK, f"every line of {SETTINGS_FILE} on the drive can be read")


def _is_other(one: Difference) -> bool:
    """Not where one side has the default, and the other nothing."""
    default = "" if one.setting.default is None else one.setting.text(one.setting.default)
    return (default if one.drive is None else one.drive) != (default if one.laptop is None else one.laptop)


def _named(paths: list[str]) -> str:
    few = ", ".join(paths[:_MOST_NAMED])
    return few if len(paths) <= _MOST_NAMED else f"{few} and {len(paths) - _MOST_NAMED} more"


def _is(paths: list[str]) -> str:
    return "are" if len(paths) > 1 else "is"
