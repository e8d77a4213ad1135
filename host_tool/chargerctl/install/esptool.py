# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Runs esptool, Espressif's program that writes the flash of an ESP32: as a program, never imported."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO

from chargerctl.errors import ChargerctlError

_INSTALL = "pip install 'chargerctl[install]'"
_MAJOR = 5  # its commands have had other names before
_VERSION_S = 60.0
_WRITE_S = 900.0  # 8 MB at 115,200 baud; it compresses what it sends
_MOST_LINE = 400
_KEPT = 5


def esptool_program() -> str:
    """Where the program is; ChargerctlError where it is missing or too old."""
    beside = shutil.which("esptool", path=str(Path(sys.executable).parent))
    program = beside or shutil.which("esptool")
    if program is None:
        raise ChargerctlError(f"esptool is missing, which writes an ESP32's flash: {_INSTALL}")
    try:
        asked = subprocess.run(
            [program, "version"],
            capture_output=True,
            timeout=_VERSION_S,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        said = asked.stdout.decode(errors="replace")
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ChargerctlError(f"{program} cannot be run ({error}): {_INSTALL}") from error
    version = re.search(r"(\d{1,4})\.\d{1,4}", said)
    if version is None or int(version[1]) != _MAJOR:
        found = f"version {version[0]}" if version else "of unknown version"
        raise ChargerctlError(f"{program} is {found}, and version {_MAJOR} is needed: {_INSTALL}")
    return program


def write_command(program: str, chip: str, port: str, image: Path) -> list[str]:
    """The arguments that write an image from the start of the flash. esptool refuses another chip, and a flash too small."""
    return [program, "--chip", chip, "--port", port, "write-flash", "0x0", str(image)]


def run_esptool(command: Sequence[str], say: Callable[[str], None], patience_s: float = _WRITE_S) -> None:
    """Run it, with each line that it prints said; ChargerctlError where it fails or does not end in time."""
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
    except OSError as error:
        raise ChargerctlError(f"{command[0]} cannot be run: {error.strerror or error}") from error
    assert process.stdout is not None
    late = threading.Event()

    def give_up() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(patience_s, give_up)
    timer.start()
    last: list[str] = []
    try:
        for line in _lines(process.stdout):
            say(line)
            last = [*last, line][-_KEPT:]
        status = process.wait()
    except KeyboardInterrupt:
        process.kill()
        process.wait()
        raise ChargerctlError("stopped: the board may have half an image now; run this again") from None
    finally:
        timer.cancel()
        process.stdout.close()
    if late.is_set():
        raise ChargerctlError(
            f"esptool had not finished after {patience_s:.0f} s: unplug the board and run this again"
        )
    if status:
        raise ChargerctlError(
            f"esptool failed ({_reason(last)}): close what has the port open, or hold BOOT while you plug the board in; "
            "then run this again",
            esptool=last,
        )


def _reason(last: Sequence[str]) -> str:
    fatal = [line for line in last if "rror" in line]
    return (fatal or list(last) or ["it said nothing"])[-1]


def _lines(stream: IO[bytes]) -> Iterator[str]:
    """Lines as they come, however they end, none of them long."""
    waiting = b""
    while piece := stream.read1(_MOST_LINE):  # type: ignore[attr-defined]
        *whole, waiting = re.split(rb"[\r\n]+", waiting + piece)
        for line in [*whole, *([waiting] if len(waiting) > _MOST_LINE else [])]:
            if line.strip():
                yield line[:_MOST_LINE].decode(errors="replace").strip()
        waiting = b"" if len(waiting) > _MOST_LINE else waiting
    if waiting.strip():
        yield waiting[:_MOST_LINE].decode(errors="replace").strip()
