# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The image for one drive: firmware, libraries, merged settings and the manifest."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from chargerctl import __version__
from chargerctl.boards.address import Address
from chargerctl.boards.catalogue import BOARDS
from chargerctl.deploy.image import SETTINGS_FILE, Image
from chargerctl.deploy.records import MANIFEST, Manifest, Mark, Pins
from chargerctl.deploy.snapshot import Snapshot, read_manifest
from chargerctl.firmware_files import firmware_module
from chargerctl.settings.board_file import read_board_file
from chargerctl.settings.differences import salted_hashes
from chargerctl.settings.merge import merge
from chargerctl.settings.sources import for_circuitpython

_PIN = re.compile("[A-Za-z_][A-Za-z0-9_]*")


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
    address: Address | None = None,
    names: str = "",
    edited: Sequence[str] = (),
) -> Target:
    """Firmware and libraries with this drive's settings and manifest.

    settings: flat, to be merged into the drive's; None leaves the drive's alone. keep: "laptop" or "drive", whose
    value counts where both were changed. address: for messages. names, edited: for the manifest. Raises
    MergeError where the user must decide.
    """
    before = snapshot.manifest or Manifest({})
    on_drive = snapshot.content.get(SETTINGS_FILE)
    image, notes, record = dict(image), [], before.settings
    if settings is not None:
        settings = {**settings, **for_circuitpython(BOARDS.get(board_id))}
        label = address.file(SETTINGS_FILE) if address else SETTINGS_FILE
        merged = merge(before.settings, on_drive, settings, keep, board_id=board_id, label=label)
        merged.check()
        image[SETTINGS_FILE] = merged.content
        notes = [str(change) for change in merged.changes] if on_drive else []
        if any(change.winner == "drive" and change.difference.is_ours for change in merged.changes):
            notes.append(
                "to copy what was changed on the drive to the laptop's file: chargerctl config pull "
                f"{address.flag if address else ''}; to overwrite it: --keep laptop"
            )
        record = salted_hashes(settings, before.settings)
    elif on_drive is None:
        notes = ["the drive has no settings.toml: without one the charger stays Unavailable"]
    elif SETTINGS_FILE in before.files:
        image[SETTINGS_FILE] = on_drive
    pins, warnings = safe_pins(image.get(SETTINGS_FILE, on_drive or b""), board_id)
    notes += warnings
    marks = {path: Mark.of(content) for path, content in image.items()}
    image[MANIFEST] = Manifest(marks, pins, __version__, record, names, tuple(edited)).render()
    return Target(image, pins, notes)


def recorded_pins(image: Image, snapshot: Snapshot) -> Pins:
    """From the image's manifest, else from the drive's: the wiring is the same."""
    manifest = read_manifest(image.get(MANIFEST)) or snapshot.manifest
    return manifest.pins if manifest else {}


def safe_pins(settings: bytes, board_id: str) -> tuple[Pins, list[str]]:
    """The pins of relay, lock and service button on this board, for programs that cannot import the profiles, and warnings.

    settings: the drive's settings.toml, in which anything may stand.
    """
    values = read_board_file(settings).values
    profile_of = firmware_module("charger.hardware.profiles").profile
    profile = profile_of(values.get("CHARGER_HARDWARE_BOARD", "auto")) or profile_of(board_id)
    pins: Pins = {}
    warnings = []
    for part in ("relay", "lock", "service"):
        variable = f"CHARGER_HARDWARE_{part.upper()}"
        name = values.get(f"{variable}_PIN") or profile.get(f"{part}_pin", "none")
        active = "low" if part == "service" else values.get(f"{variable}_ACTIVE") or "high"
        if _PIN.fullmatch(name) is None or active not in ("high", "low"):
            wrong = "_ACTIVE is not high or low" if _PIN.fullmatch(name) else "_PIN is not the name of a pin"
            warnings.append(
                f"WARNING: {variable}{wrong}, so no deploy can keep that pin safe while it is under way: correct it in "
                f"the drive's {SETTINGS_FILE}"
            )
        elif name != "none":
            pins[part] = (name, active)
    return pins, warnings
