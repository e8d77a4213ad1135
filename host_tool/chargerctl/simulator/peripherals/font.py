# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The board's built-in 6x12 font (Terminus), as terminalio.FONT draws it: printable ASCII, nothing else.

Read from the font file that adafruit-blinka-displayio carries, without importing any of its modules.
"""

from __future__ import annotations

from functools import cache
from importlib.machinery import PathFinder
from pathlib import Path

WIDTH = 6
HEIGHT = 12
CHARACTERS = "".join(map(chr, range(0x20, 0x7F)))


@cache
def glyphs() -> dict[str, tuple[int, ...]]:
    """character -> 12 rows from the top, each an int of 6 bits, the leftmost pixel highest."""
    found: dict[str, tuple[int, ...]] = {}
    lines = iter(_font_file().read_text(encoding="utf-8").splitlines())
    character = ""
    for line in lines:
        if line.startswith("ENCODING "):
            character = chr(int(line.split()[1]))
        elif line == "BITMAP" and character in CHARACTERS:
            # A row is padded on the right to whole bytes.
            found[character] = tuple(int(next(lines), 16) >> 2 for _ in range(HEIGHT))
    return found


def _font_file() -> Path:
    # Not importlib.util.find_spec: a stand-in of that name in sys.modules must not be asked.
    spec = PathFinder.find_spec("displayio")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(
            "the simulator needs adafruit-blinka-displayio: pip install 'chargerctl[sim]'"
        )
    return Path(next(iter(spec.submodule_search_locations))) / "resources" / "ter-u12n.bdf"
