# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a deploy replaced, kept on the laptop by board, so that `chargerctl rollback` can bring it back.

It has the settings in it, secrets included: readable by its owner only.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from chargerctl.deploy.image import Image
from chargerctl.errors import ChargerctlError


@dataclass(frozen=True)
class Kept:
    """replaced: old content by path; added: what was not there before."""

    replaced: Image
    added: list[str]


def board_key(uid: str, drive: Path) -> str:
    """By the board's own number where it has one, else by the place of its drive."""
    return uid or "folder-" + hashlib.sha256(str(drive.resolve()).encode()).hexdigest()[:16]


def keep(state: Path, key: str, kept: Kept) -> Callable[[], None]:
    """Write it down, and return what makes it replace what was kept before: a deploy that never comes to its commit
    must not."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("added.json", json.dumps(kept.added))
        for path, content in kept.replaced.items():
            archive.writestr("drive/" + path, content)
    folder = state / "replaced"
    fresh, target = folder / f"{key}.pending", folder / f"{key}.zip"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_private(fresh, packed.getvalue())
    except OSError as error:
        raise ChargerctlError(
            f"{folder} cannot be written ({error.strerror}), and what a rollback needs is kept there: make it writable"
        ) from error

    def make_current() -> None:
        fresh.replace(target)

    return make_current


def kept_for(state: Path, key: str) -> Kept:
    """What the last deploy to this board replaced; ChargerctlError where nothing is kept."""
    try:
        with zipfile.ZipFile(state / "replaced" / f"{key}.zip") as archive:
            names = [name for name in archive.namelist() if name.startswith("drive/")]
            replaced = {name.removeprefix("drive/"): archive.read(name) for name in names}
            return Kept(replaced, json.loads(archive.read("added.json")))
    except FileNotFoundError:
        raise ChargerctlError(
            "nothing is kept for this board: only what this laptop deployed to it can be rolled back"
        ) from None
    except (zipfile.BadZipFile, KeyError, ValueError):
        raise ChargerctlError(
            "what was kept for this board is damaged: deploy the wanted version instead"
        ) from None


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
