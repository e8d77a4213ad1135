# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The MFRC522 reader against the chip's model: hostile and several cards, noise, clones, and a chip that forgets.

What every reader does is in test_readers.py.
"""

from __future__ import annotations

import random
from typing import Any

import pytest
from chargerctl.simulator.peripherals import mfrc522
from chargerctl.simulator.peripherals.iso14443a import CASCADE, CASCADE_TAG, Card, bits

UID = "04A1B2C3"
LONG = "04A1B2C3D4E5F6"


class Recorder:
    """Between the SPI bus and the chip: counts transfers, and can spoil what comes back."""

    def __init__(self, wires: Any) -> None:
        self._wires = wires
        self.transfers = 0
        self.spoil: Any = bytes

    def select(self, selected: bool) -> None:
        self._wires.select(selected)

    def transfer(self, data: bytes) -> bytes:
        self.transfers += 1
        return bytes(self.spoil(self._wires.transfer(data)))


@pytest.fixture
def chip(bench: Any) -> Any:
    bench.fit("rc522")
    bench.spi_reader = Recorder(bench.spi_reader)
    return bench.reader


@pytest.fixture
def reader(bench: Any, chip: Any) -> Any:
    return bench.module("rc522").make(bench.spi(), None, bench.say)


def card(uid: str = UID) -> Card:
    return Card(bytes.fromhex(uid))


@pytest.mark.parametrize("version", [0x12, 0x82, 0x88, 0x90, 0x91, 0x92, 0xB2])
def test_clones_are_used_as_well(bench: Any, chip: Any, reader: Any, version: int) -> None:
    chip.version = version
    chip.hold(bytes.fromhex(UID))
    assert bench.run(reader.step, 300) == [UID]


@pytest.mark.parametrize("level", [0x00, 0xFF])
def test_an_open_wire_that_reads_all_zeros_or_all_ones_is_a_lost_reader(
    bench: Any, reader: Any, level: int
) -> None:
    bench.spi_reader.spoil = lambda data: bytes([level]) * len(data)
    bench.run(reader.step, 3000)
    assert bench.log == [("card", "lost: does not answer")]


@pytest.mark.parametrize("level", [0x00, 0xFF])
def test_a_wire_that_breaks_later_is_a_lost_reader_within_half_a_second(
    bench: Any, reader: Any, level: int
) -> None:
    bench.run(reader.step, 1000)
    bench.spi_reader.spoil = lambda data: bytes([level]) * len(data)
    bench.run(reader.step, 500)
    assert reader.lost
    bench.spi_reader.spoil = bytes
    bench.run(reader.step, 2500)
    assert not reader.lost


def test_a_chip_that_lost_its_settings_is_set_up_again_and_not_lost(
    bench: Any, chip: Any, reader: Any
) -> None:
    bench.run(reader.step, 1000)
    chip.power(False)
    chip.power(True)
    chip.hold(bytes.fromhex(UID))
    assert bench.run(reader.step, 500) == [UID]
    assert bench.log == []


@pytest.mark.parametrize("register", [mfrc522.TX_CONTROL, mfrc522.TX_ASK])
def test_a_chip_that_lost_one_setting_reads_again_within_six_seconds(
    bench: Any, chip: Any, reader: Any, register: int
) -> None:
    """It goes on reporting that no card answers: only a new set-up helps."""
    bench.run(reader.step, 1000)
    chip.write(register, 0x00)
    chip.hold(bytes.fromhex(UID))
    assert bench.run(reader.step, 6000) == [UID]
    assert bench.log == []


@pytest.mark.parametrize("uid", [UID, LONG, "04A1B2C3D4E5F6071829"])
def test_a_card_that_stays_is_read_again_and_again_and_reported_once(
    bench: Any, chip: Any, reader: Any, uid: str
) -> None:
    held = card(uid)
    woken = []
    receive = held.receive
    held.receive = lambda frame, last_bits: woken.append(last_bits == 7) or receive(frame, last_bits)  # type: ignore[method-assign]
    chip.put(held)
    assert bench.run(reader.step, 10_000) == [uid]
    assert woken.count(True) > 40


def test_a_card_on_the_edge_of_the_field_is_one_presentation(bench: Any, chip: Any, reader: Any) -> None:
    """It answers to the wake-up, and most of the time no further."""
    chance = random.Random(522)
    held = card(LONG)
    receive = held.receive

    def weak(frame: bytes, last_bits: int) -> str:
        answer = receive(frame, last_bits)
        return answer if last_bits == 7 or chance.random() < 0.4 else ""

    held.receive = weak  # type: ignore[method-assign]
    chip.put(held)
    assert bench.run(reader.step, 30_000) == [LONG]


@pytest.mark.parametrize("other", ["04A1B2C4", LONG, "04A1B2C3D4E5F6071829"])
def test_two_cards_are_not_read_and_one_that_joins_for_a_while_makes_no_new_presentation(
    bench: Any, chip: Any, reader: Any, other: str
) -> None:
    """UIDs of the same length collide when they are asked for, others in the answer to the wake-up already."""
    first, second = card(UID), card(other)
    chip.put(first, second)
    assert bench.run(reader.step, 3000) == []
    assert not reader.lost
    chip.put(first)
    assert bench.run(reader.step, 1000) == [UID]
    chip.put(first, second)
    assert bench.run(reader.step, 1000) == []
    chip.put(first)
    assert bench.run(reader.step, 1000) == []


def test_two_cards_are_not_read_even_if_their_answers_look_like_one_of_them(
    bench: Any, chip: Any, reader: Any
) -> None:
    """Behind the first bit that differs the chip may read ones."""
    chip.put(card("00FFFFFF"), card("00FFFF7F"))
    assert bench.run(reader.step, 1000) == []


def _bad_checksum() -> Card:
    made = card()
    made.levels[0] = made.levels[0][:4] + bytes((made.levels[0][4] ^ 1,))
    return made


def _endless() -> Card:
    made = card("04A1B2C3D4E5F6071829")
    made.sak = [CASCADE] * 3
    return made


def _tag_without_cascade() -> Card:
    made = card(LONG)
    made.sak[0] = 0x00
    return made


def _cascade_without_tag() -> Card:
    made = card()
    made.sak[0] = CASCADE
    return made


def _only_tags() -> Card:
    made = card("04A1B2C3D4E5F6071829")
    made.levels = [bytes((CASCADE_TAG,)) * 4 + b"\0"] * 3
    made.sak = [CASCADE] * 3
    return made


def _long_answer() -> Card:
    made = card()
    made.atqa = bytes(80)
    return made


def _spoilt(at: int, spoil: Any) -> Card:
    """A card whose answer to the request number `at` of each wake-up is spoilt."""
    made = card()
    receive = made.receive
    requests = 0

    def answer(frame: bytes, last_bits: int) -> str:
        nonlocal requests
        requests = 0 if last_bits == 7 else requests + 1
        out = receive(frame, last_bits)
        return spoil(out) if requests == at else out

    made.receive = answer  # type: ignore[method-assign]
    return made


def _incomplete_byte() -> Card:
    return _spoilt(0, lambda answer: answer[:12])


def _bad_crc() -> Card:
    return _spoilt(2, lambda answer: answer[:-1] + "10"[int(answer[-1])] if answer else "")


@pytest.mark.parametrize(
    "make",
    [
        _incomplete_byte,
        _bad_crc,
        _bad_checksum,
        _endless,
        _tag_without_cascade,
        _cascade_without_tag,
        _only_tags,
        _long_answer,
    ],
    ids=lambda make: make.__name__.strip("_"),
)
def test_a_card_that_breaks_the_rules_is_not_reported_and_the_reader_is_not_lost(
    bench: Any, chip: Any, reader: Any, make: Any
) -> None:
    chip.put(make())
    assert bench.run(reader.step, 3000) == []
    assert bench.log == []
    chip.put(card())
    assert bench.run(reader.step, 1000) == [UID]


def test_a_wrong_atqa_does_not_matter(bench: Any, chip: Any, reader: Any) -> None:
    """Cards in the field have all sorts; the levels of the UID say how long it is."""
    held = card(LONG)
    held.atqa = b"\x00\x0c"
    chip.put(held)
    assert bench.run(reader.step, 500) == [LONG]


@pytest.mark.parametrize("seed", range(20))
def test_no_noise_on_the_air_raises_or_is_taken_for_a_card(
    bench: Any, chip: Any, reader: Any, seed: int
) -> None:
    chance = random.Random(seed)
    held = card()
    held.receive = lambda frame, last_bits: bits(chance.randbytes(6))[: chance.randrange(48)]  # type: ignore[method-assign]
    chip.put(held)
    assert bench.run(reader.step, 5000) == []
    assert not reader.lost


@pytest.mark.parametrize("seed", range(20))
def test_no_noise_on_the_wire_raises(bench: Any, chip: Any, reader: Any, seed: int) -> None:
    chance = random.Random(seed)
    chip.put(card())
    bench.spi_reader.spoil = lambda data: chance.randbytes(len(data)) if chance.random() < 0.1 else data
    bench.run(reader.step, 5000)
    bench.spi_reader.spoil = bytes
    bench.run(reader.step, 3000)
    assert not reader.lost


def test_between_two_looks_nothing_is_sent(bench: Any, reader: Any) -> None:
    bench.run(reader.step, 1000)
    before = bench.spi_reader.transfers
    bench.run(reader.step, 1000)
    # About 14 looks a second: seven writes to send a request, then the interrupts until the chip's timer has run out.
    assert bench.spi_reader.transfers - before <= 16 * 12


def test_the_antenna_is_on_and_fully_modulated(bench: Any, chip: Any, reader: Any) -> None:
    bench.run(reader.step, 200)
    assert chip.read(mfrc522.TX_CONTROL) & 3 == 3
    assert chip.read(mfrc522.TX_ASK) == 0x40
