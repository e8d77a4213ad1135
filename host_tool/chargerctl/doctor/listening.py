# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Reads a board's console for a while, after asking the firmware its one question. Never stops its program."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

from chargerctl.monitor.secrets import Masker
from chargerctl.monitor.sources import Opener
from chargerctl.transport.lines import Lines
from chargerctl.transport.relay import LOOK

# A charger answers within a pass or two; one that is busy with its network takes longer.
ANSWER_S = 10.0
_READ_S = 0.25
_MOST = 1 << 20  # bytes


def overheard(
    open_console: Opener,
    masker: Masker,
    clock: Callable[[], float] = time.monotonic,
    seconds: float = ANSWER_S,
) -> list[str]:
    """The lines that came until the answer was complete, or until the time was over. Secrets are masked. OSError or
    ChargerctlError where there is no such console."""
    stream, _ = open_console()
    reader, size = Lines(masker.held), 0
    lines: list[str] = []
    end = clock() + seconds
    try:
        stream.write(LOOK)
        while clock() < end and size < _MOST and not _complete(lines):
            data = stream.read(_READ_S)
            size += len(data)
            lines += [masker.masked(line.text) for line in reader.feed(data)]
    except OSError:
        pass  # unplugged: what was read counts
    finally:
        with suppress(OSError):
            stream.close()
    lines += [masker.masked(line.text, cut=True) for line in reader.lost()]
    return lines


def _complete(lines: list[str]) -> bool:
    """The answer has three lines; the last one is about memory."""
    asked = [number for number, line in enumerate(lines) if "asked  " in line]
    return bool(asked) and any("memory " in line for line in lines[asked[0] :])
