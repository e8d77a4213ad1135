# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""os: files of the drive, settings, random bytes."""

from __future__ import annotations

from collections import namedtuple
from types import ModuleType

from chargerctl.simulator.machine.board import VirtualBoard
from chargerctl.simulator.python import settings_toml
from chargerctl.simulator.python.module import new_module


def make(board: VirtualBoard) -> ModuleType:
    drive = board.drive
    uname_result = namedtuple("uname_result", "sysname nodename release version machine")
    system = board.profile.chip.upper().replace("ESP32", "ESP32-") if board.is_esp32 else board.profile.chip
    release = ".".join(map(str, board.version))

    def uname() -> tuple[str, ...]:
        return uname_result(system, system, release, f"{release} on 2026-01-15", board.machine)

    def getenv(key: str, default: str | None = None) -> str | int | None:
        value = settings_toml.getenv(drive.settings(), key, board.version)
        return default if value is None else value

    def urandom(size: int) -> bytes:
        return board.random.randbytes(size)

    def listdir(dir: str = ".") -> list[str]:
        return drive.listdir(dir)

    def statvfs(path: str) -> tuple[int, ...]:
        return drive.statvfs()

    return new_module(
        "os",
        *(uname, getenv, urandom, listdir, statvfs),
        *(
            drive.chdir,
            drive.mkdir,
            drive.rmdir,
            drive.remove,
            drive.rename,
            drive.stat,
            drive.sync,
            drive.utime,
        ),
        sep="/",
        getcwd=lambda: drive.folder,
        unlink=drive.remove,
    )
