# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Makes and opens the two files of the journal, each a ring of places (two_files.py). A visitor of the start.

Making one writes some 24 blocks: the first place, and what could be the header of each other one. What else the flash
holds there is overwritten before it counts.
"""

import errno
import os

import supervisor
from micropython import const

from charger import ticks
from charger.visit import visit

_FOLDER = "/.journal"
_SIZE = const(4096)
_BLOCK = const(512)
_HEADER = const(16)
# Far below the 128 logs after which an old sequence would look like a new one.
_PLACES = const(16)


def open_files():
    """The Medium. Files that are shorter, of an earlier firmware (12 KB) or of a drive with less room, have fewer places."""
    try:
        os.mkdir(_FOLDER)
    except OSError as error:
        if error.errno != errno.EEXIST:
            raise
    opened = visit("journal_header").opened
    files = [_opened(_FOLDER + "/a"), _opened(_FOLDER + "/b")]
    counts = [file.seek(0, 2) // _SIZE - 2 for file in files]
    places = [newest(files[copy], counts[copy], opened) for copy in (0, 1)]
    block_ms = _measured(files[0], counts[0], places[0]) if counts[0] > 1 else 0
    return visit("hardware.two_files").Medium(files, counts, places, block_ms)


def _measured(file, count, place):
    """Milliseconds that this flash takes for a block: one of the unused ones, beside a place that is not the newest. The
    watchdog is not armed yet, so a flash of any age can tell."""
    file.seek(_SIZE - _BLOCK if place else (count + 1) * _SIZE)
    now = supervisor.ticks_ms()
    file.write(b"\xff" * _BLOCK)
    os.sync()
    return max(1, ticks.diff(supervisor.ticks_ms(), now))


def _opened(path):
    try:
        length = os.stat(path)[6]
    except OSError as error:
        if error.errno != errno.ENOENT:
            raise
        length = 0
    if length % _SIZE or not 3 <= length // _SIZE <= _PLACES + 2:
        # It is not there, or was not completed.
        _make(path)
    return open(path, "r+b")


def newest(file, count, opened):
    """The place of the newest log, 0 when there is none. Sequences count up to 255 and begin again. A log that was damaged
    is written once more, into the next place: of the same age the last one counts."""
    sequences = []
    best = None
    for place in range(count):
        file.seek((place + 1) * _SIZE)
        header = opened(file.read(_HEADER))
        sequences.append(header and header[1])
        if header and (best is None or (header[1] - best) & 0xFF < 128):
            best = header[1]
    for place in range(count):
        if best is not None and sequences[place] == best != sequences[(place + 1) % count]:
            return place
    # None, or all of them.
    return 0


def _make(path):
    """Both files together take at most half of the room on the drive, but three times 4 KB at least."""
    drive = os.statvfs("/")
    count = max(1, min(_PLACES, drive[0] * drive[3] // 4 // _SIZE - 2))
    blank = b"\xff" * _BLOCK
    with open(path, "wb") as file:
        file.seek(_SIZE)
        for _ in range(_SIZE // _BLOCK):
            file.write(blank)
        for place in range(1, count):
            file.seek((place + 1) * _SIZE)
            file.write(blank)
        # Only now, with its last block, has it its length.
        file.seek((count + 2) * _SIZE - _BLOCK)
        file.write(blank)
