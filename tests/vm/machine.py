# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A real 32-bit MicroPython VM, in a node process: files go in, source runs, printed text comes back."""

from __future__ import annotations

import base64
import fcntl
import json
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
PACKAGE = HERE / "node_modules" / "@micropython" / "micropython-webassembly-pyscript"


class VmError(Exception):
    """What ran on the VM raised; the text is its traceback."""


def missing() -> str | None:
    """What this machine lacks to run the VM, or None."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            return program
    return None


def install() -> None:
    """Fetch the VM's npm package, once; several test processes may ask at the same time."""
    with (HERE / ".install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not PACKAGE.is_dir():
            command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--no-package-lock"]
            subprocess.run(command, cwd=HERE, check=True, stdin=subprocess.DEVNULL)


class Machine:
    """One VM. Every `run` is one call from node: what it leaves as garbage is collected before the next."""

    def __init__(self) -> None:
        install()
        self._process = subprocess.Popen(
            ["node", str(HERE / "vm.mjs")], cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.run("import gc, sys\nsys.path[:] = ['/', '/lib']")

    def __enter__(self) -> Machine:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def write(self, path: str, data: bytes) -> None:
        self._ask({"write": path, "data": base64.b64encode(data).decode()})

    def run(self, source: str) -> str:
        """Run source in __main__; what it printed. Raises VmError."""
        return self._ask({"run": source})

    def number(self, expression: str) -> int:
        return int(self.run(f"print(int({expression}))"))

    def live(self) -> int:
        """Bytes of heap in use after garbage is gone."""
        # Collected when the call returns to node, since a running call's stack cannot be searched here.
        self.run("gc.collect()")
        return self.number("gc.mem_alloc()")

    def _ask(self, command: dict[str, str]) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise VmError("the VM itself has ended")
        answer = json.loads(line)
        if answer["error"]:
            raise VmError(answer["out"] + answer["error"])
        return str(answer["out"])
