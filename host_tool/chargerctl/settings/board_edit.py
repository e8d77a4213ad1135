# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Edits a board's settings.toml; all other lines and all comments stay as they were typed."""

from __future__ import annotations

import re

from chargerctl.settings.board_file import BoardFile, board_line, read_board_file
from chargerctl.settings.help import REASONS
from chargerctl.settings.table import SETTINGS

_LINE = re.compile(r'[^=#]*=\s*(?:"(?:\\.|[^"\\])*"\s*|[^#"\s][^#"]*|)(#.*)?$')
_SEVERAL_LINES = re.compile(r"""[^#=]*=\s*(\"{3}|'{3})""")
_HEAD = "# Written by chargerctl. You can edit lines here: a deploy keeps your changes."


class BoardEdit:
    """Edits one file; content() is the new text: UTF-8 without BOM, LF."""

    def __init__(self, file: BoardFile) -> None:
        self._file = file
        # One entry per line of the file, with the lines that replace it.
        self._lines: list[list[str]] = [[line] for line in file.lines]
        self._new: list[str] = []

    def put(self, variable: str, indices: list[int], text: str | None, spoiled: bool = False) -> None:
        """Replace the lines of `variable` at `indices` with one that gives it this text; None: remove them.

        spoiled: the old line could not be used; it becomes a comment, so that nothing typed is lost.
        """
        line = [] if text is None else [board_line(variable, text)]
        if not indices:
            if line and variable in REASONS:
                self._new.append(f"# {REASONS[variable]}")
            self._new += line
        for index in indices:
            match = _LINE.match(self._file.lines[index])
            comment = match[1] if match else None
            if spoiled:
                self._lines[index] = [f"# {self._text_from(index)}", *line]
            elif comment:
                self._lines[index] = [f"{line[0]}  {comment}" if line else comment]
            else:
                self._lines[index] = line
            line = []

    def _text_from(self, first: int) -> str:
        """The line, with the rest of a text that TOML takes from several lines: that moves up, since a comment of one line
        is known for what it is, and the rest alone would not be. Lines within that the board reads as settings stay."""
        lines = [self._file.lines[first].strip()]
        begin = _SEVERAL_LINES.match(lines[0])
        if begin is None or begin[1] in lines[0][begin.end() :]:
            return lines[0]
        settings = (name for name in self._file.lines_of if name.startswith(("CHARGER_", "CIRCUITPY_")))
        read = {index for name in settings for index in self._file.lines_of[name]}
        for index in range(first + 1, len(self._file.lines)):
            text = self._file.lines[index]
            if index not in read:
                lines.append(text.strip())
                self._lines[index] = []
            if begin[1] in text:
                break
        return "\\n".join(lines)

    def comment_out(self, index: int) -> None:
        text = self._file.lines[index]
        if self._lines[index] == [text] and text.strip() and not text.lstrip().startswith("#"):
            self._lines[index] = [f"# {self._text_from(index)}"]

    def comment_out_unread(self) -> None:
        """The board reads nothing after a [section] or a NUL byte; removing that line must not activate what follows."""
        for index in range(self._file.end, len(self._file.lines)):
            self.comment_out(index)

    def content(self) -> bytes:
        before = [line for lines in self._lines[: self._file.end] for line in lines]
        after = [line for lines in self._lines[self._file.end :] for line in lines]
        head = [] if self._file.lines else [_HEAD]
        text = "".join(line.replace("\0", "") + "\n" for line in [*head, *before, *self._new, *after])
        return text.encode(errors="surrogateescape")


def with_setting(data: bytes, name: str, text: str) -> bytes:
    """A board's file with this text for the setting `name`, checked or not, in place of all its spellings."""
    file = read_board_file(data)
    edit = BoardEdit(file)
    first, *others = SETTINGS[name].spellings
    edit.put(first, file.lines_of.get(first, []), text)
    for variable in others:
        edit.put(variable, file.lines_of.get(variable, []), None)
    return edit.content()
