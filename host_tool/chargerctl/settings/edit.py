# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Edits the laptop's settings file; comments, order and spelling stay (tomlkit)."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import InlineTable, Item

from chargerctl.errors import InputError
from chargerctl.settings.file_source import from_bytes
from chargerctl.settings.problems import SettingsError
from chargerctl.settings.table import PREFIX, Setting
from chargerctl.settings.toml_file import parse


def assign(text: str, setting: Setting, value: str | None) -> str:
    """The file's new text with `setting` set to the text `value`, or removed; it must parse (check_readable()).

    ValueError with the reason for a bad value. The text has LF line ends. In a flat file the setting keeps the name
    that it has there; in a file with sections it goes into its section, which is added if it is missing.
    """
    if value is not None:
        value = setting.text(setting.check(value))
    document: MutableMapping[str, Any] = tomlkit.parse(text)
    flat = any(key.startswith(PREFIX) for key in document)
    table = document if flat else document.get(setting.section, {})
    names = [key for key in (setting.spellings if flat else (setting.key,)) if key in table]
    if value is None:
        for name in names:
            table.pop(name)
        return tomlkit.dumps(document)
    # As a person would write it: in a file with sections numbers and bools without quotes.
    item: Item = tomlkit.string(value) if flat or not setting.bare else tomlkit.value(value)
    if names:
        table[names[0]] = item
        for name in names[1:]:
            table.pop(name)
        return tomlkit.dumps(document)
    if isinstance(table, InlineTable):
        table[setting.key] = item
        return tomlkit.dumps(document)
    line = f"{setting.variable if flat else setting.key} = {item.as_string()}"
    return _insert(text, setting, line, flat)


def _insert(text: str, setting: Setting, line: str, flat: bool) -> str:
    """Add a line where a person would: over its commented-out form, else after the last line of its section."""
    parsed = parse(text.encode(), "")
    lines = text.split("\n")
    headers = {path: place.line for path, place in parsed.headers.items()}
    start = 0 if flat else headers.get((setting.section,))
    if start is None:
        dotted = [item.end for item in parsed.items if item.path[0] == setting.section]
        if dotted:
            return "\n".join([*lines[: max(dotted)], f"{setting.section}.{line}", *lines[max(dotted) :]])
        return f"{text.rstrip()}\n\n[{setting.section}]\n{line}\n".lstrip("\n")
    stop = min((each - 1 for each in headers.values() if each > start), default=len(lines))
    commented = re.compile(rf"\s*#\s*{re.escape(line.split()[0])}\s*=")
    for index in range(start, stop):
        if commented.match(lines[index]):
            lines[index] = line
            return "\n".join(lines)
    after = max((item.end for item in parsed.items if start < item.end <= stop), default=start)
    return "\n".join([*lines[:after], line, *lines[after:]])


def check_readable(data: bytes, path: Path) -> None:
    """SettingsError if the file is not TOML, or sets something twice: then it cannot be edited safely."""
    problems = parse(data, str(path)).problems
    if problems:
        raise SettingsError(problems)
    try:
        tomlkit.parse(data)
    except (ValueError, RecursionError, tomlkit.exceptions.TOMLKitError):
        problems = [problem for problem in from_bytes(data, str(path)).problems if not problem.warning]
        if problems:
            raise SettingsError(problems) from None
        raise InputError(
            f"{path}: cannot be edited automatically, its TOML is too unusual: edit it by hand"
        ) from None
