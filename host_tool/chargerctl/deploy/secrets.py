# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Finds the secrets in a drive's files: removes or masks them, for what is printed and for backups."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chargerctl.settings.secret_names import is_secret
from chargerctl.settings.table import MASK

# From the beginning of a name only: from each letter of a long one it would be read to its end.
_NAME = re.compile(r"""(?<![\w.-])([\w.-]+)["']?\s*[=:]\s*""")
_WORD = re.compile(r"[\w.]+")
_GIVEN = re.compile(r"""\s*#?\s*["']?([\w.-]{1,99})["']?\s*=\s*[^\s=]""")
_MOST_NAMES = 50  # in one line, which has one; to judge each takes long
_PLAIN = re.compile(r"\s*(#.*|\[.*|[\w.-]+\s*=.*)?$")
_SEVERAL_LINES = re.compile(r"""[^#=]*=\s*(\"{3}|'{3})""")  # the beginning of such a text in TOML


def _secret(line: str) -> tuple[str, str] | None:
    """(text before the secret, the secret) of a line that has one. Comments count, also without `=`: a merge keeps lines
    that it could not use as comments. A line with names beyond number is secret as a whole."""
    for number, match in enumerate(_NAME.finditer(line)):
        if number == _MOST_NAMES:
            return "", line
        if is_secret(match[1]):
            return line[: match.end()], line[match.end() :]
    if line.lstrip().startswith("#"):
        names = [word for word in _WORD.findall(line) if "_" in word or "." in word.strip(".")]
        if len(names) > _MOST_NAMES or any(map(is_secret, names)):
            return "", line
    return None


def _lines(settings: str) -> Iterator[tuple[str, tuple[str, str] | None, bool]]:
    """(line, what _secret() finds in it, whether it is shown otherwise) for each line.

    Not shown is what may be part of a secret: a line that is neither empty, a comment nor `name = value`, and any line
    within a text of several lines, which a board does not know.
    """
    end = ""  # of the text that the line is in
    for line in settings.splitlines():
        if end:
            yield line, None, False
            end = "" if end in line else end
            continue
        yield line, _secret(line), _PLAIN.match(line) is not None
        begin = _SEVERAL_LINES.match(line)
        if begin and begin[1] not in line[begin.end() :]:
            end = begin[1]


def has_secrets(path: str, content: bytes) -> bool:
    """Whether a file other than settings.toml gives a secret: an older settings file, the copy of one, or one of TOML.

    A program sets its own variables, so in one only the names of settings on a board count.
    """
    text = content.decode(errors="surrogateescape")
    prefixes = ("CHARGER_", "CIRCUITPY_") if path.lower().endswith((".py", ".mpy")) else ("",)
    given = (_GIVEN.match(line) for line in text.splitlines())
    return any(one and one[1].startswith(prefixes) and is_secret(one[1]) for one in given)


def masked_lines(settings: str, other: str = "") -> list[str]:
    """The lines of a settings.toml with each secret as ***, or *** (changed) where `other` has a different one."""
    secrets = dict(found for _, found, _ in _lines(other) if found)
    masked = []
    for line, found, shown in _lines(settings):
        if found and found[1] not in ("", '""'):
            changed = " (changed)" if secrets.get(found[0], found[1]) != found[1] else ""
            masked.append(f'{found[0]}"{MASK}{changed}"')
        else:
            masked.append(line if shown else MASK)
    return masked


def without_secrets(settings: str) -> str:
    """The file without the lines that masked_lines() would mask."""
    kept = [line for line, found, shown in _lines(settings) if shown and not found]
    return "".join(line + "\n" for line in kept)


def secret_lines(settings: str) -> list[str]:
    """The lines with a secret that without_secrets() leaves out."""
    return [line for line, found, _ in _lines(settings) if found and not line.lstrip().startswith("#")]
