# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The virtual board: power, reset, and the parts that everything else of the simulator holds on to.

    board = VirtualBoard(drive_folder, profile)      # profile: a Board of chargerctl.boards.catalogue
    board.power(True)
    board.run_for(3.0)                               # seconds of board time

Parts, for modules/, peripherals/, network/ and the script:
    clock, costs, events, profile
    version      (10, 1, 3): whose CircuitPython behaviour (10.2 changed os.getenv)
    pins, gpio   Pin by the names that the `board` module has in this version (aliases share one), and by GPIO number
    i2c_bus(scl, sda), spi_bus(sck, mosi, miso)      the bus on these pins, by name; made when first asked for
    console, nvm, drive, rtc, watchdog               what the board has beside its pins
    network      None, or what `wifi` and `socketpool` talk to; set by whoever owns it, as is anything in `parts`
    vm           the running VM (boot.py, code.py or safemode.py), None between two
    at_vm_end(call)       call(orderly) when the present VM ends; orderly is False when the chip was reset or lost
                          power, and then nothing may be sent any more. Must not spend time when not orderly.
    signal(exception)     raised in the program the next time it spends time (Ctrl-C, watchdog RAISE, reload)
    scheduler    who runs; its shield() holds signals back

State: powered, booted_us (clock at the last reset), reset_reason (its cause), safe_mode (name or None), program ("code.py"
while it runs, else None), ended (a ProgramEnd once code.py has ended since the last reset, else None).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chargerctl.boards.catalogue import ASSUMED, Board
from chargerctl.simulator.machine import resets
from chargerctl.simulator.machine.buses import I2CBus, SPIBus
from chargerctl.simulator.machine.clock import Clock
from chargerctl.simulator.machine.console import Console
from chargerctl.simulator.machine.costs import Costs
from chargerctl.simulator.machine.drive import Drive
from chargerctl.simulator.machine.events import Events
from chargerctl.simulator.machine.nvm import Nvm
from chargerctl.simulator.machine.pins import Pin, Pull
from chargerctl.simulator.machine.rtc import AT_POWER_ON, AT_POWER_ON_RP2_BEFORE_9_2, Rtc
from chargerctl.simulator.machine.scheduler import Scheduler
from chargerctl.simulator.machine.startup import Startup
from chargerctl.simulator.machine.watchdog import Watchdog

if TYPE_CHECKING:
    from chargerctl.simulator.python.vm import VM

# supervisor.ticks_ms() right after a reset: its first wrap (at 2**29) comes 65.5 s later, as on a board.
TICKS_AT_RESET = 0x1FFF0000
# GPIO16 of the ESP32-C6 (UART TX) is driven high at every reset of the pins.
_C6_TX_GPIO = 16


# Resets that leave the RTC of an ESP32 running; RP2 starts anew after any.
_RTC_KEPT = ("watchdog", "software", "crash")


@dataclass(frozen=True)
class ProgramEnd:
    """How code.py ended: `traceback` is what the board printed, None when it ran to its end; `name` its file."""

    name: str
    traceback: str | None


class VirtualBoard:
    """One board with one drive. Made without power; see the module's text for its parts."""

    def __init__(
        self,
        drive: Path,
        profile: Board,
        *,
        clock: Clock | None = None,
        costs: Costs | None = None,
        events: Events | None = None,
        version: tuple[int, int, int] = ASSUMED,
        uid: bytes = bytes.fromhex("C0FFEE123456"),
        seed: int | None = None,
    ) -> None:
        self.profile = profile
        self.version = version
        self.uid = uid
        self.clock = clock or Clock()
        self.scheduler = Scheduler(self.clock)
        # Replaceable at any time: a flash that has become slow, say.
        self.costs = costs or Costs()
        self.events = events or Events(self.clock)
        self.gpio = {number: Pin(f"GPIO{number}", number) for number in sorted(set(profile.pins.values()))}
        self.pins: dict[str, Pin] = {}
        for name, number in profile.pins_in(version).items():
            self.pins[name] = self.gpio[number]
        self.console = Console(self)
        self.drive = Drive(self, Path(drive))
        self.nvm = Nvm(self)
        restarts_in_2020 = profile.is_rp2 and version < (9, 2)
        self.rtc = Rtc(self.clock, AT_POWER_ON_RP2_BEFORE_9_2 if restarts_in_2020 else AT_POWER_ON)
        self.watchdog = Watchdog(self)
        self.network: Any = None
        # Where os.urandom and random get their numbers: seed it for a run that can be repeated.
        self.random = random.Random(seed)
        # Whatever a module needs to find again after a reset, by the module's name.
        self.parts: dict[str, Any] = {}
        self._i2c: dict[tuple[int, int], I2CBus] = {}
        self._spi: dict[tuple[int, int, int], SPIBus] = {}

        self.powered = False
        self.booted_us = 0
        self.ticks_at_reset = TICKS_AT_RESET
        self.reset_reason = "power"
        self.boot_button = False
        self.startup: Startup | None = None
        # microcontroller.on_next_reset asked for it.
        self.bootloader_next = False
        # The supervisor's word for the next start: a safe mode's name. "USER" while a reset would mean that.
        self.saved_word: str | None = None
        # Whether a Bluetooth host is paired with this board; outlasts power cuts.
        self.bonded = False
        self.ended: ProgramEnd | None = None
        self.on_program_end: Callable[[ProgramEnd], object] = lambda end: None

        self._vm_end: list[Callable[[bool], object]] = []

    # What the parts ask.

    @property
    def is_esp32(self) -> bool:
        return not self.profile.is_rp2

    @property
    def vm(self) -> VM | None:
        return self.startup.vm if self.startup else None

    @property
    def program(self) -> str | None:
        return self.vm.program if self.vm else None

    @property
    def safe_mode(self) -> str | None:
        return self.startup.safe_mode if self.startup else None

    @property
    def bluetooth_open(self) -> bool:
        """Whether anybody near may read and write the drive over Bluetooth."""
        return self.startup is not None and self.startup.bluetooth.open

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

    # What the world does.

    def power(self, on: bool) -> None:
        """Switch the supply. Off: the program never runs again, and RAM, clock and what was not flushed are gone."""
        if on == self.powered:
            return
        self.powered = on
        self.events.emit("power", on=on)
        if on:
            self._start("power")
        else:
            self.bootloader_next = False
            self._halt()

    def press_reset(self) -> None:
        """The reset button, pressed and let go."""
        self.reset("button")

    def brown_out(self) -> None:
        """The supply dips just long enough for the detector."""
        self.reset("brownout")

    def crash(self) -> None:
        """A hard fault in the core."""
        self.reset("crash")

    def reset(self, reason: str) -> None:
        """Reset the chip for a cause of `resets`. Nothing when it has no power.

        The program never runs again: it stops where it next spends time.
        """
        if self.powered:
            self._halt()
            self._start(reason)

    def program_ended(self, name: str, traceback: str | None) -> None:
        """code.py has ended; `name` is "" when there was none."""
        self.ended = ProgramEnd(name, traceback)
        self.on_program_end(self.ended)

    def boot_info(self) -> str:
        """The first lines of boot_out.txt."""
        version = ".".join(map(str, self.version))
        return (
            f"Adafruit CircuitPython {version} on 2026-01-15; {self.machine}\n"
            f"Board ID:{self.profile.board_id}\nUID:{self.uid.hex().upper()}\n"
        )

    def settle_boot_out(self) -> None:
        """Leave the boot_out.txt of an earlier start on the drive: a start that changes it takes a second longer."""
        text = self.boot_info()
        if (self.drive.root / "boot.py").is_file():
            text += "boot.py output:\n"
        (self.drive.root / "boot_out.txt").write_bytes(text.replace("\n", "\r\n").encode())

    def signal(self, exception: BaseException) -> None:
        """Raise `exception` in the program when it next spends time; it is lost when no program runs."""
        if self.vm is not None and self.vm.running:
            self.scheduler.signal(exception)

    def _start(self, reason: str) -> None:
        self.booted_us = self.clock.now_us
        self.reset_reason = reason
        self.ended = None
        if not (self.is_esp32 and reason in _RTC_KEPT):
            self.rtc.lose()
        if not resets.keeps_word(self.profile.chip, reason):
            self.saved_word = None
        elif reason == "crash" and not self.is_esp32:
            self.saved_word = "HARD_FAULT"
        self.drive.hard_reset()
        for pin in self.gpio.values():
            self.release_pin(pin)
        self.events.emit("reset", reason=reason)
        self.startup = Startup(self)
        self.scheduler.start(self.startup.run)

    def _halt(self) -> None:
        self.scheduler.drop()
        self.startup = None
        self.watchdog.disarm()
        self.drive.end_program(orderly=False)
        self.console.cut()
        self.end_vm(orderly=False)

    # Running it.

    def run_for(self, seconds: float) -> None:
        self.run(self.clock.now_us + round(seconds * 1_000_000))

    def run_until(self, holds: Callable[[], object], timeout_s: float) -> bool:
        """Run until `holds()`, looked at every millisecond of board time; False when `timeout_s` was not enough."""
        end_us = self.clock.now_us + round(timeout_s * 1_000_000)
        while not holds():
            if self.clock.now_us >= end_us:
                return False
            self.run(min(end_us, self.clock.now_us + 1_000))
        return True

    def run(self, until_us: int | None = None) -> None:
        """Run until the clock says `until_us`, or until `stop()`; without either, for ever.

        Raises what a timer raised.
        """
        self.scheduler.run(until_us)

    def stop(self) -> None:
        """Have `run` return; the program stays where it is until the board is run again."""
        self.scheduler.stop()
