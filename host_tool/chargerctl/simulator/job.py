# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a simulation is asked to do, and the process that does it, as seen from the command that started it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chargerctl.errors import ChargerctlError, InputError
from chargerctl.simulator.script.language import Script, parse

# The current folder stays out of the import path: it may be a drive, and that has a code.py and a boot.py.
# Not sys.exit: threads of a program that has lost its power are still there, and must not be waited for.
_START = (
    "import os, sys; sys.path[:] = filter(None, sys.path); "
    "from chargerctl.simulator.child import main; os._exit(main())"
)


# A shell's exit status of a command that Ctrl-C ended.
INTERRUPTED = 130


@dataclass(frozen=True)
class Job:
    """One simulation. `broker` is host:port of one that exists already, None for one of our own; without
    `local_central` another central system answers the charger there; `serial`: its console is a serial port, too;
    `by_hand`: it takes lines while it runs."""

    drive: Path
    realtime: bool
    script: Script | None = None
    broker: str | None = None
    local_central: bool = True
    serial: bool = False
    by_hand: bool = False

    def to_json(self) -> str:
        script = self.script
        return json.dumps(
            {
                "drive": str(self.drive),
                "realtime": self.realtime,
                "script": script and {"text": script.text, "name": script.name, "folder": str(script.folder)},
                "broker": self.broker,
                "local_central": self.local_central,
                "serial": self.serial,
                "by_hand": self.by_hand,
            }
        )

    @classmethod
    def from_json(cls, text: str) -> Job:
        given = json.loads(text)
        script = given["script"]
        if script is not None:
            script = parse(script["text"], script["name"], Path(script["folder"]))
        return cls(
            Path(given["drive"]),
            given["realtime"],
            script,
            given["broker"],
            given["local_central"],
            given["serial"],
            given["by_hand"],
        )


class Simulation:
    """A job under way in a process of its own."""

    def __init__(self, job: Job) -> None:
        self.interrupted = False
        self._giving = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-c", _START],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            # Ctrl-C goes to the command, which passes it on.
            start_new_session=True,
        )
        assert self._process.stdin is not None
        self._process.stdin.write(job.to_json() + "\n")
        self._process.stdin.flush()

    def events(self) -> Iterator[dict[str, Any]]:
        """Every event as it comes, the summary last. Raises the ChargerctlError that kept the board from booting."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            event = json.loads(line)
            if event["kind"] == "error":
                raise _error(event)
            yield event

    def give(self, line: str) -> None:
        """Have one line of the script language act, of a job by hand; from any thread. Its event is `hand`, unless the
        simulation has ended. It blocks while the process has read none of the last 64 KB."""
        assert self._process.stdin is not None
        encodable = line.encode("utf-8", "replace").decode().replace("\n", " ")
        # ValueError: it is closed.
        with self._giving, suppress(OSError, ValueError):
            self._process.stdin.write(encodable + "\n")
            self._process.stdin.flush()

    def interrupt(self) -> None:
        """Have it end with its summary; asked a second time, at once."""
        if self.interrupted:
            self._process.kill()
        elif self._process.poll() is None:
            self.interrupted = True
            self._process.send_signal(signal.SIGINT)

    def close(self) -> int:
        """End it if it still runs; return its exit status."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._giving, suppress(OSError):
            self._process.stdin.close()
        self._process.stdout.close()
        return self._process.wait()


def _error(event: dict[str, Any]) -> ChargerctlError:
    kind = InputError if event["exit_status"] == InputError.exit_status else ChargerctlError
    details = {key: value for key, value in event.items() if key not in ("kind", "error", "exit_status")}
    return kind(event["error"], **details)
