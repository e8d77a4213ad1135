# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What operating systems put on a drive without being asked."""

from __future__ import annotations

import re

from chargerctl.transport.names import folded

# Folded. Even the drive's owner may not be allowed to read them.
_FOLDERS = re.compile(
    r"\.trashes|\.trash(-\d+)?|\$recycle\.bin|\.fseventsd|\.spotlight-v100|system volume information"
)


def is_litter(path: str) -> bool:
    """Whether macOS has written it beside another file."""
    return path.rpartition("/")[2].startswith("._")


def is_of_a_system(path: str) -> bool:
    """Whether it is a folder that a system keeps for itself, or in one, or litter: it may change at any time."""
    return (
        _FOLDERS.fullmatch(folded(path.split("/")[0])) is not None
        or is_litter(path)
        or path.endswith(".DS_Store")
    )
