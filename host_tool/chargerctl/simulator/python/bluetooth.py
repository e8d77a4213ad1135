# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Bluetooth as CircuitPython itself uses it: files and REPL for devices nearby. After supervisor/shared/bluetooth.

Nothing is sent: modelled is when a board would accept a connection, and what that costs at each start. Made anew at each
reset.
"""

from __future__ import annotations

from chargerctl.simulator.machine import resets
from chargerctl.simulator.machine.hardware import Hardware
from chargerctl.simulator.python.settings_toml import get_setting

# Chips whose builds have it, and those of them without a USB device: these accept any host, unpaired.
_CHIPS = ("esp32c6", "esp32c3", "esp32s3")
_NO_USB = ("esp32c6", "esp32c3")
_SETTING_SINCE = (10, 3, 0)
_ERROR_RESETS = ("BROWNOUT", "WATCHDOG")


class Bluetooth:
    """`enabled` is supervisor.runtime.ble_workflow; `open`: any host nearby may read and write the drive now."""

    def __init__(self, board: Hardware) -> None:
        self._board = board
        self.present = board.profile.chip in _CHIPS
        self._allowed = True
        # None: not decided, as after an error reset.
        self._state: bool | None = None
        # Switched off, what is on the air stays until boot.py has ended: only new advertising is refused.
        self.open = False

    def decide(self) -> None:
        """After the wait for safe mode: whether to offer it, which takes a second."""
        board = self._board
        if not self.present:
            return
        self._allowed = not self._switched_off()
        error = resets.reported(board.profile.chip, board.reset_reason) in _ERROR_RESETS
        if not self._allowed or error:
            return
        pressed = board.clock.wait(lambda: board.boot_button, board.costs.bluetooth_delay)
        unpaired = board.profile.chip in _NO_USB and not board.bonded and not self._has_web_password()
        if pressed or unpaired:
            board.bonded = False
        self._state = bool(pressed or unpaired or board.bonded)

    def start(self) -> None:
        """As often as the supervisor does: before and after each VM."""
        if self._state:
            self.open = True

    def restart(self) -> None:
        """Once boot.py has ended: what it has switched off is gone from the air."""
        self.open = False
        self.start()

    @property
    def enabled(self) -> bool:
        return bool(self._state)

    @enabled.setter
    def enabled(self, on: bool) -> None:
        if not self.present:
            raise NotImplementedError
        if not on:
            self._state = False
        elif self._allowed and self._state is not False:
            self._state = True

    def _switched_off(self) -> bool:
        """By a bare `false`: CircuitPython does not take a quoted one for a boolean, and leaves it on."""
        return self._board.version >= _SETTING_SINCE and self._setting("CIRCUITPY_BLE_WORKFLOW") is False

    def _has_web_password(self) -> bool:
        return isinstance(self._setting("CIRCUITPY_WEB_API_PASSWORD"), str)

    def _setting(self, key: str) -> object:
        try:
            return get_setting(self._board.drive.settings(), key, None)
        except (ValueError, UnicodeError):
            return None
