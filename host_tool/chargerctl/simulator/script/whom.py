# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The prefix of a line in a fleet's script: which chargers it is for.

at 30% of chargers: broker down
at another 5 chargers: swipe 04A2B3C4
at charger fleet-00007: csms call Reset {"type": "Soft"}
at all chargers: power on
"""

from __future__ import annotations

from dataclasses import dataclass

from chargerctl.simulator.script.values import ExpectedError, LineReader

FORMS = (
    ("at all chargers: …", "All of them, as without a prefix."),
    (
        "at PERCENT% of chargers: …",
        "So many of them, drawn from the seed: the same in each line; fewer are some of those of a line with more.",
    ),
    ("at COUNT chargers: …", "Likewise, by their number."),
    (
        "at another PERCENT% of chargers: …",
        "Drawn anew for this line; also `at another COUNT chargers: …`.",
    ),
    ("at charger SERIAL: …", "This one."),
)
"""(form, which chargers)"""
_WHOM = "all, a share such as 30%, a count or charger"


@dataclass(frozen=True)
class Whom:
    """serial: this charger only. Else percent of them, or count, at random, `another` time anew; with neither, all.
    column: where in its line it begins, from 1."""

    column: int
    percent: float | None = None
    count: int | None = None
    another: bool = False
    serial: str | None = None


def read_whom(reader: LineReader) -> Whom | None:
    """Take the prefix, if there is one. Raises ExpectedError."""
    if reader.peek() != "at":
        return None
    column = reader.column
    reader.word()
    if reader.peek() == "all":
        reader.word()
        _end(reader, "chargers:")
        return Whom(column)
    if reader.peek() == "charger":
        reader.word()
        serial = reader.peek()
        if not serial.endswith(":") or serial == ":":
            raise ExpectedError("a charger's serial and a colon", reader)
        reader.word()
        return Whom(column, serial=serial[:-1])
    another = reader.peek() == "another"
    if another:
        reader.word()
    if reader.peek().endswith("%"):
        percent = float(reader.matching(r"(100|\d{1,2}(\.\d{1,4})?)%", "a share from 0% to 100%")[:-1])
        reader.choice(("of",))
        _end(reader, "chargers:")
        return Whom(column, percent, None, another)
    what = _WHOM if not another else "a share such as 30%, or a count"
    count = int(reader.matching(r"[1-9]\d{0,5}", what))
    _end(reader, "charger:" if count == 1 and reader.peek() == "charger:" else "chargers:")
    return Whom(column, None, count, another)


def _end(reader: LineReader, word: str) -> None:
    reader.choice((word,))
