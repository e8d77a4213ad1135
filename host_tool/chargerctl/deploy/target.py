# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The image for one drive: firmware and libraries, its merged settings, and the manifest of it all."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from chargerctl import __version__
from chargerctl.boards.catalogue import BOARDS
from chargerctl.deploy.archive import SETTINGS_FILE, Backup, with_secrets_of
from chargerctl.deploy.bytecode import texts_beside
from chargerctl.deploy.image import Image
from chargerctl.deploy.keep import Kept
from chargerctl.deploy.records import MANIFEST, Manifest, Mark, Pins
from chargerctl.deploy.snapshot import Snapshot, read_manifest
from chargerctl.firmware_files import firmware_module
from chargerctl.settings import merge, salted_hashes
from chargerctl.settings.board_file import read_board_file
from chargerctl.settings.sources import for_circuitpython


@dataclass(frozen=True)
class Target:
    """image: with the manifest, if it has one. notes: what a person should know of how it came about. gone: files of
    others that would hide some of it."""

    image: Image
    pins: Pins
    notes: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)


def make_target(
    image: Image,
    settings: Mapping[str, str] | None,
    snapshot: Snapshot,
    board_id: str,
    keep: str | None = None,
    drive: str = "",
    names: str = "",
    edited: Sequence[str] = (),
) -> Target:
    """Firmware and libraries with this drive's settings and manifest.

    settings: flat, to be merged into the drive's; None leaves the drive's alone. keep: laptop or drive, whose
    value counts where both were changed. drive: where it is, for messages. names, edited: for the manifest. Raises
    MergeError where a person must decide.
    """
    before = snapshot.manifest or Manifest({})
    on_drive = snapshot.content.get(SETTINGS_FILE)
    image, notes, record = dict(image), [], before.settings
    if settings is not None:
        settings = {**settings, **for_circuitpython(BOARDS.get(board_id))}
        label = str(PurePath(drive, SETTINGS_FILE))
        merged = merge(before.settings, on_drive, settings, keep, board_id=board_id, label=label)
        merged.check()
        image[SETTINGS_FILE] = merged.content
        notes = [str(change) for change in merged.changes] if on_drive else []
        if any(change.winner == "drive" and change.difference.is_ours for change in merged.changes):
            notes.append(
                f"what stays on the drive: chargerctl config pull --drive {shlex.quote(drive)} takes it into the "
                "laptop's file, --keep laptop writes the laptop's over it"
            )
        record = salted_hashes(settings, before.settings)
    elif on_drive is None:
        notes = ["the drive has no settings.toml: without one the charger stays Unavailable"]
    elif SETTINGS_FILE in before.files:
        image[SETTINGS_FILE] = on_drive
    pins = safe_pins(image.get(SETTINGS_FILE, on_drive or b""), board_id)
    marks = {path: Mark.of(content) for path, content in image.items()}
    image[MANIFEST] = Manifest(marks, pins, __version__, record, names, tuple(edited)).render()
    return Target(image, pins, notes)


def before_the_deploy(kept: Kept, snapshot: Snapshot) -> Target:
    """What was on the drive before the last deploy; other files of the user's stay as they are."""
    ours = {MANIFEST, *(snapshot.manifest.files if snapshot.manifest else ())}
    image = {path: data for path, data in snapshot.content.items() if path in ours and path not in kept.added}
    image |= kept.replaced
    return Target(image, _recorded_pins(image, snapshot))


def from_backup(backup: Backup, snapshot: Snapshot) -> Target:
    """A backup as it is, with the drive's secrets where it has none."""
    image = backup.image
    if not backup.secrets:
        image = with_secrets_of(image, snapshot.content.get(SETTINGS_FILE, b""))
    in_the_way = [name for name in ("code.txt", "boot.txt") if name in image]
    notes = [f"{name} is left out: with it on the drive the charger would not run" for name in in_the_way]
    image = {path: data for path, data in image.items() if path not in in_the_way}
    return Target(image, _recorded_pins(image, snapshot), notes, texts_beside(image))


def _recorded_pins(image: Image, snapshot: Snapshot) -> Pins:
    """As the image's own manifest names them, else as the drive's does: the wiring is the same."""
    manifest = read_manifest(image.get(MANIFEST)) or snapshot.manifest
    return manifest.pins if manifest else {}


def safe_pins(settings: bytes, board_id: str) -> Pins:
    """The pins of relay, lock and service button on this board, for programs that must not import the
    profiles.

    settings: the drive's settings.toml.
    """
    values = read_board_file(settings).values
    profiles = firmware_module("charger.hardware.profiles").PROFILES
    profile = profiles.get(values.get("CHARGER_HARDWARE_BOARD", "auto"), profiles.get(board_id, {}))
    pins = {}
    for part in ("relay", "lock", "service"):
        name = values.get(f"CHARGER_HARDWARE_{part.upper()}_PIN") or profile.get(f"{part}_pin", "none")
        active = (
            "low" if part == "service" else values.get(f"CHARGER_HARDWARE_{part.upper()}_ACTIVE") or "high"
        )
        if name != "none" and " " not in name:
            pins[part] = (name, active)
    return pins
