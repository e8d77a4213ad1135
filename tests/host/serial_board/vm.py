# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The node processes that run the VMs. A process runs one VM at a time and is used again for the next board's."""

from __future__ import annotations

import atexit
import base64
import json
import select
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.whole.vm import machine

HERE = Path(__file__).resolve().parent
_VM = machine.HERE / "node_modules/@micropython/micropython-webassembly-pyscript/micropython.mjs"
_LONGEST_S = (
    60  # a statement of a test takes milliseconds: one that does not end is a mistake, and is reported
)
Event = tuple[Any, ...]


@dataclass(frozen=True)
class Answer:
    """What came of some keys. typed: how many of them the VM took before it ended ("soft" or "hard", else None)."""

    out: bytes
    events: list[Event]
    ended: str | None
    struck: bool
    slept: float
    typed: int
    free: int


class Node:
    """One process. boot() makes a new VM in it; keys() types."""

    def __init__(self) -> None:
        machine.require("the serial board")
        machine.install()
        command = ["node", str(HERE / "repl.mjs"), _VM.as_uri()]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)

    def boot(self, **options: object) -> Answer:
        return self._ask({"boot": options})

    def keys(self, keys: bytes, strike_at: int | None = None) -> Answer:
        return self._ask({"keys": base64.b64encode(keys).decode(), "strikeAt": strike_at})

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _ask(self, request: dict[str, object]) -> Answer:
        assert self._process.stdin is not None
        body = json.dumps(request).encode()
        waiting = memoryview(len(body).to_bytes(4, "little") + body)
        while waiting:
            waiting = waiting[self._process.stdin.write(waiting) :]
        answer = json.loads(self._read(int.from_bytes(self._read(4), "little")))
        events = [
            (*event[:-1], base64.b64decode(event[-1])) if event[0] == "write" else tuple(event)
            for event in answer["happened"]
        ]
        return Answer(
            base64.b64decode(answer["out"]),
            events,
            answer["ended"],
            answer["struck"],
            answer["slept"],
            answer["typed"],
            answer["free"],
        )

    def _read(self, count: int) -> bytes:
        assert self._process.stdout is not None
        data = b""
        while len(data) < count:
            if not select.select([self._process.stdout], [], [], _LONGEST_S)[0]:
                self.end()
                raise AssertionError("what was typed runs for ever")
            piece = self._process.stdout.read(count - len(data))
            assert piece, "the VM's process has ended"
            data += piece
        return data


class Pool:
    """Processes that have no board now; each is used by one board at a time."""

    def __init__(self) -> None:
        self._idle: list[Node] = []
        self._all: list[Node] = []
        atexit.register(self.end)

    def take(self) -> Node:
        if self._idle:
            return self._idle.pop()
        self._all.append(Node())
        return self._all[-1]

    def give_back(self, node: Node) -> None:
        self._idle.append(node)

    def end(self) -> None:
        for node in self._all:
            node.end()
        self._all.clear()
        self._idle.clear()


POOL = Pool()
