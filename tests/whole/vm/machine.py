# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A real 32-bit MicroPython VM, in a node process: files go in, source runs, printed text comes back."""

from __future__ import annotations

import base64
import json
import re
import select
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests import node

HERE = Path(__file__).resolve().parent

# Far more than anything here needs, so that nothing is collected but between two calls.
PLENTY = 4 * 1024 * 1024
_ANSWER_S = 120
_BLOCK = 16


class VmError(Exception):
    """What ran on the VM raised; the text is its traceback."""


def missing() -> str | None:
    """What this machine lacks to run the VM, or None."""
    return node.missing()


def require(what: str) -> None:
    """Skip a test on a machine that cannot run the VM; CI must have it. what: what is then left out."""
    node.require(what, "on a 32-bit VM")


def install() -> None:
    """Fetch the npm packages, once."""
    node.install(HERE)


# Bytes of an entry in the table of names: a pointer, a length and a hash, which is a byte shorter on boards.
VM_ENTRY, BOARD_ENTRY = 7, 6
# So few names from a doubling of the table, a figure could be on its other side with the next change: it counts as there.
NEAR = 128


@dataclass(frozen=True)
class Size:
    """Bytes of heap: `data`, and `names` entries in the table of names, as on a board that starts with an empty one."""

    data: int
    names: int

    @property
    def now(self) -> int:
        return self.data + name_table(self.names)

    @property
    def worse(self) -> int:
        """As `now`, or behind the doubling of the table that is at most NEAR names away. Goals are judged by it."""
        return self.data + name_table(self.names + NEAR)

    @property
    def better(self) -> int:
        """As `now`, or before the doubling that came with the last NEAR names."""
        return self.data + name_table(self.names - NEAR)

    @property
    def on_board(self) -> int:
        """`worse` with a board's shorter entries."""
        return self.data + name_table(self.names + NEAR, BOARD_ENTRY)


@dataclass(frozen=True)
class Heap:
    """Heap in use after garbage is gone: `live` bytes without the table of names, which has `names` entries."""

    live: int
    names: int

    def since(self, start: Heap) -> Size:
        return Size(self.live - start.live, self.names - start.names)


def name_table(names: int, entry: int = VM_ENTRY) -> int:
    """Bytes of MicroPython's pools for so many interned names (py/qstr.c): 20 places, then twice as many each time."""
    size, places = 0, 20
    while names > 0:
        # A pool's head, then its entries; the heap gives blocks of 16 bytes.
        size += (24 + entry * places + 15) // 16 * 16
        names -= places
        places *= 2
    return size


class Machine:
    """One VM. Every `run` is one call from node: what it leaves as garbage is collected before the next.

    `heap_bytes` is what it starts with; when that is full it adds to it, which `grown` tells.
    """

    def __init__(self, heap_bytes: int = PLENTY) -> None:
        install()
        command = ["node", str(HERE / "vm.mjs"), str(heap_bytes)]
        self._process = subprocess.Popen(
            command, cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.run("import gc, micropython, sys\nsys.path[:] = ['', '/', '/lib']")
        self._heap_total = self._total()

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

    def heap(self) -> Heap:
        live = self.live()
        found = re.search(
            r"n_qstr=(\d+), n_str_data_bytes=(\d+), n_total_bytes=(\d+)", self.run("micropython.qstr_info()")
        )
        assert found is not None
        names, texts, total = (int(group) for group in found.groups())
        return Heap(live - (total - texts), names)

    @property
    def grown(self) -> bool:
        """The heap it started with, or that `settle` found, was not enough."""
        return self._total() > self._heap_total

    def run_watched(self, source: str) -> bool:
        """Run source; whether the heap grew for it, if only until the garbage was gone."""
        found = re.search(r"GC: total: (\d+)", self.run(source + "\nmicropython.mem_info()"))
        assert found is not None
        return int(found.group(1)) > self._heap_total

    def settle(self, spare: int) -> None:
        """Leave `spare` bytes of heap free in one piece, and holes of less than 1 KB between the things that live.

        Whoever needs a larger piece makes the heap grow.
        """
        self.run("ballast = []")
        self.live()
        while self.largest_free() > spare:
            # The holes are filled first, since they come first.
            pieces = max(1, (self.largest_free() - spare) // 2 // 1024)
            self.run(f"for _ in range({pieces}):\n    ballast.append(bytearray(1024))")
        self.live()
        self._heap_total = self._total()

    def largest_free(self) -> int:
        """Bytes of the largest piece that is free."""
        found = re.search(r"max free sz: (\d+)", self.run("micropython.mem_info()"))
        assert found is not None
        return int(found.group(1)) * _BLOCK

    def picture(self) -> str:
        """The heap, a letter a block: `.` is free, `=` goes on what stands before it."""
        return self.run("micropython.mem_info(1)")

    def _total(self) -> int:
        found = re.search(r"GC: total: (\d+)", self.run("micropython.mem_info()"))
        assert found is not None
        return int(found.group(1))

    def _ask(self, command: dict[str, str]) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        if not select.select([self._process.stdout], [], [], _ANSWER_S)[0]:
            self._process.kill()
            raise VmError(f"still running after {_ANSWER_S} s")
        line = self._process.stdout.readline()
        if not line:
            raise VmError("the VM itself has ended")
        answer = json.loads(line)
        if answer["error"]:
            raise VmError(answer["out"] + answer["error"])
        return str(answer["out"])
