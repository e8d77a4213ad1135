# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""supervisor: ticks, auto-reload and what else is known of the run."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from chargerctl.simulator.machine.board import VirtualBoard
from chargerctl.simulator.machine.console import Reader
from chargerctl.simulator.machine.errors import ReloadException
from chargerctl.simulator.python.module import choices, new_module
from chargerctl.simulator.python.settings_toml import get_setting as read_setting
from chargerctl.simulator.python.startup import Startup

_TICKS_MASK = (1 << 29) - 1

RunReason = choices("RunReason", "STARTUP", "AUTO_RELOAD", "SUPERVISOR_RELOAD", "REPL_RELOAD")
SafeModeReason = choices(
    "SafeModeReason",
    *("NONE", "BROWNOUT", "FLASH_WRITE_FAIL", "GC_ALLOC_OUTSIDE_VM", "HARD_FAULT", "INTERRUPT_ERROR"),
    *("NLR_JUMP_FAIL", "NO_CIRCUITPY", "NO_HEAP", "PROGRAMMATIC", "SDK_FATAL_ERROR", "STACK_OVERFLOW"),
    *("USB_BOOT_DEVICE_NOT_INTERFACE_ZERO", "USB_TOO_MANY_ENDPOINTS", "USB_TOO_MANY_INTERFACE_NAMES"),
    *("USER", "WATCHDOG"),
)


def make(board: VirtualBoard) -> ModuleType:
    clock = board.clock
    assert board.startup is not None
    startup: Startup = board.startup
    spend = clock.spend
    tick_cost = board.costs.tick_read
    # The millisecond at which the counter reads 0, were it not masked.
    origin_us = board.booted_us - board.ticks_at_reset * 1000

    def ticks_ms() -> int:
        # clock.spend(), spelled out: a loop reads its ticks dozens of times in each pass.
        now_us = clock.now_us + tick_cost
        if now_us < clock.due_us:
            clock.now_us = now_us
        else:
            spend(tick_cost)
            now_us = clock.now_us
        return (now_us - origin_us) // 1000 & _TICKS_MASK

    def reload() -> None:
        startup.run_reason = "SUPERVISOR_RELOAD"
        raise ReloadException

    def set_next_code_file(
        filename: str | None,
        *,
        working_directory: str | None = None,
        reload_on_success: bool = False,
        reload_on_error: bool = False,
        sticky_on_success: bool = False,
        sticky_on_error: bool = False,
        sticky_on_reload: bool = False,
    ) -> None:
        options = (reload_on_success, reload_on_error, sticky_on_success, sticky_on_error, sticky_on_reload)
        if working_directory is not None or any(options):
            raise NotImplementedError("the virtual board knows only the file name")
        startup.next_code_file = filename

    def get_previous_traceback() -> str | None:
        return startup.previous_traceback

    def reset_terminal(x_pixels: int, y_pixels: int) -> None:
        pass

    def set_usb_identification(
        manufacturer: str | None = None, product: str | None = None, vid: int = -1, pid: int = -1
    ) -> None:
        if board.program != "boot.py":
            raise RuntimeError("cannot change USB devices now")

    def get_setting(key: str, default: object = None) -> Any:
        return read_setting(board.drive.settings(), key, default)

    class Runtime:
        rgb_status_brightness = 63
        display = None

        @property
        def usb_connected(self) -> bool:
            return board.profile.has_drive and board.console.connected

        @property
        def serial_connected(self) -> bool:
            return board.console.reader is not Reader.ABSENT

        @property
        def serial_bytes_available(self) -> int:
            return len(board.console.typed)

        @property
        def run_reason(self) -> Any:
            return getattr(RunReason, startup.run_reason)

        @property
        def safe_mode_reason(self) -> Any:
            return getattr(SafeModeReason, startup.safe_mode or "NONE")

        @property
        def autoreload(self) -> bool:
            return startup.autoreload

        @autoreload.setter
        def autoreload(self, on: bool) -> None:
            startup.autoreload = bool(on)

        @property
        def ble_workflow(self) -> bool:
            return startup.bluetooth.enabled

        @ble_workflow.setter
        def ble_workflow(self, on: bool) -> None:
            startup.bluetooth.enabled = on

    class StatusBar:
        console = True
        display = True

    return new_module(
        "supervisor",
        *(
            ticks_ms,
            reload,
            set_next_code_file,
            get_previous_traceback,
            reset_terminal,
            set_usb_identification,
        ),
        *((get_setting,) if board.version >= (10, 2, 0) else ()),
        *(RunReason, SafeModeReason, Runtime, StatusBar),
        runtime=Runtime(),
        status_bar=StatusBar(),
    )
