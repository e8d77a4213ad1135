# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Which paths may be written to a drive: checked here for archives, commits, manifests and images alike.

A path is relative to the drive, with `/`. It must be possible on FAT, on Windows and on the board, whatever the laptop
runs: what stands in an archive or on a drive was written by a stranger.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import TypeGuard

from chargerctl.visible import visible

MOST = 10_000  # files and folders on one drive: more is a home directory, or an attack
DEEPEST = 32  # folders in one another
_LONGEST = 255  # bytes of one name, FAT's and Linux's limit
_STAGING = ".deploy"  # of a deploy under way, which alone writes there
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])\s*(\..*)?", re.IGNORECASE)
_SHORT = re.compile(r"(?=[^.]{1,8}(\.|$))[^.]+~[0-9]+(\.[^.]{0,3})?")
_REFUSED = re.compile(r'[<>:"\\|?*]')
_IMPOSSIBLE = re.compile(r"[/\0-\x1f\x7f\ud800-\udfff]")
_LARGEST = 1 << 32  # FAT's limit, in bytes


def is_name(name: object) -> TypeGuard[str]:
    """Whether a board can have a file of this name, however strange: what it lists may be anything."""
    return isinstance(name, str) and name not in ("", ".", "..") and not _IMPOSSIBLE.search(name)


def is_size(size: object) -> TypeGuard[int]:
    """Whether a board's file can have this size."""
    return isinstance(size, int) and not isinstance(size, bool) and 0 <= size < _LARGEST


def problem_of(path: str) -> str | None:
    """Why this path cannot be a file or a folder of a drive; None where it can."""
    names = path.split("/")
    if path.startswith("/"):
        return "is an absolute path"
    if len(names) > DEEPEST:
        return f"is more than {DEEPEST} folders deep"
    return next(filter(None, map(_problem_of_name, names)), None)


def _problem_of_name(name: str) -> str | None:
    if name in ("", ".", ".."):
        return "has a part that is empty, . or .."
    try:
        size = len(name.encode())
    except UnicodeEncodeError:
        return "is not UTF-8"
    if size > _LONGEST:
        return f"has a name of more than {_LONGEST} bytes"
    if "\t" in name or visible(name) != name:
        return "has a character in it that controls a terminal or cannot be seen"
    if refused := _REFUSED.search(name):
        return f"has {refused[0]} in it, which FAT and Windows refuse"
    if name[-1] in ". ":
        return "has a name that ends in a dot or a blank, which Windows removes"
    if _RESERVED.fullmatch(name):
        return f"has the name {name}, which is a device of Windows"
    if _SHORT.fullmatch(name):
        return f"has the name {name}, which FAT and Windows may take for another file with a longer one"
    return None


def problem_of_all(paths: Iterable[str]) -> str | None:
    """Why these cannot be the files of one drive, as `PATH reason`; None where they can."""
    for path, problem in unfit_for_one_drive(paths):
        return f"{shortened(path)} {problem}"
    return None


def unfit_for_one_drive(paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(path, reason) for each that cannot be a file of one drive together with those before it."""
    files: dict[str, str] = {}
    folders: dict[str, str] = {}
    for path in paths:
        if problem := problem_of(path):
            yield path, problem
            continue
        key = folded(path)
        around = [key[:end] for end, letter in enumerate(key) if letter == "/"]
        outer = next((files[folder] for folder in around if folder in files), None)
        if is_staging(path):
            yield path, f"is in {_STAGING}, which is chargerctl's own"
        elif len(files) == MOST:
            yield path, f"is one of more than {MOST:,} files"
        elif key in files:
            other = files[key]
            yield path, "is there twice" if other == path else f"is the same for FAT as {shortened(other)}"
        elif outer:
            yield path, f"is in {shortened(outer)}, which is a file"
        elif key in folders:
            yield path, f"is a file and, with {shortened(folders[key])}, a folder"
        else:
            files[key] = path
            folders.update((folder, path) for folder in around if folder not in folders)


def shortened(path: str) -> str:
    """For a message."""
    return path if len(path) <= 80 else f"{path[:77]}..."


def is_staging(path: str) -> bool:
    """Whether it is the folder of deploys under way, or in it."""
    return folded(path.split("/")[0]) == _STAGING


def folded(path: str) -> str:
    """The same for all spellings that FAT, or a system that reads it, takes for one name: letter by letter, so that ß is
    not ss, and é is one letter."""
    if path.isascii():
        return path.lower()
    return "".join(map(_small, unicodedata.normalize("NFC", path)))


def _small(letter: str) -> str:
    capital = letter.upper()
    small = (capital if len(capital) == 1 else letter).lower()
    return small if len(small) == 1 else letter
