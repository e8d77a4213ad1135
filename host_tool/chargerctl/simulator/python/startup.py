# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""From a reset to code.py and round again: safe mode, safemode.py, boot.py, auto-reload. After CircuitPython's main.c.

Not modelled: the REPL (a typed Ctrl-D reloads, other keys are ignored) and deep sleep.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from chargerctl.boards.boot_out import BOOT_OUT
from chargerctl.boards.programs import BOOT_FILES, CODE_FILES, SAFE_MODE_FILES
from chargerctl.simulator.machine import resets
from chargerctl.simulator.machine.clock import Timer
from chargerctl.simulator.machine.errors import ReloadException
from chargerctl.simulator.machine.hardware import Hardware
from chargerctl.simulator.python.bluetooth import Bluetooth
from chargerctl.simulator.python.settings_toml import get_setting
from chargerctl.simulator.python.vm import VM

_AUTORELOAD_US = 750_000
# What the supervisor allows for joining the network that CIRCUITPY_WIFI_SSID names. On ESP32 it does not limit
# the wait for an address from DHCP, and no watchdog runs yet.
_JOIN_S = 8
_CTRL_D = 4

# What an ESP32 checks first, by what caused the reset; a crash of an RP2 saves a word for the next start.
_SAFE_MODE_AFTER = {"brownout": "BROWNOUT", "crash": "HARD_FAULT"}
# The chip reports an error: it does not wait for the button.
_ERROR_RESETS = ("BROWNOUT", "WATCHDOG")
_SAFE_MODE_DELAY_SINCE = (10, 3, 0)
_SAFE_MODE_TEXT = {
    "BROWNOUT": "Power dipped. Make sure you are providing enough power.",
    "USER": "You pressed the BOOT button at start up",
    "PROGRAMMATIC": "The `microcontroller` module was used to boot into safe mode.",
    "HARD_FAULT": "CircuitPython core code crashed hard. Whoops!\nHard fault: memory access or instruction error.\n"
    "Please file an issue with your program at github.com/adafruit/circuitpython/issues.",
}


class Startup:
    """What the chip does from one reset to the next; made anew for each."""

    def __init__(self, board: Hardware, program_ended: Callable[[str, str | None], object]) -> None:
        self._board = board
        self._program_ended = program_ended
        self.vm: VM | None = None
        self.bluetooth = Bluetooth(board)
        # A name of supervisor.SafeModeReason, None outside safe mode.
        self.safe_mode: str | None = None
        self.autoreload = False
        # A name of supervisor.RunReason.
        self.run_reason = "STARTUP"
        self.previous_traceback: str | None = None
        # What supervisor.set_next_code_file asked for, for the next run.
        self.next_code_file: str | None = None
        self._reload_timer: Timer | None = None
        self._reload_due = False

    def run(self) -> None:
        """Never returns: the processor is switched away from."""
        board = self._board
        if board.bootloader_next:
            board.clock.wait(lambda: False)
        self.safe_mode = self._safe_mode_after_reset()
        self.bluetooth.decide()
        self.autoreload = self.safe_mode is None
        if self.safe_mode not in (None, "USER"):
            self._run_first(SAFE_MODE_FILES)
        if self.safe_mode is None:
            self._run_boot_py()
        self.bluetooth.restart()
        while True:
            self._join_network()
            self._run_code_py()

    def drive_written(self) -> None:
        """The laptop wrote to the drive: stop the program at once, start it when no write came for 750 ms."""
        if not self.autoreload or self._board.drive.before_usb:
            return
        if self._reload_timer is None:
            if self.vm is not None:
                self.run_reason = "AUTO_RELOAD"
                self._board.scheduler.signal(ReloadException())
        else:
            self._reload_timer.cancel()
        self._reload_timer = self._board.clock.call_in(_AUTORELOAD_US, self._quiet)

    def _quiet(self) -> None:
        self._reload_due = True

    def _safe_mode_after_reset(self) -> str | None:
        board = self._board
        chip, cause = board.profile.chip, board.reset_reason
        if board.is_esp32 and cause in _SAFE_MODE_AFTER:
            # What was saved for this start stays for the next one.
            return _SAFE_MODE_AFTER[cause]
        if board.saved_word is not None:
            name, board.saved_word = board.saved_word, None
            return name
        if resets.reported(chip, cause) in _ERROR_RESETS:
            return None
        # Armed: a reset from here on, and the next start is in safe mode.
        board.saved_word = "USER"
        delay_us = self._safe_mode_delay_us()
        if delay_us > 0 and board.clock.wait(lambda: board.boot_button, delay_us):
            return "USER"
        board.saved_word = None
        return None

    def _safe_mode_delay_us(self) -> int:
        seconds = None
        if self._board.version >= _SAFE_MODE_DELAY_SINCE:
            seconds = get_setting(self._board.drive.settings(), "CIRCUITPY_SAFE_MODE_DELAY", None)
        if isinstance(seconds, (int, float)) and seconds >= 0:
            return round(seconds * 1_000_000)
        return self._board.costs.safe_mode_delay

    def _run_first(self, names: tuple[str, ...]) -> tuple[str, str | None]:
        """Run the first of these files that is there; (its name or "", its traceback or None)."""
        board = self._board
        name = next((name for name in names if (board.drive.root / name).is_file()), "")
        if not name:
            return "", None
        board.clock.spend(board.costs.vm_start)
        self.bluetooth.start()
        board.drive.folder = "/"
        board.drive.before_usb = names in (BOOT_FILES, SAFE_MODE_FILES)
        board.console.print(f"{name} output:\n")
        self.vm = VM(board, name)
        traceback = self.vm.run()
        if traceback is not None:
            board.console.print(traceback)
        return name, traceback

    def _end_vm(self) -> None:
        board, vm = self._board, self.vm
        self.vm = None
        board.drive.before_usb = False
        board.drive.end_program(orderly=True)
        crashed = vm is not None and isinstance(vm.result, Exception)
        if not (crashed and board.watchdog.mode == "reset"):
            board.watchdog.disarm()
        board.end_vm(orderly=True)

    def _run_boot_py(self) -> None:
        board = self._board
        board.console.transcript = transcript = list[str]()
        self._run_first(BOOT_FILES)
        board.console.transcript = None
        board.console.end_line()
        boot_out = board.drive.root / BOOT_OUT
        text = (board.boot_info() + "".join(transcript).replace("\n", "\r\n")).encode()
        if not boot_out.is_file() or boot_out.read_bytes() != text:
            board.clock.spend(board.costs.boot_out_delay)
            board.drive.replace_content(boot_out, text)
        self._end_vm()

    def _join_network(self) -> None:
        """For the web workflow, but whether or not it has a password. The program finds the radio connected, or not."""
        board = self._board
        ssid = get_setting(board.drive.settings(), "CIRCUITPY_WIFI_SSID", "")
        if board.network is None or not ssid:
            return
        password = get_setting(board.drive.settings(), "CIRCUITPY_WIFI_PASSWORD", "")
        with suppress(ConnectionError, ValueError):
            board.network.station.connect(str(ssid), str(password), _JOIN_S)

    def _run_code_py(self) -> None:
        board = self._board
        self._greet()
        reloading = False
        if self.safe_mode is None and self._reload_timer is None:
            names: tuple[str, ...] = CODE_FILES
            if self.next_code_file is not None:
                names = (self.next_code_file, *CODE_FILES)
                self.next_code_file = None
            name, traceback = self._run_first(names)
            self.previous_traceback = traceback
            reloading = self.vm is not None and isinstance(self.vm.result, ReloadException)
            by_write = reloading and self.run_reason == "AUTO_RELOAD"
            board.console.end_line()
            board.console.print(
                "\nCode stopped by auto-reload. Reloading soon.\n" if by_write else "\nCode done running.\n"
            )
            self._end_vm()
            if not reloading:
                self._program_ended(name, traceback and traceback.replace("\r\n", "\n"))
            reloading = reloading and not by_write
        if not reloading:
            self._wait_for_reload()
        board.console.print("soft reboot\n")

    def _greet(self) -> None:
        console = self._board.console
        if not console.connected:
            return
        if self.autoreload:
            console.print(
                "\nAuto-reload is on. Simply save files over USB to run them or enter REPL to disable.\n"
            )
        else:
            console.print("\nAuto-reload is off.\n")
        if self.safe_mode is not None:
            console.print("Running in safe mode! Not running saved code.\n\nYou are in safe mode because:\n")
            console.print(_SAFE_MODE_TEXT.get(self.safe_mode, "Unknown reason.") + "\n")
            console.print("\nPress reset to exit safe mode.\n")

    def _wait_for_reload(self) -> None:
        console = self._board.console
        if self._reload_timer is None and console.connected:
            console.print("\nPress any key to enter the REPL. Use CTRL-D to reload.\n")
        console.typed.clear()
        self._board.clock.wait(lambda: self._reload_due or _CTRL_D in console.typed)
        self.run_reason = "AUTO_RELOAD" if self._reload_due else "REPL_RELOAD"
        console.typed.clear()
        self._reload_due = False
        if self._reload_timer is not None:
            self._reload_timer.cancel()
            self._reload_timer = None
