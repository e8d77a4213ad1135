# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""storage: who may write the drive."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from chargerctl.simulator.machine.board import VirtualBoard
from chargerctl.simulator.machine.errors import os_error
from chargerctl.simulator.python.module import new_module


def make(board: VirtualBoard) -> ModuleType:
    drive = board.drive

    class VfsFat:
        """The mounted drive; `storage.getmount("/")` has the only one."""

        label = "CIRCUITPY"

        def __init__(self, block_device: Any) -> None:
            raise NotImplementedError("the virtual board has one filesystem")

        @property
        def readonly(self) -> bool:
            return not drive.writable

        def open(self, path: str, mode: str) -> Any:
            return drive.open(path, mode)

        def mkdir(self, path: str) -> None:
            drive.mkdir(path)

        def rmdir(self, path: str) -> None:
            drive.rmdir(path)

        def stat(self, path: str) -> tuple[int, ...]:
            return drive.stat(path)

        def statvfs(self, path: str) -> tuple[int, ...]:
            return drive.statvfs()

    mounted = object.__new__(VfsFat)

    def remount(
        mount_path: str, readonly: bool = False, *, disable_concurrent_write_protection: bool = False
    ) -> None:
        if mount_path != "/":
            raise os_error("EINVAL")
        # Without USB only the program writes, and boot.py runs before USB is up.
        if board.profile.has_drive and not drive.before_usb:
            raise RuntimeError("Cannot remount path when visible via USB.")
        drive.owned_by_program = not readonly

    def getmount(mount_path: str) -> VfsFat:
        if mount_path != "/":
            raise os_error("EINVAL")
        return mounted

    def own(by_program: bool) -> None:
        if not drive.before_usb:
            raise RuntimeError("Cannot change USB devices now")
        drive.owned_by_program = by_program

    over_usb = {"disable_usb_drive": lambda: own(True), "enable_usb_drive": lambda: own(False)}
    return new_module("storage", VfsFat, remount, getmount, **over_usb if board.profile.has_drive else {})
