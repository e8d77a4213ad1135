# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Writes a whole drive to a zip file and reads it back. Secrets are left out unless asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from chargerctl.boards.boot_out import BOOT_OUT, BootOut
from chargerctl.deploy.bytecode.compiler import texts_beside
from chargerctl.deploy.image import SETTINGS_FILE, Image
from chargerctl.deploy.image_zip import read_zip, write_zip
from chargerctl.deploy.litter import is_of_a_system
from chargerctl.deploy.records import STAGING, DamagedError
from chargerctl.deploy.secrets import has_secrets, secret_lines, without_secrets
from chargerctl.deploy.snapshot import Snapshot
from chargerctl.deploy.target import Target, recorded_pins
from chargerctl.errors import ChargerctlError, InputError
from chargerctl.settings.board_file import read_board_file
from chargerctl.transport.names import folded, unfit_for_one_drive
from chargerctl.transport.volume import Volume, read_all

_HEAD = "backup.json"
# What the board writes itself, and what an interrupted deploy leaves.
_NOT_PACKED = {BOOT_OUT, STAGING}


@dataclass(frozen=True)
class Backup:
    """The files of a drive. secrets: whether passwords are among them. left_out: names that were not packed, with the
    reason."""

    board_id: str
    secrets: bool
    image: Image
    left_out: list[str] = field(default_factory=list)


def pack(volume: Volume, boot: BootOut, target: Path, secrets: bool) -> Backup:
    """Write the drive's files to the zip `target`, readable by its owner only. OSError where the drive cannot be read."""
    listing = volume.list()
    paths = [path for path in sorted(listing.files) if _packed(path)]
    left_out = [f"{_shown(path)} ({what})" for path, what in sorted(listing.others.items()) if _packed(path)]
    unfit = dict(unfit_for_one_drive(paths))
    left_out += [f"{_shown(path)} (its name {problem})" for path, problem in unfit.items()]
    image = read_all(volume, [path for path in paths if path not in unfit], listing.files)
    if not secrets:
        copies = [path for path in image if path != SETTINGS_FILE and has_secrets(path, image[path])]
        left_out += [f"{_shown(path)} (it has passwords: --with-secrets includes it)" for path in copies]
        image = _without_secrets({path: content for path, content in image.items() if path not in copies})
    backup = Backup(boot.board_id, secrets, image, left_out)
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
        board_id, secrets = (
            (head.get("board_id"), head.get("secrets")) if isinstance(head, dict) else (None, None)
        )
        if not isinstance(board_id, str) or not isinstance(secrets, bool):
            raise DamagedError(f"{_HEAD} is not that of a backup")
    except DamagedError as error:
        raise InputError(
            f"{source} is not a chargerctl backup ({error}): write one with `chargerctl backup --to FILE`"
        ) from None
    except FileNotFoundError:
        raise InputError(f"{source} does not exist") from None
    return Backup(board_id, secrets, {path: content for path, content in image.items() if _packed(path)})


def _without_secrets(image: Image) -> Image:
    if SETTINGS_FILE not in image:
        return image
    text = image[SETTINGS_FILE].decode(errors="surrogateescape")
    return {**image, SETTINGS_FILE: without_secrets(text).encode(errors="surrogateescape")}


def _with_secrets_of(image: Image, on_drive: bytes) -> Image:
    """A backup that says it has no secrets, with those that are on the drive now, where a board reads them."""
    if SETTINGS_FILE not in image:
        return image
    settings = _without_secrets(image)[SETTINGS_FILE]
    lines = settings.splitlines(keepends=True)
    kept = "".join(line + "\n" for line in secret_lines(on_drive.decode(errors="surrogateescape")))
    lines.insert(read_board_file(settings).end, kept.encode(errors="surrogateescape"))
    return {**image, SETTINGS_FILE: b"".join(lines)}


def _shown(path: str) -> str:
    """A name that is not UTF-8 as escapes: no stream prints it as it is."""
    return path.encode(errors="surrogateescape").decode(errors="backslashreplace")


def _packed(path: str) -> bool:
    return not is_of_a_system(path) and folded(path.split("/")[0]) not in _NOT_PACKED


def from_backup(backup: Backup, snapshot: Snapshot) -> Target:
    """The files of a backup; where it has no secrets, with those on the drive."""
    image = backup.image
    if not backup.secrets:
        image = _with_secrets_of(image, snapshot.content.get(SETTINGS_FILE, b""))
    in_the_way = [name for name in ("code.txt", "boot.txt") if name in image]
    notes = [f"{name} is left out: CircuitPython would run it instead of the charger" for name in in_the_way]
    image = {path: data for path, data in image.items() if path not in in_the_way}
    return Target(image, recorded_pins(image, snapshot), notes, texts_beside(image))
