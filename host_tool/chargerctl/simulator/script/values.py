# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The words and values of the script language, read one after the other from a single line."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn, TypeAlias

from chargerctl.likeness import did_you_mean, nearest
from chargerctl.settings.table import SETTINGS, near_name

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"
Value: TypeAlias = "Json | bytes | Path | tuple[int, int, int] | tuple[str, str]"

# How often a prepared answer is given when a script says `always`.
ALWAYS = None

STATUSES = (
    "Available",
    "Preparing",
    "Charging",
    "SuspendedEVSE",
    "SuspendedEV",
    "Finishing",
    "Reserved",
    "Unavailable",
    "Faulted",
)

_BLANKS = " \t"


class ExpectedError(Exception):
    """A line does not read on as it must: what was expected, and what stands there instead."""

    def __init__(self, what: str, reader: LineReader, hint: str = "") -> None:
        reader.skip_blanks()
        found = "the end of the line" if reader.at_end() else _shortened(reader.peek())
        super().__init__(f"expected {what}, found {found}{hint}")
        self.column = reader.column

    def in_form(self, usage: str) -> ExpectedError:
        """The same with the whole form of the line after it."""
        self.args = (f"{self.args[0]} (in: {usage})",)
        return self


class LineReader:
    """A place in one line of a script. Blanks separate; `#` at the start or after a blank is a comment."""

    def __init__(self, line: str, folder: Path) -> None:
        self.folder = folder
        self._line = line
        self._at = 0

    def skip_blanks(self) -> None:
        while self._line[self._at : self._at + 1] in tuple(_BLANKS):
            self._at += 1

    def at_end(self) -> bool:
        self.skip_blanks()
        rest = self._line[self._at :]
        return not rest or (rest[0] == "#" and (self._at == 0 or self._line[self._at - 1] in _BLANKS))

    @property
    def column(self) -> int:
        """Where the next word begins, from 1."""
        self.skip_blanks()
        return self._at + 1

    def read_so_far(self) -> str:
        return self._line[: self._at].strip(_BLANKS)

    def peek(self) -> str:
        """The next word, without taking it; empty at the end of the line."""
        return "" if self.at_end() else re.split(r"[ \t]", self._line[self._at :], maxsplit=1)[0]

    def word(self) -> str:
        word = self.peek()
        self._at += len(word)
        return word

    @property
    def at_word_end(self) -> bool:
        return self._line[self._at : self._at + 1] in ("", *_BLANKS)

    def choice(self, words: tuple[str, ...]) -> str:
        """Take one of these words. Raises ExpectedError."""
        if self.peek() in words:
            return self.word()
        near = nearest(self.peek(), words, 0.6)
        hint = f" ({did_you_mean(near)})" if near else ""
        raise ExpectedError(
            words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}", self, hint
        )

    def skip(self, text: str) -> None:
        """Take `text`, with which the next word begins."""
        self._at += len(text)

    def matching(self, pattern: str, what: str) -> str:
        """Take a word of which the whole matches a regular expression. Raises ExpectedError."""
        if not re.fullmatch(pattern, self.peek(), re.ASCII):
            raise ExpectedError(what, self)
        return self.word()

    def json(self, what: str) -> Json:
        """Take one JSON value, blanks inside it included. Raises ExpectedError."""
        if self.at_end():
            raise ExpectedError(what, self)
        try:
            value, end = _DECODER.raw_decode(self._line, self._at)
        except json.JSONDecodeError as error:
            raise ExpectedError(
                what, self, f": {error.msg.removesuffix(' at')} at column {error.pos + 1}"
            ) from None
        except RecursionError:
            raise ExpectedError(what, self, ": it is nested too deeply") from None
        except NotJsonError as error:
            raise ExpectedError(what, self, f": {error}") from None
        except ValueError:  # Python's limit for int()
            raise ExpectedError(what, self, ": a number in it has too many digits") from None
        if self._line[end : end + 1] not in ("", *_BLANKS):
            raise ExpectedError(what, self, f": expected a space at column {end + 1}")
        self._at = end
        return value


class NotJsonError(ValueError):
    """What Python's decoder takes, and JSON does not have."""


def _shortened(word: str) -> str:
    return word if len(word) <= 80 else f"{word[:77]}..."


def _refuse(name: str) -> NoReturn:
    raise NotJsonError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse)


def _number(what: str, digits: int = 9) -> Callable[[LineReader], float]:
    """digits: before the point at most, for what the clock and the meter can still count."""
    pattern = rf"\d{{1,{digits}}}(\.\d*)?|\.\d+"

    def read(reader: LineReader) -> float:
        return float(reader.matching(pattern, f"{what}, a decimal number from 0 to {'9' * digits}"))

    return read


def _word(what: str) -> Callable[[LineReader], str]:
    def read(reader: LineReader) -> str:
        return reader.matching(r"[A-Za-z]\w*", what)

    return read


def _offset(reader: LineReader) -> float:
    return float(reader.matching(r"[-+]?(\d{1,9}(\.\d*)?|\.\d+)", "seconds, with a minus sign for the past"))


def _uid(reader: LineReader) -> str:
    return reader.matching(
        r"(?:[0-9A-Fa-f]{8}|[0-9A-Fa-f]{14}|[0-9A-Fa-f]{20})", "a UID of 8, 14 or 20 hex digits"
    ).upper()


def _colour(reader: LineReader) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(reader.matching(r"[0-9A-Fa-f]{6}", "a colour RRGGBB of 6 hex digits"))
    return red, green, blue


def _status(reader: LineReader) -> str:
    return reader.choice(STATUSES)


def _json(reader: LineReader) -> Json:
    return reader.json("one JSON value")


def _text(reader: LineReader, what: str = 'a text as a JSON string, such as "Charging"') -> str:
    if not reader.peek().startswith('"'):
        raise ExpectedError(what, reader)
    return str(reader.json(what))


def _payload_bytes(reader: LineReader) -> bytes:
    if reader.peek().startswith("hex:"):
        return bytes.fromhex(reader.matching(r"hex:([0-9A-Fa-f]{2})*", "hex: and pairs of hex digits")[4:])
    text = _text(reader, "a text as a JSON string, or hex: and pairs of hex digits")
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise ExpectedError("valid UTF-8 text (other bytes: hex:)", reader) from None


def _count(reader: LineReader) -> int | None:
    word = reader.matching(r"[1-9]\d{0,3}|always", "a count from 1 to 9999, or always")
    return ALWAYS if word == "always" else int(word)


def _setting(reader: LineReader) -> tuple[str, str]:
    name, equals, _ = reader.peek().partition("=")
    if not equals or name not in SETTINGS:
        near = near_name(name)
        raise ExpectedError(
            "SECTION.KEY=VALUE, such as mqtt.keep_alive=30",
            reader,
            f" ({did_you_mean(near)})" if near else "",
        )
    reader.skip(name + equals)
    if reader.at_word_end:
        return name, ""
    return name, _text(reader) if reader.peek().startswith('"') else reader.word()


def _picture(reader: LineReader) -> Path:
    path = reader.folder / reader.peek()
    if path.suffix != ".png":
        raise ExpectedError("a file name that ends in .png", reader)
    if not path.parent.is_dir():
        raise ExpectedError("a file in a folder that exists", reader)
    reader.word()
    return path


# What a form calls it -> how it is read. The type that it returns is the argument's.
KINDS: dict[str, Callable[[LineReader], Value]] = {
    "UID": _uid,
    "SECONDS": _number("seconds"),
    "HOLD": _number("seconds that the card is held"),
    "KILOWATTS": _number("kilowatts", 4),
    "±SECONDS": _offset,
    "ACTION": _word("an OCPP action, such as StartTransaction"),
    "CODE": _word("a CALLERROR code, such as InternalError"),
    "JSON": _json,
    "TEXT": _text,
    "TEXT|hex:…": _payload_bytes,
    "COUNT|always": _count,
    "RRGGBB": _colour,
    "STATUS": _status,
    "FILE.png": _picture,
    "SECTION.KEY=VALUE": _setting,
}
