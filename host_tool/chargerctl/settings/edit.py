# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Changes the laptop's settings file in place: comments, order and spelling stay (tomlkit)."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import InlineTable, Item

from chargerctl.errors import ChargerctlError, InputError
from chargerctl.settings.file_source import from_bytes
from chargerctl.settings.problems import SettingsError
from chargerctl.settings.table import PREFIX, Setting
from chargerctl.settings.toml_file import parse


def assign(text: str, setting: Setting, value: str | None) -> str:
    """The file's new text with `setting` set to the text `value`, or removed; it must parse (check_readable()).

    ValueError with the reason for a value that will not do. The text has LF line ends.
    In a flat file under the name that is there, in a sectioned one in its section, which is made when missing.
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
    item = tomlkit.string(value) if flat else _typed(setting, value)
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
    """Add a line where a person would: in place of its commented-out form, else after the last of its kind."""
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


def _typed(setting: Setting, text: str) -> Item:
    """A canonical text as a person would write it: numbers and bools bare."""
    return tomlkit.value(text) if setting.bare else tomlkit.string(text)


def check_readable(data: bytes, path: Path) -> None:
    """SettingsError where the file is not TOML, or says something twice: such a file cannot be edited safely."""
    problems = parse(data, str(path)).problems
    if problems:
        raise SettingsError(problems)
    try:
        tomlkit.parse(data)
    except (ValueError, RecursionError, tomlkit.exceptions.TOMLKitError):
        problems = [problem for problem in from_bytes(data, str(path)).problems if not problem.warning]
        if problems:
            raise SettingsError(problems) from None
        raise InputError(f"{path}: cannot be changed in place: it is not plain TOML") from None


def write_new(path: Path, text: str) -> None:
    """Write a file that only its owner may read, all of it or none; InputError where there is one already."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise InputError(f"{path}: is there already; change it with `chargerctl config set`") from None
    except OSError as error:
        raise ChargerctlError(f"{path}: cannot be written: {error.strerror}") from None
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise ChargerctlError(f"{path}: cannot be written: {error.strerror}") from None


def replace(path: Path, text: str) -> None:
    """Write all of it or nothing, with the permissions that the file has (a new one: only for its owner)."""
    target = path.resolve()
    temporary = ""
    try:
        descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            Path(temporary).chmod(target.stat().st_mode & 0o777)
        Path(temporary).replace(target)
    except OSError as error:
        with contextlib.suppress(OSError):
            Path(temporary).unlink(missing_ok=bool(temporary))
        raise ChargerctlError(f"{path}: cannot be written: {error.strerror}") from None
