# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Completion in a real bash: the line after a press of the tab key."""

import os
import pty
import select
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

if shutil.which("bash") is None:
    pytest.skip("needs bash", allow_module_level=True)

_PATIENCE_S = 30


class Terminal:
    """An interactive bash. Everything is awaited, nothing timed."""

    def __init__(self) -> None:
        self._master, slave = pty.openpty()
        environment = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PS1": "",
            "TERM": "dumb",
        }
        self._bash = subprocess.Popen(
            ["bash", "--norc", "--noprofile", "-i"],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment,
            start_new_session=True,
        )
        os.close(slave)
        self._type("bind 'set enable-bracketed-paste off'; bind 'set bell-style none'\n")
        self._type('eval "$(chargerctl completion bash)"; echo rea""dy\n')
        self._read_until("ready\r\n")

    def close(self) -> None:
        self._bash.kill()
        self._bash.wait()
        os.close(self._master)

    def completed(self, line: str) -> str:
        """The line after a tab; an X marks the cursor."""
        self._type(f"{line}\tX\x01echo 'what \x05' ends\n")  # ^A to its beginning, ^E to its end
        return self._read_until(" ends\r\n", since="\r\nwhat ")

    def _type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def _read_until(self, end: str, since: str = "") -> str:
        seen = ""
        while True:
            ready, _, _ = select.select([self._master], [], [], _PATIENCE_S)
            assert ready, f"bash printed only {seen!r}"
            seen += os.read(self._master, 4096).decode()
            start = seen.find(since)
            if start >= 0 and seen.endswith(end):
                return seen[start + len(since) : -len(end)]


@pytest.fixture(scope="module")
def bash():
    terminal = Terminal()
    yield terminal
    terminal.close()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("chargerctl conf", "chargerctl config X"),
        ("chargerctl config set mqtt.ke", "chargerctl config set mqtt.keep_alive X"),
        ("chargerctl config show --set mqtt.ke", "chargerctl config show --set mqtt.keep_alive=X"),
        ("chargerctl config show --set mqtt.tls=t", "chargerctl config show --set mqtt.tls=true X"),
        ("chargerctl config show --set storage.kind=f", "chargerctl config show --set storage.kind=fX"),
        ("chargerctl config show --set storage.kind=fi", "chargerctl config show --set storage.kind=file X"),
        ("chargerctl config show --set=mqtt.tls=f", "chargerctl config show --set=mqtt.tls=false X"),
        ("chargerctl config set hardware.relay_pin MTD", "chargerctl config set hardware.relay_pin MTDX"),
    ],
)
def test_the_line_after_a_tab(bash, line, expected):
    assert bash.completed(line) == expected
