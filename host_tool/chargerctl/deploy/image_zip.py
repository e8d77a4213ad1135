# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Files of a drive in a zip on the laptop, with a JSON file about them; readable by its owner only.

A zip may come from anybody: before a byte of it is unpacked, what it says about its files is checked.
"""

from __future__ import annotations

import io
import json
import stat
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

from chargerctl.deploy.image import Image
from chargerctl.deploy.records import DamagedError
from chargerctl.files import read_file, write_private
from chargerctl.transport.names import problem_of_all
from chargerctl.transport.volume import LARGEST

_INSIDE = "drive/"
_ENCRYPTED = 1  # of flag_bits
_LARGEST_ZIP = 2 * LARGEST  # what cannot be compressed, and for each file its name twice
_LARGEST_ABOUT = 1 << 20  # bytes of the JSON file


def write_zip(target: Path, image: Image, about: object, about_name: str) -> None:
    """OSError where it cannot be written."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(about_name, json.dumps(about))
        for path, content in image.items():
            archive.writestr(_INSIDE + path, content)
    write_private(target, packed.getvalue())


def read_zip(source: Path, about_name: str) -> tuple[Image, Any]:
    """(files, what the JSON file has). Raises DamagedError for a file that write_zip() did not write, InputError for one
    that cannot be read, FileNotFoundError."""
    packed = io.BytesIO(read_file(source, _LARGEST_ZIP))
    try:
        with zipfile.ZipFile(packed) as archive:
            found = [
                each
                for each in archive.infolist()
                if each.filename.startswith(_INSIDE) and not each.filename.endswith("/")
            ]
            about = archive.getinfo(about_name)
            _check(found, about)
            image = {each.filename.removeprefix(_INSIDE): archive.read(each) for each in found}
            return image, _json(archive.read(about), about_name)
    except DamagedError:
        raise
    except _ZIPFILE_RAISES as error:
        raise DamagedError(str(error)) from error


def _json(content: bytes, name: str) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):  # whose words are Python's
        raise DamagedError(f"{name} is not JSON that chargerctl writes") from None


# Beside BadZipFile: what its readers, the decompressors and json let through for damaged files.
_ZIPFILE_RAISES = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    struct.error,
    ValueError,
)


def _check(files: list[zipfile.ZipInfo], about: zipfile.ZipInfo) -> None:
    """DamagedError for files that write_zip() does not write."""
    if problem := problem_of_all(each.filename.removeprefix(_INSIDE) for each in files):
        raise DamagedError(problem)
    for each in (*files, about):
        if each.flag_bits & _ENCRYPTED:
            raise DamagedError(f"{each.filename} is encrypted")
        if each.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise DamagedError(f"{each.filename} is compressed in a way that chargerctl does not use")
        kind = stat.S_IFMT(each.external_attr >> 16)
        if kind not in (0, stat.S_IFREG):
            raise DamagedError(f"{each.filename} is no regular file")
    if about.file_size > _LARGEST_ABOUT or sum(each.file_size for each in files) > LARGEST:
        raise DamagedError("it has more in it than any board's drive")
