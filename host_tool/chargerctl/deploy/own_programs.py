# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Which programs on a drive are chargerctl's own: of this installation, or in this laptop's record of its deploys.

A simulation runs them with the user's rights, so what else is on a drive needs a word of the user. The drive's manifest
proves nothing: who writes the programs can write that too. The record, `programs/` in chargerctl's folder, has a file for
each image that was deployed, named by its SHA-256, with the SHA-256 of each program in it.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from chargerctl.boards.programs import BOOT_FILES, CODE_FILES, SAFE_MODE_FILES
from chargerctl.deploy.bytecode.compiler import NoCompilerError, compile_image
from chargerctl.deploy.bytecode.source_record import SourceRecord, digest_of
from chargerctl.deploy.image import Image, firmware_image
from chargerctl.deploy.libraries.wheels import wheel_libraries
from chargerctl.deploy.litter import is_of_a_system
from chargerctl.deploy.troubles import explained
from chargerctl.errors import ChargerctlError, InputError
from chargerctl.files import read_file, write_private
from chargerctl.transport.names import folded, is_staging
from chargerctl.transport.volume import UNREADABLE, ForeignError, Volume, read_all

_KEPT = 200  # images
_LARGEST = 1 << 20  # bytes of one file of the record
_STARTED = {*SAFE_MODE_FILES, *BOOT_FILES, *CODE_FILES}
_IMPORTED = (".py", ".mpy")


def record_programs(state: Path, image: Image) -> None:
    """Remember the programs of an image that this laptop made; ChargerctlError."""
    digests = sorted(digest_of(content) for path, content in image.items() if _is_program(path))
    content = "".join(f"{digest}\n" for digest in digests).encode()
    folder = state / "programs"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for old in sorted(folder.iterdir(), key=lambda file: file.stat().st_mtime)[:-_KEPT]:
            old.unlink()
        write_private(folder / digest_of(content), content, sync=False)
    except OSError as error:
        raise ChargerctlError(
            f"{folder} cannot be written ({error.strerror}): chargerctl keeps there which programs it has deployed; make it "
            "writable"
        ) from error


class Foreign(NamedTuple):
    """programs: those on the drive that are not chargerctl's own. unfinished: files of a deploy that boot.py would carry
    out: that can make a program of any file, whatever its name, and remove others."""

    programs: list[str]
    unfinished: list[str]


def foreign_programs(volume: Volume, state: Path) -> Foreign:
    """What a simulation of this drive would run besides chargerctl's own; ChargerctlError for a drive that cannot be read,
    or that has links, pipes or other drives, whatever their names: no board has them."""
    with explained(volume.name):
        listing = volume.list()
        for path, what in sorted(listing.others.items()):
            if what != UNREADABLE or not is_of_a_system(path):
                raise ForeignError(path, what)
        content = read_all(volume, filter(_is_program, listing.files), listing.files)
    digests = {path: digest_of(program) for path, program in content.items()}
    known = _recorded(state) | {
        digest_of(program) for program in (firmware_image() | wheel_libraries()).values()
    }
    foreign = {path for path, digest in digests.items() if digest not in known}
    if any(path.endswith(".mpy") for path in foreign):  # another laptop may have compiled the same sources
        compiled = _compiled_here()
        foreign = {path for path in foreign if digests[path] not in compiled}
    return Foreign(sorted(foreign), sorted(filter(is_staging, listing.files)))


def _is_program(path: str) -> bool:
    return folded(path) in _STARTED or folded(path).endswith(_IMPORTED)


def _recorded(state: Path) -> set[str]:
    found: set[str] = set()
    with suppress(OSError, InputError):  # nothing was deployed yet
        for file in (state / "programs").iterdir():
            found.update(read_file(file, _LARGEST).decode(errors="replace").split())
    return found


def _compiled_here() -> set[str]:
    image = firmware_image() | wheel_libraries()
    found: set[str] = set()
    with suppress(NoCompilerError):
        for own_names in (False, True):
            files = compile_image(image, SourceRecord(None), own_names=own_names).image
            found.update(map(digest_of, files.values()))
    return found
