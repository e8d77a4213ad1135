# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The MFRC522 by its registers over SPI, and the cards in its field, against the data sheet and ISO/IEC 14443-3."""

from __future__ import annotations

from typing import Any

import pytest
from chargerctl.simulator.peripherals.iso14443a import Card, bits, crc, levels
from chargerctl.simulator.peripherals.mfrc522 import (
    BIT_FRAMING,
    BUFFER_OVERFLOW,
    COLL,
    COLLISION,
    COM_I_EN,
    COM_IRQ,
    COMMAND,
    CONTROL,
    ERROR,
    FIFO_DATA,
    FIFO_LEVEL,
    IDLE,
    RX_IRQ,
    SOFT_RESET,
    START_US,
    T_MODE,
    T_PRESCALER,
    T_RELOAD_H,
    T_RELOAD_L,
    TIMER_IRQ,
    TRANSCEIVE,
    TX_ASK,
    TX_CONTROL,
    TX_IRQ,
    VERSION,
    Mfrc522,
    Mfrc522Spi,
)

REQA, WUPA = b"\x26", b"\x52"


class Host:
    """A host on the SPI bus, that waits for the chip."""

    def __init__(self, clock: Any) -> None:
        self.clock = clock
        self.irq: list[bool] = []
        self.chip = Mfrc522(clock, self.irq.append)
        self._wires = Mfrc522Spi(self.chip)
        clock.spend(START_US)

    def transfer(self, data: bytes) -> bytes:
        self._wires.select(True)
        received = self._wires.transfer(data)
        self._wires.select(False)
        return received

    def read(self, register: int) -> int:
        return self.transfer(bytes((0x80 | register << 1, 0)))[1]

    def write(self, register: int, *values: int) -> None:
        self.transfer(bytes((register << 1, *values)))

    def set_up(self, *, field: bool = True, modulation: int = 0x40) -> Host:
        """A timer of 15 ms, and the field on until cards have started."""
        for register, value in ((T_MODE, 0x80), (T_PRESCALER, 169), (T_RELOAD_H, 2), (T_RELOAD_L, 0x57)):
            self.write(register, value)
        self.write(TX_ASK, modulation)
        self.write(TX_CONTROL, 0x83 if field else 0x80)
        self.clock.spend(5_000)
        return self

    def send(self, frame: bytes, last_bits: int = 0) -> None:
        self.write(COMMAND, IDLE)
        self.write(COM_IRQ, 0x7F)
        self.write(FIFO_LEVEL, 0x80)
        self.write(FIFO_DATA, *frame)
        self.write(BIT_FRAMING, last_bits)
        self.write(COMMAND, TRANSCEIVE)
        self.write(BIT_FRAMING, 0x80 | last_bits)

    def exchange(self, frame: bytes, last_bits: int = 0) -> bytes | None:
        """The answer; None when the timer has run out."""
        self.send(frame, last_bits)
        self.clock.spend(16_000)
        irq = self.read(COM_IRQ)
        assert bool(irq & RX_IRQ) is not bool(irq & TIMER_IRQ)
        return bytes(self.read(FIFO_DATA) for _ in range(self.read(FIFO_LEVEL))) if irq & RX_IRQ else None

    def wake(self, command: bytes = WUPA) -> bytes | None:
        return self.exchange(command, 7)

    def select(self, level: int) -> tuple[bytes, int]:
        """The four bytes of a level, and the SAK."""
        code = bytes((0x93 + 2 * level,))
        named = self.exchange(code + b"\x20")
        assert named is not None
        frame = code + b"\x70" + named
        answer = self.exchange(frame + crc(frame))
        assert answer is not None
        assert answer[1:] == crc(answer[:1])
        return named[:4], answer[0]

    def halt(self) -> None:
        assert self.exchange(b"\x50\x00" + crc(b"\x50\x00")) is None


@pytest.fixture
def host(clock: Any) -> Host:
    return Host(clock)


def test_the_crc_is_that_of_the_standard() -> None:
    assert crc(bytes.fromhex("0000")) == bytes.fromhex("A01E")
    assert crc(bytes.fromhex("1234")) == bytes.fromhex("26CF")
    assert crc(bytes.fromhex("5000")) == bytes.fromhex("57CD")


def test_the_levels_of_a_uid() -> None:
    assert levels(bytes.fromhex("04A1B2C3")) == [bytes.fromhex("04A1B2C3D4")]
    assert levels(bytes.fromhex("04A1B2C3D4E5F6")) == [
        bytes.fromhex("8804A1B29F"),
        bytes.fromhex("C3D4E5F604"),
    ]
    assert levels(bytes.fromhex("04A1B2C3D4E5F6071829"))[1] == bytes.fromhex("88C3D4E57A")
    assert bits(b"\x01\x80") == "1000000000000001"


@pytest.mark.parametrize("version", [0x88, 0x91, 0x92])
def test_it_reports_its_version(host: Host, version: int) -> None:
    host.chip.version = version
    host.write(VERSION, 0x00)
    assert host.read(VERSION) == version


def test_several_registers_are_read_in_one_transfer(host: Host) -> None:
    answer = host.transfer(bytes((0x80 | VERSION << 1, 0x80 | COMMAND << 1, 0)))
    assert answer[1:] == b"\x92\x20"


def test_after_a_reset_it_needs_a_moment(host: Host) -> None:
    host.write(T_MODE, 0x80)
    host.write(COMMAND, SOFT_RESET)
    assert host.read(T_MODE) == 0
    host.write(T_MODE, 0x80)
    assert host.read(T_MODE) == 0
    host.clock.spend(START_US)
    host.write(T_MODE, 0x80)
    assert host.read(T_MODE) == 0x80


def test_a_supply_that_was_away_is_a_reset(host: Host) -> None:
    host.set_up()
    host.chip.power(False)
    assert host.transfer(b"\xee\x00") == b"\xff\xff"
    host.chip.power(True)
    assert host.read(TX_CONTROL) == 0x80


def test_the_fifo_holds_64_bytes_and_reports_the_next(host: Host) -> None:
    host.write(FIFO_DATA, *range(64))
    assert host.read(FIFO_LEVEL) == 64
    assert host.read(ERROR) == 0
    host.write(FIFO_DATA, 1)
    assert host.read(FIFO_LEVEL) == 64
    assert host.read(ERROR) == BUFFER_OVERFLOW
    assert [host.read(FIFO_DATA) for _ in range(65)] == [*range(64), 0]
    host.write(FIFO_LEVEL, 0x80)
    assert host.read(ERROR) == 0


def test_interrupts_are_cleared_one_by_one_and_set_with_the_highest_bit(host: Host) -> None:
    host.write(COM_IRQ, 0x80 | RX_IRQ | TIMER_IRQ)
    host.write(COM_IRQ, RX_IRQ)
    assert host.read(COM_IRQ) & (RX_IRQ | TIMER_IRQ) == TIMER_IRQ


def test_the_interrupt_pin_is_low_while_one_of_those_enabled_waits(host: Host) -> None:
    host.set_up()
    host.write(COM_I_EN, 0x80 | TIMER_IRQ)
    host.irq.clear()
    assert host.wake() is None
    assert host.irq[-1] is True
    host.write(COM_IRQ, 0x7F)
    assert host.irq[-1] is False


def test_without_a_card_the_timer_runs_out_15_ms_after_the_request(host: Host) -> None:
    host.set_up()
    host.send(WUPA, 7)
    host.clock.spend(14_900)
    assert host.read(COM_IRQ) & (TX_IRQ | TIMER_IRQ) == TX_IRQ
    host.clock.spend(250)
    assert host.read(COM_IRQ) & TIMER_IRQ


def test_a_start_bit_of_the_request_before_sends_with_the_command_and_with_the_old_number_of_bits(
    host: Host,
) -> None:
    host.set_up().chip.hold(bytes(4))
    assert host.wake() is None, "the card is not started yet"
    assert host.read(BIT_FRAMING) == 7
    assert host.wake()
    host.write(FIFO_DATA, 0x93, 0x20)
    host.write(COM_IRQ, 0x7F)
    host.write(COMMAND, TRANSCEIVE)
    host.write(BIT_FRAMING, 0x80)
    host.clock.spend(16_000)
    assert host.read(COM_IRQ) & (TX_IRQ | RX_IRQ | TIMER_IRQ) == TX_IRQ | TIMER_IRQ


def test_a_chip_that_was_not_set_up_has_no_timer(host: Host) -> None:
    host.write(TX_CONTROL, 0x83)
    host.send(WUPA, 7)
    host.clock.spend(1_000_000)
    assert host.read(COM_IRQ) & (RX_IRQ | TIMER_IRQ) == 0


def test_a_card_answers_after_86_us_and_stops_the_timer(host: Host) -> None:
    host.set_up().chip.hold(bytes(4))
    host.clock.spend(5_000)
    host.send(WUPA, 7)
    host.clock.spend(300)
    assert not host.read(COM_IRQ) & RX_IRQ
    host.clock.spend(100)
    assert host.read(COM_IRQ) & RX_IRQ
    host.clock.spend(20_000)
    assert not host.read(COM_IRQ) & TIMER_IRQ


@pytest.mark.parametrize(
    ("uid", "atqa"), [("04A1B2C3", 0x04), ("04A1B2C3D4E5F6", 0x44), ("04A1B2C3D4E5F6071829", 0x84)]
)
def test_a_card_is_selected_level_by_level(host: Host, uid: str, atqa: int) -> None:
    host.chip.hold(bytes.fromhex(uid))
    host.set_up()
    assert host.wake() == bytes((atqa, 0))
    found, sak = b"", 4
    for level in range(3):
        four, sak = host.select(level)
        found += four[1:] if sak == 4 else four
        if sak != 4:
            break
    assert found.hex().upper() == uid


def test_a_halted_card_answers_to_wupa_and_not_to_reqa(host: Host) -> None:
    host.chip.hold(bytes(4))
    host.set_up()
    assert host.wake(REQA)
    host.select(0)
    host.halt()
    assert host.wake(REQA) is None
    assert host.wake(WUPA)


def test_a_card_that_is_woken_twice_or_asked_nonsense_is_silent_once(host: Host) -> None:
    host.chip.hold(bytes(4))
    host.set_up()
    assert host.wake()
    assert host.wake() is None
    assert host.wake()
    assert host.exchange(b"\x95\x20") is None
    assert host.exchange(b"\x93\x20") is None
    assert host.wake()


def test_a_card_with_another_uid_does_not_answer_to_a_selection(host: Host) -> None:
    host.chip.hold(bytes(4))
    host.set_up()
    assert host.wake()
    frame = bytes.fromhex("93700102030404")
    assert host.exchange(frame + crc(frame)) is None


@pytest.mark.parametrize("wrong", [{"field": False}, {"modulation": 0}])
def test_no_card_answers_without_a_modulated_field(host: Host, wrong: dict[str, Any]) -> None:
    host.chip.hold(bytes(4))
    host.set_up(**wrong)
    assert host.wake() is None


def test_a_card_needs_5_ms_in_the_field(host: Host) -> None:
    host.set_up()
    host.chip.hold(bytes(4))
    host.clock.spend(1_000)
    assert host.wake() is None
    assert host.wake()


def test_a_field_that_was_off_wakes_a_halted_card(host: Host) -> None:
    host.chip.hold(bytes(4))
    host.set_up()
    assert host.wake()
    host.select(0)
    host.halt()
    host.set_up(field=False)
    host.set_up()
    assert host.wake(REQA)


def test_two_cards_collide_where_their_uids_differ(host: Host) -> None:
    host.chip.put(Card(bytes.fromhex("04A1B2C3")), Card(bytes.fromhex("04A1B2C1")))
    host.set_up()
    assert host.wake() == b"\x04\x00"
    assert host.read(ERROR) == 0
    assert host.read(COLL) & 0x20, "no collision, so no position"
    assert host.exchange(b"\x93\x20") is not None
    assert host.read(ERROR) == COLLISION
    # C3 and C1 differ in their second bit: the 26th.
    assert host.read(COLL) & 0x3F == 26


def test_anticollision_with_known_bits_has_the_others_answer_no_more(host: Host) -> None:
    first, second = Card(bytes.fromhex("04A1B2C3")), Card(bytes.fromhex("05A1B2C3"))
    host.chip.put(first, second)
    host.set_up()
    assert host.wake()
    answer = host.exchange(b"\x93\x30\x05")
    assert answer is not None
    assert answer[:3] == bytes.fromhex("A1B2C3")
    assert host.read(ERROR) == 0


def test_an_answer_that_ends_within_a_byte_is_reported(host: Host) -> None:
    held = Card(bytes(4))
    held.receive = lambda frame, last_bits: "101100111010"  # type: ignore[method-assign]
    host.chip.put(held)
    host.set_up()
    assert host.wake() == bytes((0b11001101, 0b0101))
    assert host.read(CONTROL) & 7 == 4


def test_a_uid_of_another_length_is_refused(host: Host) -> None:
    with pytest.raises(ValueError, match="4, 7 or 10"):
        host.chip.hold(bytes(5))
