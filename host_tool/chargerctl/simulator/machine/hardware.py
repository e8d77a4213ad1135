# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The board without the program: its parts, its pins, and what the chip keeps through a reset.

Parts, for modules/, peripherals/, network/ and the script:
    clock, costs, events, profile
    version      (10, 1, 3): whose CircuitPython behaviour (10.2 changed os.getenv)
    pins, gpio   Pin by the names that the `board` module has in this version (aliases share one), and by GPIO number
    i2c_bus(scl, sda), spi_bus(sck, mosi, miso)      the bus on these pins, by name; made when first asked for
    console, nvm, drive, rtc, watchdog               what the board has beside its pins
    operations   how its memories are changed, and where a power cut falls between or into that
    scheduler    which program runs; its signal(exception) interrupts that program
    pace         how far the passes of the program's loop are apart
    network      None, or what `wifi` and `socketpool` use; set by the Network that is made for this board
    at_vm_end(call)       call(orderly) when the present VM ends; orderly is False when the chip was reset or lost
                          power, and then nothing may be sent any more. Must not spend time when not orderly.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from chargerctl.boards.boot_out import BOOT_OUT, BootOut
from chargerctl.boards.catalogue import ASSUMED, Board, version_text
from chargerctl.simulator.machine.buses import I2CBus, SPIBus
from chargerctl.simulator.machine.clock import Clock
from chargerctl.simulator.machine.console import Console
from chargerctl.simulator.machine.costs import Costs
from chargerctl.simulator.machine.drive import Drive
from chargerctl.simulator.machine.events import Events
from chargerctl.simulator.machine.nvm import Nvm
from chargerctl.simulator.machine.operations import Operations
from chargerctl.simulator.machine.pace import Pace
from chargerctl.simulator.machine.pins import Pin, Pull
from chargerctl.simulator.machine.rtc import AT_POWER_ON, AT_POWER_ON_RP2_BEFORE_9_2, Rtc
from chargerctl.simulator.machine.scheduler import Scheduler
from chargerctl.simulator.machine.watchdog import Watchdog

# supervisor.ticks_ms() right after a reset: its first wrap (at 2**29) comes 65.5 s later, as on a board.
TICKS_AT_RESET = 0x1FFF0000
# GPIO16 of the ESP32-C6 (UART TX) is driven high at every reset of the pins.
_C6_TX_GPIO = 16


class Hardware:
    """Made without power; see the module's text for its parts."""

    def __init__(
        self,
        drive: Path,
        profile: Board,
        *,
        clock: Clock | None = None,
        costs: Costs | None = None,
        events: Events | None = None,
        version: tuple[int, int, int] = ASSUMED,
        seed: int | None = None,
    ) -> None:
        self.profile = profile
        self.version = version
        self.uid = bytes.fromhex("C0FFEE123456")
        self.is_esp32 = not profile.is_rp2
        self.clock = clock or Clock()
        self.scheduler = Scheduler(self.clock)
        # The board's own table, which its parts share: change its values, for example to slow the flash down.
        self.costs = replace(costs) if costs else Costs()
        self.pace = Pace(self.clock, self.costs)
        # Whether the frames of the program's functions are counted: it takes a tenth longer, and can end in "pystack
        # exhausted".
        self.counts_pystack = True
        self.events = events or Events(self.clock)
        # Where os.urandom and random get their numbers: seed it for a run that can be repeated.
        self.random = random.Random(seed)
        self.gpio = {number: Pin(f"GPIO{number}", number) for number in sorted(set(profile.pins.values()))}
        self.pins = {name: self.gpio[number] for name, number in profile.pins_in(version).items()}
        has_usb = profile.has_drive
        self.console = Console(self.clock, self.scheduler, self.costs, self.events, has_usb=has_usb)
        # What a torn operation leaves is the same in each run, unless `seed` says otherwise.
        self.operations = Operations(self.clock, self.scheduler, random.Random(seed or 0))
        self.drive = Drive(Path(drive), profile, self.clock, self.operations, self.costs)
        self.nvm = Nvm(
            self.clock,
            self.scheduler,
            self.operations,
            self.costs,
            self.random,
            size=profile.nvm_bytes,
            is_esp32=self.is_esp32,
        )
        restarts_in_2020 = profile.is_rp2 and version < (9, 2)
        self.rtc = Rtc(self.clock, AT_POWER_ON_RP2_BEFORE_9_2 if restarts_in_2020 else AT_POWER_ON)
        self.watchdog = Watchdog(self.clock)
        self.network: Any = None
        # What a module needs to find again after a reset, by the module's name.
        self.parts: dict[str, Any] = {}
        self._i2c: dict[tuple[int, int], I2CBus] = {}
        self._spi: dict[tuple[int, int, int], SPIBus] = {}
        self._vm_end: list[Callable[[bool], object]] = []

        self.powered = False
        # The clock at the last reset, and the reset's cause.
        self.booted_us = 0
        self.reset_reason = "power"
        self.ticks_at_reset = TICKS_AT_RESET
        # Whether the button is held down.
        self.boot_button = False
        # The program asked for the bootloader with microcontroller.on_next_reset.
        self.bootloader_next = False
        # What the supervisor saved for the next start: a safe mode's name. "USER" while a reset would mean that.
        self.saved_word: str | None = None
        # Whether a Bluetooth host is paired with this board; outlasts power cuts.
        self.bonded = False

    @property
    def machine(self) -> str:
        """As os.uname().machine has it."""
        chip = self.profile.chip.upper()
        return f"{self.profile.title} with {chip.replace('ESP32', 'ESP32-') if self.is_esp32 else chip}"

    def uptime_us(self) -> int:
        """Microseconds since the last reset of the chip."""
        return self.clock.now_us - self.booted_us

    def i2c_bus(self, scl: str, sda: str) -> I2CBus:
        return self._i2c.setdefault((self.pins[scl].gpio, self.pins[sda].gpio), I2CBus())

    def spi_bus(self, sck: str, mosi: str, miso: str) -> SPIBus:
        key = (self.pins[sck].gpio, self.pins[mosi].gpio, self.pins[miso].gpio)
        return self._spi.setdefault(key, SPIBus())

    def at_vm_end(self, call: Callable[[bool], object]) -> None:
        self._vm_end.append(call)

    def end_vm(self, orderly: bool) -> None:
        """Take back what the program held; the pins go to their state after a reset."""
        calls, self._vm_end = self._vm_end, []
        for call in reversed(calls):
            call(orderly)
        for pin in self.gpio.values():
            if orderly and pin.never_reset:
                continue
            self.release_pin(pin)

    def release_pin(self, pin: Pin) -> None:
        """Take the pin back from the program; it goes to its state after a reset."""
        pin.claimed_by = None
        pin.never_reset = False
        if not self.powered:
            pin.configure(None, None)
        elif self.profile.chip == "esp32c6" and pin.gpio == _C6_TX_GPIO:
            pin.configure(True, None)
        else:
            pin.configure(None, Pull.UP if self.profile.pull_at_reset else None)

    def boot_info(self) -> str:
        """The first lines of boot_out.txt."""
        boot = BootOut(version_text(self.version), self.profile.board_id, self.uid.hex().upper())
        return boot.render(self.machine)

    def settle_boot_out(self) -> None:
        """Leave the boot_out.txt of an earlier start on the drive: a start that changes it takes a second longer."""
        text = self.boot_info()
        if (self.drive.root / "boot.py").is_file():
            text += "boot.py output:\r\n"
        (self.drive.root / BOOT_OUT).write_bytes(text.encode())
