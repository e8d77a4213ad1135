# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The reader answers frame by frame, on its own time, over I2C and SPI."""

from __future__ import annotations

import pytest
from chargerctl.simulator.peripherals.pn532 import ACK, NACK, Pn532, Pn532I2c, Pn532Spi, frame, unframe

GET_FIRMWARE_VERSION = bytes.fromhex("D402")
SAM_CONFIGURATION = bytes.fromhex("D4140114 01")
LIST_TARGET = bytes.fromhex("D44A0100")
FIVE_TRIES = bytes.fromhex("D43205 FF0104")
SYNTAX_ERROR = bytes.fromhex("0000FF01FF7F8100")


class Host:
    """A host on the I2C side."""

    def __init__(self, clock) -> None:
        self.clock = clock
        self.irq: list[bool] = []
        self.chip = Pn532(clock, self._irq)
        self.wires = Pn532I2c(self.chip)

    def _irq(self, low: bool) -> None:
        if not self.irq or self.irq[-1] is not low:
            self.irq.append(low)

    def send(self, data: bytes) -> None:
        self.wires.write(frame(data))

    def ready(self, within_ms: int = 20) -> bool:
        for _ in range(within_ms):
            if self.wires.read(1) == b"\x01":
                return True
            self.clock.spend(1000)
        return self.wires.read(1) == b"\x01"

    def acknowledged(self) -> bool:
        return self.ready() and self.wires.read(7) == b"\x01" + ACK

    def answer(self, within_ms: int = 50) -> bytes | None:
        return unframe(self.wires.read(60)[1:]) if self.ready(within_ms) else None

    def call(self, data: bytes) -> bytes | None:
        self.send(data)
        assert self.acknowledged()
        return self.answer()


@pytest.fixture
def host(clock):
    return Host(clock)


@pytest.fixture
def reader(host):
    assert host.call(SAM_CONFIGURATION) == b"\xd5\x15"
    return host


def test_a_frame_is_what_the_manual_shows():
    assert frame(GET_FIRMWARE_VERSION) == bytes.fromhex("0000FF02FED4022A00")
    assert unframe(bytes.fromhex("0000FF02FED4022A00")) == GET_FIRMWARE_VERSION


@pytest.mark.parametrize(
    "broken", ["0000FF02FED4022B00", "0000FF02FDD4022A00", "0000FF02FED4", "", "0000FF0000"]
)
def test_a_broken_frame_is_none(broken):
    assert unframe(bytes.fromhex(broken)) is None


def test_it_reports_its_firmware_version(host):
    assert host.call(GET_FIRMWARE_VERSION) == bytes.fromhex("D50332010607")


def test_the_acknowledge_takes_its_time_and_the_answer_comes_after_it(host):
    host.send(GET_FIRMWARE_VERSION)
    assert host.wires.read(7) == bytes(7)
    host.clock.spend(1_000)
    assert host.wires.read(1) == b"\x01"
    assert host.wires.read(7) == b"\x01" + ACK
    assert host.wires.read(1) == b"\x00"
    host.clock.spend(1_000)
    assert host.wires.read(1) == b"\x01"


def test_without_the_acknowledge_being_read_no_answer_follows(host):
    host.send(GET_FIRMWARE_VERSION)
    host.clock.spend(500_000)
    assert host.wires.read(7) == b"\x01" + ACK


def test_no_card_is_found_before_it_is_configured(host):
    host.chip.hold(bytes(4))
    host.send(LIST_TARGET)
    assert host.acknowledged()
    host.clock.spend(20_000)
    assert host.wires.read(9) == b"\x01" + SYNTAX_ERROR


@pytest.mark.parametrize(
    ("uid", "found"),
    [
        ("DEADBEEF", "D54B01010004 08 04 DEADBEEF"),
        ("04A1B2C3D4E5F6", "D54B01010044 00 07 04A1B2C3D4E5F6"),
        ("0102030405060708090A", "D54B01010084 00 0A 0102030405060708090A"),
    ],
)
def test_it_finds_cards_with_uids_of_all_lengths(reader, uid, found):
    reader.chip.hold(bytes.fromhex(uid))
    assert reader.call(LIST_TARGET) == bytes.fromhex(found)


def test_it_searches_for_ever_until_a_card_comes(reader):
    assert reader.call(LIST_TARGET) is None
    reader.clock.spend(60_000_000)
    assert not reader.chip.ready
    reader.chip.hold(bytes.fromhex("DEADBEEF"))
    assert not reader.chip.ready
    assert reader.answer() == bytes.fromhex("D54B0101000408 04DEADBEEF")


def test_a_card_that_leaves_too_soon_is_not_found(reader):
    assert reader.call(LIST_TARGET) is None
    reader.chip.hold(bytes.fromhex("DEADBEEF"))
    reader.clock.spend(3_000)
    reader.chip.hold(None)
    assert reader.answer(1000) is None


def test_with_a_limit_of_tries_it_says_that_there_is_no_card(reader):
    assert reader.call(FIVE_TRIES) == b"\xd5\x33"
    assert reader.call(LIST_TARGET) == b"\xd5\x4b\x00"


def test_a_new_command_ends_the_search(reader):
    assert reader.call(LIST_TARGET) is None
    assert reader.call(GET_FIRMWARE_VERSION) == bytes.fromhex("D50332010607")
    reader.chip.hold(bytes(4))
    assert reader.answer(1000) is None


def test_an_acknowledge_from_the_host_ends_the_search(reader):
    assert reader.call(LIST_TARGET) is None
    reader.wires.write(ACK)
    reader.chip.hold(bytes(4))
    assert reader.answer(1000) is None


def test_a_refusal_brings_the_last_answer_once_more(reader):
    first = reader.call(GET_FIRMWARE_VERSION)
    reader.wires.write(NACK)
    assert reader.answer() == first


def test_a_command_it_does_not_know_is_a_syntax_error(reader):
    reader.send(bytes.fromhex("D4FE"))
    assert reader.acknowledged()
    reader.clock.spend(5_000)
    assert reader.wires.read(9) == b"\x01" + SYNTAX_ERROR


def test_rubbish_is_not_answered(reader):
    reader.wires.write(b"\x00\xff\x13rubbish")
    assert not reader.ready(100)


def test_its_interrupt_is_low_while_a_frame_waits(host):
    host.irq.clear()
    assert host.call(GET_FIRMWARE_VERSION)
    assert host.irq == [False, True, False, True, False]


def test_its_interrupt_can_be_switched_off(host):
    assert host.call(bytes.fromhex("D414011400"))
    host.irq.clear()
    assert host.call(GET_FIRMWARE_VERSION)
    assert True not in host.irq


def test_without_power_it_does_not_acknowledge_and_must_be_configured_anew(reader):
    reader.chip.power(False)
    with pytest.raises(OSError, match="No such device"):
        reader.wires.read(1)
    with pytest.raises(OSError, match="No such device"):
        reader.wires.write(b"")
    reader.chip.power(True)
    reader.chip.hold(bytes(4))
    assert reader.call(LIST_TARGET) == b"\x7f"


def test_a_uid_has_4_7_or_10_bytes(host):
    with pytest.raises(ValueError, match="not 5"):
        host.chip.hold(bytes(5))


class SpiHost:
    """A host on the SPI side, which sends the highest bit first, as boards do."""

    def __init__(self, clock) -> None:
        self.clock = clock
        self.chip = Pn532(clock)
        self.wires = Pn532Spi(self.chip)

    def exchange(self, data: bytes) -> bytes:
        self.wires.select(True)
        answer = self.wires.transfer(reversed_bits(data))
        self.wires.select(False)
        return reversed_bits(answer)

    def ready(self) -> bool:
        self.clock.spend(2_000)
        return self.exchange(b"\x02\x00")[1] == 0x01


def reversed_bits(data: bytes) -> bytes:
    return bytes(int(f"{byte:08b}"[::-1], 2) for byte in data)


def test_over_spi_the_bits_come_in_reverse(clock):
    host = SpiHost(clock)
    assert host.exchange(b"\x02\x00")[1] == 0x00
    host.exchange(b"\x01" + frame(GET_FIRMWARE_VERSION))
    assert host.ready()
    assert host.exchange(b"\x03" + bytes(6))[1:] == ACK
    assert host.ready()
    assert unframe(host.exchange(b"\x03" + bytes(20))[1:]) == bytes.fromhex("D50332010607")
    assert not host.ready()


def test_over_spi_the_status_may_be_read_again_while_selected(clock):
    host = SpiHost(clock)
    host.exchange(b"\x01" + frame(GET_FIRMWARE_VERSION))
    host.wires.select(True)
    assert reversed_bits(host.wires.transfer(reversed_bits(b"\x02\x00")))[1] == 0
    clock.spend(2_000)
    assert reversed_bits(host.wires.transfer(reversed_bits(b"\x02\x00")))[1] == 1


def test_over_spi_a_chip_without_power_leaves_the_line_open(clock):
    host = SpiHost(clock)
    host.chip.power(False)
    assert host.exchange(b"\x02\x00") == b"\xff\xff"
