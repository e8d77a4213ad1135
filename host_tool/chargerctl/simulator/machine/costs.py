# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What things cost in virtual time: the one table, printed with every figure that is taken from it.

The values are assumptions about an ESP32-class board, except those of the display and of `i2c_call`: these reproduce
what a CircuitPython build took on an emulated RP2040 (the whole panel 113 ms, the state band 64 ms, a third of it for
grids that are empty, the first set-up 345 ms, a probe 0.14 ms). Figures that rest on them are called modelled, and are
repeated at twice the cost (`Costs().scaled(2)`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields


def _cost(default: int, text: str, unit: str = "us") -> int:
    value: int = field(default=default, metadata={"text": text, "unit": unit})
    return value


@dataclass
class Costs:
    """Microseconds, unless `table()` gives another unit."""

    tick_read: int = _cost(5, "reading the time: supervisor.ticks_ms, time.monotonic, time.time")
    loop_pass: int = _cost(5_000, "a pass of the loop, charged where it feeds the watchdog")
    console_byte: int = _cost(10, "a byte printed while the console is read")
    gc_collect: int = _cost(25_000, "gc.collect, with the heap of a full charger")
    i2c_byte: int = _cost(9, "a byte on I2C, its acknowledge included", "bits at the bus clock")
    spi_byte: int = _cost(8, "a byte on SPI", "bits at the bus clock")
    i2c_call: int = _cost(100, "a transfer on I2C beside its bytes, when the program asks for it")
    i2c_wedged: int = _cost(2_000_000, "a transfer on an I2C bus that is held low, on ESP32, until it fails")
    i2c_wedged_rp2: int = _cost(1_000_000, "the same on RP2")
    i2c_probe_limit: int = _cost(10_000, "busio.I2C.probe on a bus that is held low, on ESP32")
    bitbang_bit: int = _cost(10, "a bit of bitbangio.I2C")
    bitbang_look: int = _cost(
        2, "one check of a stretched clock by bitbangio.I2C, of which it makes one per us of its timeout"
    )
    display_new: int = _cost(99_000, "making a display, beside its pauses and transfers")
    display_drawn: int = _cost(7_500, "a pixel of a layer that is drawn", "ns")
    display_clear: int = _cost(3_500, "a pixel of a layer that is transparent", "ns")
    pio_call: int = _cost(10, "a call of an rp2pio.StateMachine's method")
    neopixel_byte: int = _cost(10, "a byte to a NeoPixel")
    nvm_write: int = _cost(40_000, "a write to nvm on ESP32 (everything is erased and written again)")
    nvm_write_rp2: int = _cost(40_000, "a write to nvm on RP2 that has to erase the sector")
    nvm_page: int = _cost(1_000, "writing up to 256 bytes of nvm on RP2 that are blank")
    fat_block: int = _cost(20_000, "writing up to 4 KB to the drive")
    socket_call: int = _cost(300, "a call of a socket's method")
    network_delay: int = _cost(10_000, "the network, one way")
    dns_lookup: int = _cost(30_000, "resolving a name, when the server answers")
    tls_handshake: int = _cost(3_000_000, "a TLS handshake's arithmetic")
    wifi_associate: int = _cost(800_000, "joining the access point, when it is there")
    safe_mode_delay: int = _cost(
        1_000_000, "after a reset, waiting for the BOOT button (CIRCUITPY_SAFE_MODE_DELAY)"
    )
    bluetooth_delay: int = _cost(
        1_000_000, "after that, on chips with Bluetooth, waiting for the BOOT button once more"
    )
    boot_out_delay: int = _cost(1_000_000, "before boot_out.txt is written, when it differs")
    vm_start: int = _cost(50_000, "starting the VM for boot.py, code.py or safemode.py")
    import_file: int = _cost(10_000, "finding and opening a module on the drive")
    compile_byte: int = _cost(21, "compiling a .py, a byte")
    load_byte: int = _cost(20, "loading a .mpy, a byte")

    def load(self, file: str, size: int) -> int:
        """Importing or running a file of the drive, of `size` bytes."""
        return self.import_file + size * (self.load_byte if file.endswith(".mpy") else self.compile_byte)

    def copy_from(self, other: Costs) -> None:
        """Take over all of its values: all parts of a board share one table."""
        vars(self).update(vars(other))

    def scaled(self, factor: int) -> Costs:
        """The same table with everything `factor` times as expensive."""
        return Costs(**{entry.name: getattr(self, entry.name) * factor for entry in fields(self)})

    def table(self) -> list[tuple[str, int, str, str]]:
        """(name, value, unit, what it is for), in the order of declaration."""
        return [
            (entry.name, getattr(self, entry.name), entry.metadata["unit"], entry.metadata["text"])
            for entry in fields(self)
        ]
