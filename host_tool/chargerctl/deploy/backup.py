# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Writes a whole drive to a zip file and reads it back. Secrets are left out unless asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from chargerctl.boards.boot_out import BOOT_OUT, BootOut
from chargerctl.deploy.bytecode.compiler import texts_beside
from chargerctl.deploy.image import SETTINGS_FILE, Image
from chargerctl.deploy.image_zip import read_zip, write_zip
from chargerctl.deploy.plan import is_litter
from chargerctl.deploy.records import STAGING, DamagedError
from chargerctl.deploy.secrets import secret_lines, without_secrets
from chargerctl.deploy.snapshot import Snapshot
from chargerctl.deploy.target import Target, recorded_pins
from chargerctl.errors import ChargerctlError, InputError
from chargerctl.transport.volume import Volume

_HEAD = "backup.json"
# What the board writes itself, what an interrupted deploy leaves, and what operating systems leave.
_NOT_PACKED = {
    BOOT_OUT,
    STAGING,
    ".Trashes",
    ".Trash-1000",
    ".fseventsd",
    ".Spotlight-V100",
    "System Volume Information",
}


@dataclass(frozen=True)
class Backup:
    """The files of a drive. secrets: whether passwords are among them."""

    board_id: str
    secrets: bool
    image: Image


def pack(volume: Volume, boot: BootOut, target: Path, secrets: bool) -> Backup:
    """Write the drive's files to the zip `target`, readable by its owner only. OSError where the drive cannot be read."""
    sizes, _ = volume.list()
    image = {path: volume.read(path) for path in sorted(sizes) if _packed(path)}
    if SETTINGS_FILE in image and not secrets:
        text = image[SETTINGS_FILE].decode(errors="surrogateescape")
        image[SETTINGS_FILE] = without_secrets(text).encode(errors="surrogateescape")
    backup = Backup(boot.board_id, secrets, image)
    head = {"board_id": boot.board_id, "circuitpython": boot.version, "secrets": secrets}
    try:
        write_zip(target, image, head, _HEAD)
    except OSError as error:
        raise ChargerctlError(
            f"{target} cannot be written ({error.strerror}): choose another file with --to"
        ) from error
    return backup


def unpack(source: Path) -> Backup:
    """Read a zip that pack() wrote; InputError for any other file."""
    try:
        image, head = read_zip(source, _HEAD)
        return Backup(str(head["board_id"]), bool(head["secrets"]), image)
    except (DamagedError, KeyError, TypeError):
        raise InputError(
            f"{source} is not a chargerctl backup: write one with `chargerctl backup --to FILE`"
        ) from None


def _with_secrets_of(image: Image, on_drive: bytes) -> Image:
    """A backup without secrets, with those that are on the drive now."""
    if SETTINGS_FILE not in image:
        return image
    kept = "".join(line + "\n" for line in secret_lines(on_drive.decode(errors="surrogateescape")))
    return {**image, SETTINGS_FILE: image[SETTINGS_FILE] + kept.encode(errors="surrogateescape")}


def _packed(path: str) -> bool:
    return not is_litter(path) and path.split("/")[0] not in _NOT_PACKED


def from_backup(backup: Backup, snapshot: Snapshot) -> Target:
    """The files of a backup; where it has no secrets, with those on the drive."""
    image = backup.image
    if not backup.secrets:
        image = _with_secrets_of(image, snapshot.content.get(SETTINGS_FILE, b""))
    in_the_way = [name for name in ("code.txt", "boot.txt") if name in image]
    notes = [f"{name} is left out: CircuitPython would run it instead of the charger" for name in in_the_way]
    image = {path: data for path, data in image.items() if path not in in_the_way}
    return Target(image, recorded_pins(image, snapshot), notes, texts_beside(image))
