# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The board's display core: Blinka's, where it differs put back to what CircuitPython's C code does.

Displays and their buses live on when the VM ends, and keep their pins, until release_displays() or a reset. The
terminal, which CircuitPython then shows on them, is not drawn: the picture stays.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

from chargerctl.simulator.display.blinka import Blinka
from chargerctl.simulator.machine.board import VirtualBoard
from chargerctl.simulator.machine.clock import Timer
from chargerctl.simulator.python.module import new_module

# CircuitPython renders into 128 words at a time (shared-module/busdisplay/BusDisplay.c).
_PIXELS_AT_A_TIME = 128 * 32
_COMMAND = 0


class DisplayCore:
    """The display modules of one start of the VM, and the displays that are alive."""

    def __init__(self, board: VirtualBoard, inherited: DisplayCore | None) -> None:
        self.board = board
        self.vm = board.running
        self.blinka = Blinka(board)
        self.blinka.give(_i2cdisplaybus(self))
        self.displayio = self.blinka.load("displayio")
        splash = self.blinka.load("displayio._group").circuitpython_splash
        vars(self.displayio).update(CIRCUITPYTHON_TERMINAL=splash, release_displays=self.release)
        vars(self.blinka.load("busdisplay")).update(BusDisplay=_bus_display(self))
        if inherited is not None:
            self.displayio.displays.extend(inherited.displayio.displays)
            self.displayio.display_buses.extend(inherited.displayio.display_buses)
        board.at_vm_end(self._vm_ended)

    def release(self) -> None:
        """displayio.release_displays()"""
        for display in self.displayio.displays:
            display._release()
        for bus in self.displayio.display_buses:
            bus.deinit()
        self.displayio.displays.clear()
        self.displayio.display_buses.clear()

    def _vm_ended(self, orderly: bool) -> None:
        for display in self.displayio.displays:
            display.auto_refresh = False
        if not orderly:
            self.board.parts.pop("displayio", None)
            return
        for bus in self.displayio.display_buses:
            if hasattr(bus, "_outlive_vm"):
                bus._outlive_vm()


def core(board: VirtualBoard) -> DisplayCore:
    """The one of the running VM."""
    found: DisplayCore | None = board.parts.get("displayio")
    if found is None or found.vm is not board.vm:
        found = board.parts["displayio"] = DisplayCore(board, found)
    return found


def _i2cdisplaybus(core: DisplayCore) -> ModuleType:
    class I2CDisplayBus:
        def __init__(self, i2c_bus: Any, *, device_address: int, reset: Any = None) -> None:
            displayio = core.displayio
            if len(displayio.display_buses) >= displayio.CIRCUITPY_DISPLAY_LIMIT:
                raise RuntimeError("Too many display busses; forgot displayio.release_displays() ?")
            self._i2c = i2c_bus
            self._address = device_address
            self._outlived = False
            self._reset_pin = None
            if reset is not None:
                self._reset_pin = core.vm.import_name("digitalio").DigitalInOut(reset)
                self._reset_pin.switch_to_output(value=True)
                self.reset()
            if not i2c_bus._acknowledged(device_address):
                if self._reset_pin is not None:
                    self._reset_pin.deinit()
                raise ValueError(f"Unable to find I2C Display at {device_address:x}")
            displayio.display_buses.append(self)

        def reset(self) -> None:
            if self._reset_pin is None:
                raise RuntimeError("no reset pin available")
            self._reset_pin.value = False
            core.board.clock.spend(4)
            self._reset_pin.value = True

        def send(self, command: int, data: Any) -> None:
            if self._begin_transaction():
                self._send(_COMMAND, 0, bytes([command, *data]))
                self._end_transaction()

        # What displayio._displaycore asks of a bus.

        def _free(self) -> bool:
            if not self._i2c.try_lock():
                return False
            self._i2c.unlock()
            return True

        def _begin_transaction(self) -> bool:
            return bool(self._i2c.try_lock())

        def _send(self, data_type: int, _chip_select: int, data: Any) -> None:
            commands = data_type == _COMMAND
            sent = b"".join(bytes((0x80, byte)) for byte in data) if commands else b"\x40" + data
            # As on a board: no error when the display is gone, or the bus is held low.
            self._i2c._try_write(self._address, sent)

        def _end_transaction(self) -> None:
            self._i2c.unlock()

        def _outlive_vm(self) -> None:
            self._outlived = True
            self._i2c._never_reset()

        def deinit(self) -> None:
            # The program's own I2C object stays the program's; one that outlived its program goes with the display.
            if self._outlived:
                self._i2c.deinit()
            if self._reset_pin is not None:
                self._reset_pin.deinit()

    return new_module("i2cdisplaybus", I2CDisplayBus)


def _bus_display(core: DisplayCore) -> type:
    original: Any = core.blinka.load("busdisplay").BusDisplay
    area_class: Any = core.blinka.load("displayio._area").Area

    class BusDisplay(original):
        """Refreshes in CircuitPython's portions, once what changed, and by itself only on the board's clock."""

        _frame: Timer | None = None
        # A refresh that the program did not ask for takes it no time.
        _by_itself = False
        _region: Any = None

        def __init__(self, *arguments: Any, **options: Any) -> None:
            core.board.clock.spend(core.board.costs.display_new)
            super().__init__(*arguments, **options)

        @property
        def auto_refresh(self) -> bool:
            return bool(self._auto_refresh)

        @auto_refresh.setter
        def auto_refresh(self, value: bool) -> None:
            original.auto_refresh.fset(self, value)
            if self._frame is not None:
                self._frame.cancel()
                self._frame = None
            if value:
                self._frame = core.board.clock.call_in(
                    1_000_000 // self._native_frames_per_second, self._next_frame
                )

        def _next_frame(self) -> None:
            # In a timer no time may be spent: what is refreshed by itself costs the program none here.
            bus = self.bus
            self.auto_refresh = True
            if hasattr(bus, "_i2c") and bus._free():
                self._by_itself = True
                with bus._i2c._free_of_charge():
                    self._refresh_display()
                self._by_itself = False

        def _get_refresh_areas(self) -> list[Any]:
            if self._core.full_refresh and self._core.current_group is not None:
                # Blinka would take all that is drawn now for changed once more.
                self._core.current_group._get_refresh_areas([])
            areas: list[Any] = super()._get_refresh_areas()
            return areas

        def _refresh_area(self, area: Any) -> bool:
            clipped = area_class()
            if not self._core.clip_area(area, clipped):
                return True
            depth = self._core.colorspace.depth
            rows = max(_PIXELS_AT_A_TIME // depth // clipped.width(), 1)
            if depth < 8 and not self._core.colorspace.pixels_in_byte_share_row:
                rows -= rows % (8 // depth)
            for top in range(clipped.y1, clipped.y2, rows):
                portion = area_class(clipped.x1, top, clipped.x2, min(top + rows, clipped.y2))
                if not self._refresh_portion(portion):
                    return False
            return True

        def _refresh_portion(self, portion: Any) -> bool:
            """Columns, pages, then the pixels are worked out and sent; from 10.2 on the pixels are worked out first."""
            core.blinka.drawing_us()
            if core.board.version < (10, 2):
                return bool(super()._refresh_area(portion))
            send_region = self._core.set_region_to_update
            self._core.set_region_to_update = lambda area: setattr(self, "_region", (send_region, area))
            try:
                return bool(super()._refresh_area(portion))
            finally:
                self._core.set_region_to_update = send_region

        def _send_pixels(self, pixels: Any) -> None:
            if not self._by_itself:
                core.board.clock.spend(core.blinka.drawing_us())
            if self._region is not None:
                (send_region, area), self._region = self._region, None
                self._core.end_transaction()
                send_region(area)
                self._core.begin_transaction()
            super()._send_pixels(pixels)

    return BusDisplay
