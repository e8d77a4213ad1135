# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Edits a board's settings.toml; all other lines and all comments stay as they were typed."""

from __future__ import annotations

import re

from chargerctl.settings.board_file import BoardFile, board_line
from chargerctl.settings.help import REASONS

_LINE = re.compile(r'[^=#]*=\s*(?:"(?:\\.|[^"\\])*"|[^#"]*?)\s*(#.*)?$')
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
                self._lines[index] = [f"# {self._file.lines[index].strip()}", *line]
            elif comment:
                self._lines[index] = [f"{line[0]}  {comment}" if line else comment]
            else:
                self._lines[index] = line
            line = []

    def comment_out(self, index: int) -> None:
        text = self._file.lines[index]
        if text.strip() and not text.lstrip().startswith("#"):
            self._lines[index] = [f"# {text.strip()}"]

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
