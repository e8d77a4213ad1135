# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a deploy has put on a board, from the two small files that say so."""

from __future__ import annotations

from collections.abc import Callable

from chargerctl.boards.sightings import Deployed, clean
from chargerctl.deploy.image import SETTINGS_FILE
from chargerctl.deploy.records import MANIFEST
from chargerctl.deploy.snapshot import read_manifest
from chargerctl.settings.board_file import read_board_file
from chargerctl.settings.table import SETTINGS

_LONGEST_FILE = 65536  # bytes of a settings.toml


def deployed_on(read: Callable[[str], bytes]) -> Deployed | None:
    """None where no deploy has written the board. read: a file of the board; may raise OSError."""
    manifest = read_manifest(_content(read, MANIFEST))
    if manifest is None:
        return None
    settings = read_board_file((_content(read, SETTINGS_FILE) or b"")[:_LONGEST_FILE]).values
    serial, name = (
        clean(settings.get(SETTINGS[key].variable, "")) for key in ("charger.serial", "charger.name")
    )
    return Deployed(serial, name, clean(manifest.version))


def _content(read: Callable[[str], bytes], path: str) -> bytes | None:
    try:
        return read(path)
    except OSError:
        return None
