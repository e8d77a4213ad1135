# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Which version a library is of, in source or compiled, and whether it is the one that was tested."""

from __future__ import annotations

import re

from chargerctl.deploy.image import Image
from chargerctl.deploy.requirements import versions_tested

_IN_SOURCE = re.compile(rb"""^__version__(?:\s*:\s*\w+)? *= *["']([^"']+)""", re.MULTILINE)
# The only text of this form that such a library has; in a .mpy a short text ends in a NUL.
_COMPILED = re.compile(rb"(\d+\.\d+\.\d+)\0")


def untested(image: Image) -> list[str]:
    """A line that names the libraries which are not of the version that was tested; none where all are, or do not say."""
    others = []
    for name, tested in versions_tested().items():
        found = {version for path in image if _is_of(path, name) if (version := _version(path, image[path]))}
        if found - {tested}:
            others.append(f"{name} {' and '.join(sorted(found))} (tested: {tested})")
    if not others:
        return []
    return [f"not the versions that the tests ran with: {', '.join(others)}"]


def _is_of(path: str, name: str) -> bool:
    return path.startswith((f"lib/{name}/", f"lib/{name}."))


def _version(path: str, content: bytes) -> str:
    """ "" where the file does not say."""
    match = (_COMPILED if path.endswith(".mpy") else _IN_SOURCE).search(content)
    return match[1].decode(errors="replace") if match else ""
