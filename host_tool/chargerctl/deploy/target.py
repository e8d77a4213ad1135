# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The image for one drive: firmware, libraries, merged settings and the manifest."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from chargerctl import __version__
from chargerctl.boards.catalogue import BOARDS
from chargerctl.deploy.image import SETTINGS_FILE, Image
from chargerctl.deploy.records import MANIFEST, Manifest, Mark, Pins
from chargerctl.deploy.snapshot import Snapshot, read_manifest
from chargerctl.firmware_files import firmware_module
from chargerctl.settings import merge, salted_hashes
from chargerctl.settings.board_file import read_board_file
from chargerctl.settings.sources import for_circuitpython


@dataclass(frozen=True)
class Target:
    """image: with the manifest, if it has one. notes: lines for the user. gone: files to remove because CircuitPython
    would import them instead of files of the image."""

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

    settings: flat, to be merged into the drive's; None leaves the drive's alone. keep: "laptop" or "drive", whose
    value counts where both were changed. drive: its path, for messages. names, edited: for the manifest. Raises
    MergeError where the user must decide.
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
                "to copy what was changed on the drive to the laptop's file: chargerctl config pull --drive "
                f"{shlex.quote(drive)}; to overwrite it: --keep laptop"
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


def recorded_pins(image: Image, snapshot: Snapshot) -> Pins:
    """From the image's manifest, else from the drive's: the wiring is the same."""
    manifest = read_manifest(image.get(MANIFEST)) or snapshot.manifest
    return manifest.pins if manifest else {}


def safe_pins(settings: bytes, board_id: str) -> Pins:
    """The pins of relay, lock and service button on this board, for programs that cannot import the profiles.

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
