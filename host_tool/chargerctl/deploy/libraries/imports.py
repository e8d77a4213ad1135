# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Which modules of an image its programs may import, read from their source. With any settings: a part that is switched
on later, on the drive, needs its module there."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache

from chargerctl.deploy.image import Image

_ROOTS = ("", "lib/")


def reached(image: Image) -> set[str]:
    """The .py files of the firmware, and those of the image that they import, directly or not.

    All of the firmware: it loads some by name, without an import statement (charger/visit.py).
    """
    waiting = [path for path in image if not path.startswith("lib/") and path.endswith(".py")]
    found: set[str] = set()
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        for name in _imports(path, image[path]):
            waiting += _files_of(name, image)
    return found


def _files_of(name: str, image: Image) -> list[str]:
    """The files that `import a.b` runs: a/__init__.py and a/b.py, where the image has them."""
    parts = name.split(".")
    steps = ["/".join(parts[:depth]) for depth in range(1, len(parts) + 1)]
    paths = [f"{root}{step}{end}" for root in _ROOTS for step in steps for end in ("/__init__.py", ".py")]
    return [path for path in paths if path in image]


@lru_cache(maxsize=256)
def _imports(path: str, source: bytes) -> tuple[str, ...]:
    """Every name in an import statement; of `from a import b` both a and a.b, since b may be a module."""
    return tuple(name for node in ast.walk(ast.parse(source, path)) for name in _names(path, node))


def _names(path: str, node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        package = path.removeprefix("lib/").split("/")[: -node.level] if node.level else []
        base = [*package, *([node.module] if node.module else [])]
        yield from (
            ".".join([*base, *more]) for more in ([], *([alias.name] for alias in node.names)) if base
        )
