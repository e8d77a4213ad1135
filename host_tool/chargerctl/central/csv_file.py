# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""CSV as spreadsheets write and read it.

Reading: with or without a byte-order mark, commas, semicolons or tabs, LF or CRLF, quotes. Writing: commas; a text that a
spreadsheet would carry out as a formula gets an apostrophe in front, and loses it when it is read again.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from chargerctl.errors import InputError
from chargerctl.likeness import did_you_mean, nearest
from chargerctl.settings.problems import Place, Problem

LONGEST = 1 << 24  # bytes
_LONGEST_CELL = 10_000
_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_DELIMITERS = ",;\t"
_SEPARATOR = re.compile(r"sep=([,;\t])", re.IGNORECASE)  # a line of Excel's
# What begins a formula, in full width too; blanks before it do not help.
_FORMULA = re.compile(r"'*\s*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")


@dataclass(frozen=True)
class Row:
    """line: where it begins, from 1; cells: by the names of the columns, "" for those that the file does not have."""

    line: int
    cells: Mapping[str, str]


def read_rows(
    data: bytes, label: str, columns: Sequence[str], required: Collection[str]
) -> tuple[list[Row], list[Problem]]:
    """The rows of a file whose first line names the columns, in any order; and the lines that cannot be read.

    InputError where nothing can be: the encoding, the first line.
    """
    text = _decoded(data, label)
    first, rest = _first_line(text)
    skipped = 0
    if marked := _SEPARATOR.fullmatch(first.strip()):
        skipped, text = 1, rest
        first, _ = _first_line(text)
    delimiter = marked[1] if marked else max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begin, names, rows, problems = 1 + skipped, list[str](), list[Row](), list[Problem]()
    while True:
        place = Place(label, begin)
        try:
            cells = _bounded(reader)
        except StopIteration:
            break
        except csv.Error as error:
            # A quote that was not closed has swallowed the rest: what follows would be nonsense.
            problems.append(Problem(place, _meaning(error)))
            break
        line, begin = begin, skipped + reader.line_num + 1
        if not any(cell.strip() for cell in cells):
            continue
        if not names:
            names = _columns(cells, place, columns, required)
        elif any(cell.strip() for cell in cells[len(names) :]):
            problems.append(Problem(place, f"has {len(cells)} cells, and the first line names {len(names)}"))
        else:
            given = {name: plain(cell) for name, cell in zip(names, cells, strict=False)}
            rows.append(Row(line, dict.fromkeys(columns, "") | given))
    if not names and not problems:
        raise InputError(f"{label}:1: is empty: its first line must name the columns: {', '.join(columns)}")
    return rows, problems


def _bounded(reader: Iterator[list[str]]) -> list[str]:
    """The next row. The limit is one of the whole process: it is there for this call only."""
    limit = csv.field_size_limit(_LONGEST_CELL)
    try:
        return next(reader)
    finally:
        csv.field_size_limit(limit)


def _decoded(data: bytes, label: str) -> str:
    mark = next((mark for mark in _MARKS if data.startswith(mark)), b"")
    try:
        return data[len(mark) :].decode(_MARKS.get(mark, "utf-8"))
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError(
            f"{label}:{line}: is not UTF-8: save it as CSV UTF-8 (Excel: Save As, CSV UTF-8)"
        ) from None


def _first_line(text: str) -> tuple[str, str]:
    match = re.search(r"\r\n|\n|\r", text)
    return (text[: match.start()], text[match.end() :]) if match else (text, "")


def _columns(
    cells: Sequence[str], place: Place, columns: Sequence[str], required: Collection[str]
) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    while names and not names[-1]:
        names.pop()
    for name in names:
        if name not in columns:
            hint = did_you_mean(nearest(name, columns), f"the columns are {', '.join(columns)}")
            raise InputError(f"{place}: {name or 'a column without a name'}: {hint}")
        if names.count(name) > 1:
            raise InputError(f"{place}: {name}: there are two columns of that name")
    for name in required:
        if name not in names:
            raise InputError(
                f"{place}: has no column {name}: the first line must name the columns, of {', '.join(columns)}"
            )
    return names


def _meaning(error: csv.Error) -> str:
    said = str(error)
    if "unexpected end" in said:
        return "the closing quote is missing"
    if "expected after" in said:
        return 'a quote within a quoted cell is written twice: ""'
    if "field larger" in said:
        return f"has a cell of more than {_LONGEST_CELL} characters: is a closing quote missing?"
    return said


def harmless(text: str) -> str:
    """The text as a cell that no spreadsheet carries out."""
    return f"'{text}" if _FORMULA.match(text) else text


def plain(cell: str) -> str:
    """The inverse of harmless(), for any text that it made."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell[1:]) else cell


def csv_lines(columns: Sequence[str], rows: Iterable[Sequence[str | int | float | None]]) -> Iterable[str]:
    """Lines without their ends. Texts are made harmless, numbers are written as they are; None is an empty cell."""
    for row in (columns, *rows):
        line = io.StringIO()
        csv.writer(line, lineterminator="").writerow(
            [harmless(cell) if isinstance(cell, str) else cell for cell in row]
        )
        yield line.getvalue()
