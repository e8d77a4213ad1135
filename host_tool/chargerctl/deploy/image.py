# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What should be on the drive: an image is {path: content}, a path having `/` but none in front."""

from __future__ import annotations

from chargerctl.firmware_files import firmware_dir

Image = dict[str, bytes]


def firmware_image() -> Image:
    """The board's own files, as source."""
    root = firmware_dir()
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*.py"))
        if not any(part.startswith((".", "__pycache__")) for part in path.relative_to(root).parts)
    }
