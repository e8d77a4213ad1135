# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The parts that a board gets: one that cannot be used is left out and logged, and the charger starts all the same."""

from __future__ import annotations

from typing import Any

import pytest
from charger import checks, settings

READERS = {name: pins for name, pins in settings.READERS if pins}
# The board's buses, and the pins of the settings.
PINS = {"scl": "SCL", "sda": "SDA", "sck": "SCK", "mosi": "MOSI", "miso": "MISO"}
SET = {"relay_pin": "D1", "cable_pin": "D2", "reader_irq_pin": "D6", "reader_cs_pin": "D7"}


@pytest.fixture
def make_parts(bench: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    import board
    from microcontroller import Pin

    for name in (*PINS.values(), "D7"):
        setattr(board, name, Pin())
    board.D7 = bench.spi_select

    def make(reader: str, **more: str) -> Any:
        """On a board of no profile, without a display."""
        parts = bench.module("parts")
        monkeypatch.setattr(parts, "profile", lambda board_id: PINS)
        given = {"board": "bench", "display": "none", "lock_pin": "none", "estop_pin": "none", **SET, **more}
        texts = {"CHARGER_HARDWARE_" + key.upper(): value for key, value in given.items()}
        values, _ = settings.load(checks.check, {**texts, "CHARGER_HARDWARE_CARD_READER": reader}.get)
        bench.fit(reader)
        return parts.Parts(values, [], 0, bench.say)

    return make


def reported(bench: Any, part: str) -> list[str]:
    return [text for tag, text in bench.log if tag == "config" and text.startswith(part)]


@pytest.mark.parametrize("reader", READERS)
def test_a_reader_whose_interrupt_pin_the_board_uses_reads_cards_without_it(
    bench: Any, make_parts: Any, reader: str
) -> None:
    import board

    board.D6.held = True
    parts = make_parts(reader)
    bench.reader.hold(bytes.fromhex("04A1B2C3"))
    assert bench.run(parts.card_reader.step, 500) == ["04A1B2C3"]
    wanted = "reader_irq_pin" in READERS[reader]
    assert reported(bench, "reader_irq_pin") == wanted * ["reader_irq_pin: pin in use: part not used"]


@pytest.mark.parametrize("reader", [name for name, pins in READERS.items() if "cs_pin" in pins])
def test_a_reader_whose_chip_select_the_board_uses_is_left_out(
    bench: Any, make_parts: Any, reader: str
) -> None:
    bench.spi_select.held = True
    parts = make_parts(reader)
    assert bench.run(parts.card_reader.step, 500) == []
    assert reported(bench, "card_reader") == ["card_reader: pin in use: part not used"]


@pytest.mark.parametrize("reader", READERS)
def test_a_board_without_the_pins_of_a_reader_starts_and_the_reader_is_lost(
    bench: Any, make_parts: Any, reader: str
) -> None:
    import board

    for name in PINS.values():
        delattr(board, name)
    parts = make_parts(reader)
    bench.run(parts.card_reader.step, 500)
    assert parts.card_reader.lost
    assert parts.faults == []


# The contactor's auxiliary contact.


def test_without_a_pin_the_contactor_is_not_measured(make_parts: Any) -> None:
    parts = make_parts("pn532_i2c")
    assert parts.contactor is None
    assert parts.faults == []


def test_the_contactors_contact_is_on_its_pin(make_parts: Any) -> None:
    import board

    parts = make_parts("pn532_i2c", feedback_pin="SCK")
    assert not parts.contactor.pressed()
    board.SCK.level = False
    assert parts.contactor.pressed()


@pytest.mark.parametrize(
    ("pin", "why"), [("NOPE", "this board has no pin NOPE"), ("D2", "D2 is already used by cable_pin")]
)
def test_a_charger_that_was_meant_to_measure_its_contactor_does_not_charge_without(
    make_parts: Any, pin: str, why: str
) -> None:
    parts = make_parts("pn532_i2c", feedback_pin=pin)
    assert parts.contactor is None
    assert parts.faults == [f"feedback_pin: {why}"]
