# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The card readers against models of their chips, each on its bus. What only an MFRC522 does is in test_rc522.py."""

from typing import Any

import pytest

ALLOWED_PASS_US = 3_000


def make(bench: Any, kind: str) -> Any:
    bench.fit(kind)
    bus = bench.i2c() if kind == "pn532_i2c" else bench.spi()
    return bench.module(kind).make(bus, None, bench.say)


@pytest.fixture(params=["pn532_i2c", "pn532_spi", "rc522"])
def reader(request: pytest.FixtureRequest, bench: Any) -> Any:
    return make(bench, request.param)


@pytest.fixture
def i2c_reader(bench: Any) -> Any:
    return make(bench, "pn532_i2c")


@pytest.mark.requirement("SPEC 3.9", "A UID is sent in hexadecimal digits")
@pytest.mark.parametrize("uid", ["04A1B2C3", "04A1B2C3D4E5F6", "04A1B2C3D4E5F6071829"])
def test_a_card_is_reported_by_its_uid_of_4_7_or_10_bytes(bench: Any, reader: Any, uid: str) -> None:
    bench.run(reader.step, 200)
    bench.reader.hold(bytes.fromhex(uid))
    assert bench.run(reader.step, 200) == [uid]


@pytest.mark.parametrize(("kind", "ms"), [("pn532_i2c", 50), ("pn532_spi", 50), ("rc522", 100)])
def test_a_card_is_found_within(bench: Any, kind: str, ms: int) -> None:
    reader = make(bench, kind)
    bench.run(reader.step, 1000)
    bench.reader.hold(bytes.fromhex("04A1B2C3"))
    assert bench.run(reader.step, ms) == ["04A1B2C3"]


def test_a_card_that_stays_is_reported_once(bench: Any, reader: Any) -> None:
    bench.reader.hold(bytes.fromhex("04A1B2C3"))
    assert bench.run(reader.step, 10_000) == ["04A1B2C3"]


def test_the_same_card_counts_again_after_half_a_second_without(bench: Any, reader: Any) -> None:
    bench.reader.hold(bytes.fromhex("04A1B2C3"))
    assert len(bench.run(reader.step, 500)) == 1
    bench.reader.hold(None)
    bench.run(reader.step, 200)
    bench.reader.hold(bytes.fromhex("04A1B2C3"))
    assert bench.run(reader.step, 500) == []
    bench.reader.hold(None)
    bench.run(reader.step, 700)
    bench.reader.hold(bytes.fromhex("04A1B2C3"))
    assert bench.run(reader.step, 500) == ["04A1B2C3"]


def test_another_card_counts_at_once(bench: Any, reader: Any) -> None:
    bench.reader.hold(bytes.fromhex("04A1B2C3"))
    bench.run(reader.step, 500)
    bench.reader.hold(bytes.fromhex("04D4E5F6"))
    assert bench.run(reader.step, 300) == ["04D4E5F6"]


def test_the_same_card_counts_after_days_without_one(bench: Any) -> None:
    presence = bench.module("reader").Presence()
    day_ms = 24 * 3600 * 1000
    assert presence.see(0, "A") == "A"
    for now in range(0, 1000, 5):
        presence.miss(now)
    for hour in range(24 * 4):
        presence.miss(hour * 3600 * 1000 & ((1 << 29) - 1))
    assert presence.see(4 * day_ms & ((1 << 29) - 1), "A") == "A"


@pytest.mark.parametrize("blocked_ms", [150, 450, 600, 2000, 60_000])
def test_a_card_that_lies_there_while_something_blocks_is_one_presentation(
    bench: Any, i2c_reader: Any, blocked_ms: int
) -> None:
    bench.reader.hold(bytes.fromhex("04A1B2C3"))
    assert bench.run(i2c_reader.step, 400) == ["04A1B2C3"]
    bench.clock.spend(blocked_ms * 1000)
    assert bench.run(i2c_reader.step, 3000) == []


def test_a_card_that_lies_there_while_the_reader_is_lost_is_one_presentation(
    bench: Any, i2c_reader: Any
) -> None:
    bench.reader.hold(bytes.fromhex("04A1B2C3"))
    assert bench.run(i2c_reader.step, 400) == ["04A1B2C3"]
    bench.reader.power(False)
    bench.run(i2c_reader.step, 3000)
    assert i2c_reader.lost
    bench.reader.power(True)
    assert bench.run(i2c_reader.step, 3000) == []
    assert not i2c_reader.lost


def test_no_pass_waits_for_the_chip(bench: Any, reader: Any) -> None:
    longest = 0
    for step in range(2000):
        if step == 300:
            bench.reader.hold(bytes.fromhex("04A1B2C3D4E5F6071829"))
        before = bench.clock.now_us
        reader.step(bench.now())
        longest = max(longest, bench.clock.now_us - before)
        bench.clock.spend(5000)
    assert longest <= ALLOWED_PASS_US


def test_an_idle_pass_is_one_status_read(bench: Any, i2c_reader: Any) -> None:
    bench.run(i2c_reader.step, 1000)
    before = bench.sent
    probes = bench.probes
    bench.run(i2c_reader.step, 1000)
    # Every 20 ms, two bytes.
    assert bench.sent - before <= 2 * 50
    assert bench.probes - probes <= 50


def test_a_missing_reader_is_lost_once_and_comes_by_itself(bench: Any, reader: Any) -> None:
    bench.reader.power(False)
    bench.run(reader.step, 3000)
    assert reader.lost
    assert bench.log == [("card", bench.log[0][1])]
    bench.reader.power(True)
    bench.run(reader.step, 3000)
    assert not reader.lost
    assert bench.log[1:] == [("card", "works again")]
    bench.reader.hold(bytes.fromhex("04A1B2C3"))
    assert bench.run(reader.step, 300) == ["04A1B2C3"]


def test_a_reader_that_goes_is_missed_at_once(bench: Any, reader: Any) -> None:
    bench.run(reader.step, 1000)
    bench.reader.power(False)
    bench.run(reader.step, 100)
    assert reader.lost


@pytest.mark.parametrize(
    ("kind", "hung", "ms"),
    [("pn532_i2c", "receive", 6000), ("pn532_spi", "receive", 6000), ("rc522", "_transmit", 500)],
)
def test_a_chip_that_hangs_is_a_lost_reader_within(bench: Any, kind: str, hung: str, ms: int) -> None:
    reader = make(bench, kind)
    bench.run(reader.step, 1000)
    setattr(bench.reader, hung, lambda *data: None)
    bench.run(reader.step, ms)
    assert [(tag, text[:5]) for tag, text in bench.log] == [("card", "lost:")]


def test_a_chip_that_was_off_for_a_moment_reads_again_within_six_seconds(bench: Any, reader: Any) -> None:
    bench.run(reader.step, 1000)
    bench.reader.power(False)
    bench.reader.power(True)
    bench.reader.hold(bytes.fromhex("04A1B2C3"))
    assert bench.run(reader.step, 6000) == ["04A1B2C3"]
    assert not reader.lost


def test_one_unreadable_frame_is_noise(bench: Any, i2c_reader: Any) -> None:
    bench.run(i2c_reader.step, 1000)
    bench.reader._offer(b"\x00\x00\xff\x05\xfb\xd5\x4b\x01\x02")
    bench.run(i2c_reader.step, 100)
    assert not i2c_reader.lost
    bench.reader.hold(bytes.fromhex("04A1B2C3"))
    assert bench.run(i2c_reader.step, 300) == ["04A1B2C3"]


@pytest.mark.parametrize("probe_gives_up", [True, False])
def test_a_held_wire_blocks_one_transfer_at_most_and_the_reader_counts_as_lost(
    bench: Any, i2c_reader: Any, probe_gives_up: bool
) -> None:
    bench.run(i2c_reader.step, 1000)
    bench.relay_closed = True
    bench.wedged = True
    bench.probe_gives_up = probe_gives_up
    bench.run(i2c_reader.step, 20_000)
    assert bench.stuck == (0 if probe_gives_up else 1)
    assert i2c_reader.lost
    bench.relay_closed = False
    bench.wedged = False
    bench.run(i2c_reader.step, 31_000)
    assert not i2c_reader.lost


@pytest.mark.parametrize("max_stall_ms", [250, 60_000])
def test_a_bus_that_its_other_user_found_held_is_left_alone_until_the_relay_opens(
    bench: Any, max_stall_ms: int
) -> None:
    bus = bench.i2c()
    reader = bench.module("pn532_i2c").make(bus, None, bench.say)
    display = bench.module("display").Display(bus, 0x3C, "n", "v", "s", 6150, bench, bench.say)

    def step(now: int) -> None:
        reader.step(now)
        display.step(now)

    bench.run(step, 3000)
    bench.relay_closed = True
    bench.wedged = True
    bench.probe_gives_up = False
    bench.max_stall_ms = max_stall_ms
    bench.run(step, 100_000)
    assert bench.stuck == 1
    assert reader.lost
    assert display.lost
    bench.wedged = False
    bench.relay_closed = False
    bench.run(step, 5000)
    assert not reader.lost
    assert not display.lost
    bench.relay_closed = True
    bench.run(step, 5000)
    assert not reader.lost


def test_a_reader_whose_bus_another_user_found_held_is_lost_for_that_reason(bench: Any) -> None:
    bus = bench.i2c()
    reader = bench.module("pn532_i2c").make(bus, None, bench.say)
    bench.run(reader.step, 1000)
    started = bench.now()
    bench.clock.spend(2_000_000)
    assert bus.stalled(started)
    bench.run(reader.step, 100)
    assert bench.log == [("card", "lost: SDA or SCL is held low, I2C not used")]


def test_no_frame_is_sent_to_a_reader_that_has_not_just_answered_a_read(bench: Any, i2c_reader: Any) -> None:
    asked = []
    chip = bench.chips[0x24]
    read, write = chip.read, chip.write
    chip.read = lambda count: asked.append("read") or read(count)
    chip.write = lambda data: asked.append("write") or write(data)
    bench.run(i2c_reader.step, 12_000)
    assert asked.count("write") >= 4
    assert all(asked[at - 1] == "read" for at, what in enumerate(asked) if what == "write")


def test_memory_that_runs_out_within_a_transfer_loses_the_reader_until_there_is_some(
    bench: Any, i2c_reader: Any
) -> None:
    bench.run(i2c_reader.step, 1000)
    bench.out_of_memory = True
    bench.run(i2c_reader.step, 3000)
    assert bench.log == [("card", "lost: out of memory")]
    bench.out_of_memory = False
    bench.reader.hold(bytes.fromhex("04A1B2C3"))
    assert bench.run(i2c_reader.step, 3000) == ["04A1B2C3"]
    assert not i2c_reader.lost


def test_alone_on_its_bus_it_is_read_by_software_which_no_held_wire_blocks(bench: Any) -> None:
    bus = bench.i2c(alone=True)
    reader = bench.module("pn532_i2c").make(bus, None, bench.say)
    bench.reader.hold(bytes.fromhex("04A1B2C3"))
    assert bench.run(reader.step, 500) == ["04A1B2C3"]
    assert type(bus.open()).__name__ == "BitBang"
    assert bus.open().timeout == 10_000
    bench.wedged = True
    bench.run(reader.step, 6000)
    assert reader.lost, "zeros are not an answer to a command"
    assert bench.stuck == 0
    bench.wedged = False
    bench.run(reader.step, 3000)
    assert not reader.lost


def test_without_a_reader_nothing_is_read_and_nothing_lost(bench: Any) -> None:
    reader = bench.module("absent").NoReader()
    assert reader.step(0) is None
    assert not reader.lost


def test_with_the_interrupt_line_an_idle_pass_sends_nothing(bench: Any) -> None:
    import board

    contact = bench.module("buttons").pulled_up(board.D1)

    def line(low: bool) -> None:
        board.D1.level = not low

    bench.reader._irq = line
    bus = bench.i2c()
    reader = bench.module("pn532_i2c").make(bus, contact, bench.say)
    bench.run(reader.step, 1000)
    before = bench.sent
    bench.run(reader.step, 1000)
    assert bench.sent == before
    bench.reader.hold(bytes.fromhex("04A1B2C3"))
    assert bench.run(reader.step, 100) == ["04A1B2C3"]


@pytest.mark.parametrize("kind", ["pn532_spi", "rc522"])
def test_a_reader_on_spi_without_chip_select_is_lost_and_no_exception(bench: Any, kind: str) -> None:
    bus = bench.module("spi").SpiBus(object(), object(), object(), None)
    reader = bench.module(kind).make(bus, None, bench.say)
    bench.run(reader.step, 100)
    assert bench.log == [("card", "lost: an SPI pin is missing")]
