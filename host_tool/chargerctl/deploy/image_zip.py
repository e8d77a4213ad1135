# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Files of a drive in a zip on the laptop, with a JSON file about them; readable by its owner only."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

from chargerctl.deploy.image import Image
from chargerctl.deploy.records import DamagedError
from chargerctl.files import write_private

_INSIDE = "drive/"


def write_zip(target: Path, image: Image, about: object, about_name: str) -> None:
    """OSError where it cannot be written."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(about_name, json.dumps(about))
        for path, content in image.items():
            archive.writestr(_INSIDE + path, content)
    write_private(target, packed.getvalue())


def read_zip(source: Path, about_name: str) -> tuple[Image, Any]:
    """(files, what the JSON file has). Raises DamagedError for a file that write_zip() did not write, OSError."""
    try:
        with zipfile.ZipFile(source) as archive:
            names = [
                name for name in archive.namelist() if name.startswith(_INSIDE) and not name.endswith("/")
            ]
            image = {name.removeprefix(_INSIDE): archive.read(name) for name in names}
            return image, json.loads(archive.read(about_name))
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise DamagedError(str(error)) from error
