# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""os: files of the drive, settings, random bytes."""

from __future__ import annotations

from collections import namedtuple
from types import ModuleType
from typing import TYPE_CHECKING

from chargerctl.simulator.machine import settings_toml
from chargerctl.simulator.python.module import new_module

if TYPE_CHECKING:
    from chargerctl.simulator.machine.board import VirtualBoard


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

    def sync() -> None:
        drive.sync()

    def listdir(dir: str = ".") -> list[str]:
        return drive.listdir(dir)

    def statvfs(path: str) -> tuple[int, ...]:
        return drive.statvfs()

    def utime(path: str, times: tuple[int, int]) -> None:
        drive.utime(path, times)

    return new_module(
        "os",
        sep="/",
        uname=uname,
        getenv=getenv,
        urandom=urandom,
        sync=sync,
        listdir=listdir,
        statvfs=statvfs,
        utime=utime,
        chdir=drive.chdir,
        getcwd=lambda: drive.folder,
        mkdir=drive.mkdir,
        rmdir=drive.rmdir,
        remove=drive.remove,
        unlink=drive.remove,
        rename=drive.rename,
        stat=drive.stat,
    )
