# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Remembers which files of the installed packages a deploy takes: to find them takes longer than all the rest of a deploy
that has nothing to do.

Deleting the file costs one search. It counts only while everything that the search looked at is as it was.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from chargerctl.deploy.image import Image
from chargerctl.files import write_private

_NAME = "libraries.json"


@dataclass
class Search:
    """What a search found, {path on the board: where it is}, and every file that it looked at."""

    found: dict[str, str] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)


def remembered(state: Path, asked: Image, search: Callable[[], Search]) -> Search:
    """What search() finds, now or when it was last asked for the same: for these files, in this Python environment."""
    key = _key(asked)
    file = state / _NAME
    found = _recall(file, key)
    if found is None:
        found = search()
        with suppress(OSError):  # then the next deploy searches again
            stamps = {path: _stamp(path) for path in sorted(found.seen)}
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            about = {"key": key, "found": found.found, "seen": stamps}
            write_private(file, json.dumps(about).encode(), sync=False)
    return found


def _key(asked: Image) -> str:
    digest = hashlib.sha256(sys.prefix.encode(errors="surrogateescape"))
    for path, content in sorted(asked.items()):
        digest.update(f"\n{path}:{len(content)}:".encode() + content)
    return digest.hexdigest()


def _recall(file: Path, key: str) -> Search | None:
    try:
        about = json.loads(file.read_bytes())
        if about["key"] != key or any(_stamp(path) != stamp for path, stamp in about["seen"].items()):
            return None
        return Search({str(path): str(place) for path, place in about["found"].items()}, set(about["seen"]))
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None  # none yet, damaged, or a package has gone


def _stamp(path: str) -> list[int]:
    about = Path(path).stat()
    return [about.st_size, about.st_mtime_ns]
