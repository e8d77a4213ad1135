# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The drive's modules compiled for the virtual board, with the count of their pystack in them; kept on disk, since
counting costs a second for the whole firmware."""

from __future__ import annotations
import __future__

import ast
import hashlib
import importlib.util
import marshal
import os
from functools import cache, lru_cache
from pathlib import Path
from types import CodeType

from chargerctl.files import write_private
from chargerctl.simulator.python import frames, pystack

# Libraries that CircuitPython has as machine code: their frames are none of the pystack's.
_IN_FLASH = ".frozen"
_KEPT = 500
# Annotations are not evaluated on a board.
_FLAGS = __future__.annotations.compiler_flag


@lru_cache(maxsize=512)
def compiled(source: bytes, name: str, counted: bool) -> tuple[CodeType, int]:
    """The module's code, and what its own frame takes of the pystack; 0 where that cannot be known, or is not
    `counted`."""
    if not counted or name.startswith(_IN_FLASH):
        return compile(source, name, "exec", flags=_FLAGS, dont_inherit=True), 0
    kept = _folder() / hashlib.sha256(_maker() + name.encode() + b"\0" + source).hexdigest()[:32]
    try:
        code, size = marshal.loads(kept.read_bytes())
    except (OSError, ValueError, EOFError, TypeError):
        pass
    else:
        return code, size
    tree: ast.Module = compile(source, name, "exec", flags=_FLAGS | ast.PyCF_ONLY_AST, dont_inherit=True)
    tree, size = pystack.counting(tree, source)
    code = compile(tree, name, "exec", flags=_FLAGS, dont_inherit=True)
    if size:
        _keep(kept, marshal.dumps((code, size)))
    return code, size


@cache
def _maker() -> bytes:
    """What else the result depends on: this Python, and how we count."""
    ours = b"".join(Path(str(module.__file__)).read_bytes() for module in (frames, pystack))
    return importlib.util.MAGIC_NUMBER + hashlib.sha256(ours).digest()


def _folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "chargerctl" / "compiled"


def _keep(path: Path, data: bytes) -> None:
    """Whole or not at all, the oldest making room; without a cache everything works, only slower."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for old in sorted(path.parent.iterdir(), key=lambda file: file.stat().st_mtime)[:-_KEPT]:
            old.unlink()
        write_private(path, data, sync=False)
    except OSError:
        pass
