# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A program called esptool on the path, which writes down how it is called."""

from __future__ import annotations

import json
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

_PROGRAM = """#!{python}
import json, sys, time
from pathlib import Path

if sys.argv[1:] == ["version"]:
    print("esptool v{version}")
    print("{version}")
    sys.exit(0)
Path({calls!r}).write_text(json.dumps(sys.argv[1:]))
{body}
"""

Esptool = Callable[..., None]


@pytest.fixture
def esptool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Esptool:
    """esptool(body, version) puts it there; body: what it does instead of writing flash."""
    folder = tmp_path / "programs"
    folder.mkdir()
    # Nothing beside this Python counts, and nothing else on the path.
    monkeypatch.setattr(sys, "executable", str(folder / "python"))
    monkeypatch.setenv("PATH", str(folder))
    python = Path(sys.prefix) / "bin" / "python"

    def put(body: str = "print('Hash of data verified.')", version: str = "5.1.0") -> None:
        program = folder / "esptool"
        program.write_text(
            _PROGRAM.format(python=python, version=version, calls=str(tmp_path / "calls"), body=body)
        )
        program.chmod(program.stat().st_mode | stat.S_IXUSR)

    return put


@pytest.fixture
def calls(tmp_path: Path) -> Callable[[], list[str] | None]:
    """calls() -> the arguments of the last call that would write, None for none."""
    written = tmp_path / "calls"
    return lambda: json.loads(written.read_text()) if written.exists() else None
