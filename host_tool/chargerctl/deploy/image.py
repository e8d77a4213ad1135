# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""An image, {path: content}: the files that should be on a drive. Paths are relative, with `/`."""

from __future__ import annotations

from chargerctl.firmware_files import firmware_dir

Image = dict[str, bytes]
SETTINGS_FILE = "settings.toml"  # of the drive, flat


def firmware_image() -> Image:
    """The firmware's files, as source."""
    root = firmware_dir()
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*.py"))
        if not any(part.startswith((".", "__pycache__")) for part in path.relative_to(root).parts)
    }
