# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Reads the version of a library, source or compiled, and compares it with the one that was tested."""

from __future__ import annotations

import re

from chargerctl.deploy.image import Image
from chargerctl.deploy.libraries.requirements import versions_tested

_IN_SOURCE = re.compile(rb"""^__version__(?:\s*:\s*\w+)? *= *["']([^"']+)""", re.MULTILINE)
# No other text in these libraries has this form; in a .mpy a short text ends with NUL.
_COMPILED = re.compile(rb"(\d{1,9}\.\d{1,9}\.\d{1,9})\0")


def untested(image: Image) -> list[str]:
    """A line about libraries whose version is not the tested one; none where all are, or have no version."""
    others = []
    for name, tested in versions_tested().items():
        found = {version for path in image if _is_of(path, name) if (version := _version(path, image[path]))}
        if found - {tested}:
            others.append(f"{name} {' and '.join(sorted(found))} (tested: {tested})")
    if not others:
        return []
    return [f"libraries in versions that were not tested: {', '.join(others)}"]


def _is_of(path: str, name: str) -> bool:
    return path.startswith((f"lib/{name}/", f"lib/{name}."))


def _version(path: str, content: bytes) -> str:
    """ "" where the file has none."""
    match = (_COMPILED if path.endswith(".mpy") else _IN_SOURCE).search(content)
    return match[1].decode(errors="replace") if match else ""
