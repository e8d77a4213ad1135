# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A whole drive in a zip file, and back. Without the secrets unless they are asked for."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

from chargerctl.boards.find import BOOT_OUT, BootOut
from chargerctl.deploy.image import Image
from chargerctl.deploy.keep import write_private
from chargerctl.deploy.plan import is_litter
from chargerctl.deploy.records import COMMIT, STAGING
from chargerctl.deploy.secrets import secret_lines, without_secrets
from chargerctl.deploy.volume import Volume
from chargerctl.errors import ChargerctlError, InputError

SETTINGS_FILE = "settings.toml"
_HEAD = "backup.json"
_INSIDE = "drive/"
# What the board writes itself, what a deploy leaves behind, and what systems leave.
_NOT_PACKED = {BOOT_OUT}
_FOLDERS_NOT_PACKED = {
    STAGING,
    ".Trashes",
    ".Trash-1000",
    ".fseventsd",
    ".Spotlight-V100",
    "System Volume Information",
}


@dataclass(frozen=True)
class Backup:
    """A drive as it was. secrets: whether its settings have theirs."""

    board_id: str
    secrets: bool
    image: Image


def pack(volume: Volume, boot: BootOut, target: Path, secrets: bool) -> Backup:
    """Write the drive's files into the zip `target`, readable by its owner only. OSError as the volume's."""
    sizes, _ = volume.list()
    if COMMIT in sizes:
        raise ChargerctlError("a deploy on the drive is not finished: run chargerctl deploy first")
    image = {path: volume.read(path) for path in sorted(sizes) if _packed(path)}
    if SETTINGS_FILE in image and not secrets:
        text = image[SETTINGS_FILE].decode(errors="surrogateescape")
        image[SETTINGS_FILE] = without_secrets(text).encode(errors="surrogateescape")
    backup = Backup(boot.board_id, secrets, image)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        head = {"board_id": boot.board_id, "circuitpython": boot.version, "secrets": secrets}
        archive.writestr(_HEAD, json.dumps(head))
        for path, content in image.items():
            archive.writestr(_INSIDE + path, content)
    try:
        write_private(target, packed.getvalue())
    except OSError as error:
        raise ChargerctlError(
            f"{target} cannot be written ({error.strerror}): name another file with --to"
        ) from error
    return backup


def unpack(source: Path) -> Backup:
    """Read what pack() wrote; InputError where it did not."""
    try:
        with zipfile.ZipFile(source) as archive:
            head = json.loads(archive.read(_HEAD))
            names = [
                name for name in archive.namelist() if name.startswith(_INSIDE) and not name.endswith("/")
            ]
            image = {name.removeprefix(_INSIDE): archive.read(name) for name in names}
            return Backup(str(head["board_id"]), bool(head["secrets"]), image)
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError):
        raise InputError(
            f"{source} is no backup of chargerctl's: `chargerctl backup --to FILE` writes one"
        ) from None


def with_secrets_of(image: Image, on_drive: bytes) -> Image:
    """A backup without secrets, completed with those that stand on the drive now."""
    if SETTINGS_FILE not in image:
        return image
    kept = "".join(line + "\n" for line in secret_lines(on_drive.decode(errors="surrogateescape")))
    return {**image, SETTINGS_FILE: image[SETTINGS_FILE] + kept.encode(errors="surrogateescape")}


def _packed(path: str) -> bool:
    return path not in _NOT_PACKED and not is_litter(path) and path.split("/")[0] not in _FOLDERS_NOT_PACKED
