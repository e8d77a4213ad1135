# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""An MFRC522 card reader (RC522), from the registers that the host writes to what cards answer (NXP MFRC522, rev. 3.9).

The registers, the FIFO, the timer, and the commands Idle, Transmit, Receive, Transceive and SoftReset. Not modelled:
CalcCRC and the CRC of TxModeReg and RxModeReg (the host computes it), MFAuthent, power-down, and other speeds than
106 kbit/s, and RxAlign. SPI is at the bottom; I2C and UART, which its modules do not bring out, are not modelled.
"""

from __future__ import annotations

from collections.abc import Callable

from chargerctl.simulator.machine.clock import Clock, Timer
from chargerctl.simulator.peripherals.iso14443a import BIT_US, DELAY_US, Card, collide

COMMAND, COM_I_EN, COM_IRQ, ERROR, STATUS_1 = 0x01, 0x02, 0x04, 0x06, 0x07
FIFO_DATA, FIFO_LEVEL, CONTROL, BIT_FRAMING, COLL = 0x09, 0x0A, 0x0C, 0x0D, 0x0E
TX_CONTROL, TX_ASK, T_MODE, T_PRESCALER, T_RELOAD_H, T_RELOAD_L = 0x14, 0x15, 0x2A, 0x2B, 0x2C, 0x2D
VERSION = 0x37

IDLE, TRANSMIT, RECEIVE, TRANSCEIVE, SOFT_RESET = 0x00, 0x04, 0x08, 0x0C, 0x0F
TX_IRQ, RX_IRQ, IDLE_IRQ, ERR_IRQ, TIMER_IRQ = 0x40, 0x20, 0x10, 0x02, 0x01
BUFFER_OVERFLOW, COLLISION, PARITY, PROTOCOL = 0x10, 0x08, 0x02, 0x01

# After a reset (data sheet, 9.2). What is not listed is 0.
_RESET = {
    COMMAND: 0x20, COM_I_EN: 0x80, COM_IRQ: 0x14, STATUS_1: 0x21, 0x0B: 0x08, CONTROL: 0x10, COLL: 0xA0, 0x11: 0x3F,
    TX_CONTROL: 0x80, 0x16: 0x10, 0x17: 0x84, 0x18: 0x84, 0x19: 0x4D, 0x1C: 0x62, 0x1F: 0xEB, 0x21: 0xFF, 0x22: 0xFF,
    0x24: 0x26, 0x26: 0x48, 0x27: 0x88, 0x28: 0x20, 0x29: 0x20,
}  # fmt: skip
_READ_ONLY = (ERROR, STATUS_1, 0x21, 0x22, 0x2E, 0x2F, VERSION)
_FIFO_SIZE = 64
# Of BitFramingReg. It reads 0; that it stays set is assumed: the data sheet does not promise that the chip clears it.
_START_SEND = 0x80
_BOTH_DRIVERS = 0x03
_FORCE_100_ASK = 0x40
# Until the oscillator runs. Assumed: the data sheet leaves it to the crystal.
START_US = 1_000
# A card needs this long in the field before it answers (ISO/IEC 14443-3).
CARD_START_US = 5_000


class Mfrc522:
    """The chip and its field. `irq(low)` is called when its interrupt pin changes.

    `version`: what VersionReg reads: 0x91 and 0x92 are NXP's, 0x88 and others those of clones.
    """

    def __init__(self, clock: Clock, irq: Callable[[bool], object] = lambda low: None) -> None:
        self._clock = clock
        self._irq = irq
        self.version = 0x92
        self.cards: list[Card] = []
        self._pending: list[Timer] = []
        self.powered = False
        self.power(True)

    def power(self, powered: bool) -> None:
        """Supply on or off. After on every register is as after a reset, and the field is off."""
        self.powered = powered
        self._reset()

    def hold(self, uid: bytes | None) -> None:
        """Put a card into the field (4, 7 or 10 bytes of UID), or take it away."""
        self.put(*([] if uid is None else [Card(uid)]))

    def put(self, *cards: Card) -> None:
        """These cards, and no others, are in the field."""
        self.cards = list(cards)
        self._field_us = self._clock.now_us

    # The host's side

    def read(self, register: int) -> int:
        if register == FIFO_DATA:
            return self._fifo.pop(0) if self._fifo else 0
        if register == FIFO_LEVEL:
            return len(self._fifo)
        if register == BIT_FRAMING:
            return self._registers[register] & ~_START_SEND
        return self.version if register == VERSION else self._registers[register]

    def write(self, register: int, value: int) -> None:
        if self._clock.now_us < self._ready_us or register in _READ_ONLY:
            return
        if register == FIFO_DATA:
            self._push(value)
        elif register == FIFO_LEVEL:
            if value & 0x80:
                self._fifo.clear()
                self._registers[ERROR] &= ~BUFFER_OVERFLOW
        elif register == COM_IRQ:
            marked = value & 0x7F
            self._registers[COM_IRQ] = (
                self._registers[COM_IRQ] | marked if value & 0x80 else self._registers[COM_IRQ] & ~marked
            )
            self._signal()
        elif register == COMMAND:
            self._command(value)
        else:
            field_was, start_was = self._field, self._start_send
            self._registers[register] = value
            if self._start_send and not start_was and self._registers[COMMAND] & 0x0F == TRANSCEIVE:
                self._transmit()
            if self._field and not field_was:
                self._field_us = self._clock.now_us
                for card in self.cards:
                    card.reset()

    # The chip's side

    @property
    def _field(self) -> bool:
        return self._registers[TX_CONTROL] & _BOTH_DRIVERS == _BOTH_DRIVERS

    @property
    def _start_send(self) -> bool:
        return bool(self._registers[BIT_FRAMING] & _START_SEND)

    def _reset(self) -> None:
        self._cancel()
        self._registers = bytearray(64)
        for register, value in _RESET.items():
            self._registers[register] = value
        self._fifo: list[int] = []
        self._ready_us = self._clock.now_us + START_US
        self._field_us = self._clock.now_us
        self._irq(False)

    def _cancel(self) -> None:
        for timer in self._pending:
            timer.cancel()
        self._pending.clear()

    def _later(self, us: float, call: Callable[[], object]) -> None:
        self._pending.append(self._clock.call_in(round(us), call))

    def _command(self, value: int) -> None:
        command = value & 0x0F
        self._cancel()
        if command == SOFT_RESET:
            self._reset()
            return
        self._registers[COMMAND] = value & 0x3F
        if command == TRANSMIT or (command == TRANSCEIVE and self._start_send):
            self._transmit()

    def _push(self, byte: int) -> None:
        if len(self._fifo) < _FIFO_SIZE:
            self._fifo.append(byte)
        else:
            self._registers[ERROR] |= BUFFER_OVERFLOW
            self._raise(ERR_IRQ)

    def _raise(self, bits: int) -> None:
        self._registers[COM_IRQ] |= bits
        self._signal()

    def _signal(self) -> None:
        enabled = self._registers[COM_I_EN]
        pending = bool(self._registers[COM_IRQ] & enabled & 0x7F)
        # IRqInv: the pin is low while an interrupt waits.
        self._irq(self.powered and pending == bool(enabled & 0x80))

    def _transmit(self) -> None:
        """Send what is in the FIFO; the cards receive it when its last bit is out."""
        self._cancel()
        frame, last_bits = bytes(self._fifo), self._registers[BIT_FRAMING] & 7
        self._fifo.clear()
        self._registers[ERROR] &= BUFFER_OVERFLOW
        length = len(frame) * 9 - (9 - last_bits if last_bits else 0)
        self._later(length * BIT_US, lambda: self._sent(frame, last_bits))

    def _sent(self, frame: bytes, last_bits: int) -> None:
        self._raise(TX_IRQ)
        answer, collision = "", None
        started = self._field and self._clock.now_us - self._field_us >= CARD_START_US
        # Without full modulation a card does not see the pauses of the reader.
        if started and frame and self._registers[TX_ASK] & _FORCE_100_ASK:
            answer, collision = collide([card.receive(frame, last_bits) for card in self.cards])
        if self._registers[COMMAND] & 0x0F != TRANSCEIVE:
            self._registers[COMMAND] &= 0xF0
            self._raise(IDLE_IRQ)
        elif answer:
            us = DELAY_US + len(answer) * 9 / 8 * BIT_US
            self._later(us, lambda: self._received(answer, collision))
        elif self._registers[T_MODE] & 0x80:
            # TAuto: started by the end of the transmission, stopped by the first bits of an answer.
            self._later(self._timer_us(), lambda: self._raise(TIMER_IRQ))

    def _timer_us(self) -> float:
        r = self._registers
        prescaler = (r[T_MODE] & 0x0F) << 8 | r[T_PRESCALER]
        return (prescaler * 2 + 1) * ((r[T_RELOAD_H] << 8 | r[T_RELOAD_L]) + 1) / 13.56

    def _received(self, answer: str, collision: int | None) -> None:
        for at in range(0, len(answer), 8):
            self._push(int(answer[at : at + 8][::-1], 2))
        self._registers[CONTROL] = self._registers[CONTROL] & 0xF8 | len(answer) & 7
        if collision is None:
            self._registers[COLL] |= 0x20
        else:
            self._registers[COLL] = self._registers[COLL] & 0x80 | (collision + 1) & 0x1F
            self._registers[ERROR] |= COLLISION
            self._raise(ERR_IRQ)
        self._raise(RX_IRQ)


class Mfrc522Spi:
    """The SPI interface: an address byte, then data for that register; a read answers one byte later."""

    def __init__(self, chip: Mfrc522) -> None:
        self._chip = chip
        self._address: int | None = None

    def select(self, selected: bool) -> None:
        self._address = None

    def transfer(self, data: bytes) -> bytes:
        """Without power MISO is open."""
        if not self._chip.powered:
            return b"\xff" * len(data)
        return bytes(map(self._exchange, data))

    def _exchange(self, byte: int) -> int:
        address = self._address
        if address is None:
            self._address = byte
        elif address & 0x80:
            self._address = byte | 0x80
            return self._chip.read(address >> 1 & 0x3F)
        else:
            self._chip.write(address >> 1, byte)
        return 0x00
