# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Where the journal is kept: two files, each of which is a whole copy, an FRAM of two halves, the nvm of an ESP32."""

import errno
import io
import random
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from charger import journal_header, journal_rewriting

SIZE = 4096
BLOCK = 512


class File(io.BytesIO):
    """Counts the erasures of each place, and forbids what would change the directory."""

    def __init__(self, places: int) -> None:
        super().__init__(b"\xff" * (places + 2) * SIZE)
        self.erased = [0] * places

    def write(self, data: Any) -> int:
        assert len(data) == BLOCK
        assert self.tell() % BLOCK == 0
        assert SIZE <= self.tell() < len(self.getbuffer()) - SIZE, (
            "what lies outside shares its flash with others"
        )
        self.erased[self.tell() // SIZE - 1] += 1
        return super().write(data)

    def flush(self) -> None:
        pass


class Files:
    def __init__(self, bench: Any, places: int = 4) -> None:
        self.files = [File(places), File(places)]
        self.medium = bench.module("two_files").Medium(self.files, [places] * 2, [0, 0], 0)

    def logs(self) -> list[bytes]:
        return [self.medium.read(copy, 0, SIZE).rstrip(b"\xff") for copy in (0, 1)]

    @property
    def erased(self) -> list[int]:
        return [count for file in self.files for count in file.erased]


@pytest.mark.parametrize("places", [1, 2, 4])
def test_each_write_brings_the_copy_up_to_date_that_lags(bench: Any, places: int) -> None:
    two = Files(bench, places)
    for number in range(3 * places):
        two.medium.replace(log := b"log %d" % number)
        for record in range(250 - 70 * (number % 3)):
            before = log
            log += b"record %d " % record
            two.medium.append(len(before), log[len(before) :])
            older, newer = sorted(two.logs(), key=len)
            assert newer == log
            assert older == before


def test_a_write_is_one_block_or_two(bench: Any) -> None:
    two = Files(bench)
    medium = two.medium
    medium.replace(b"x" * 500)
    medium.append(500, b"")
    for place in range(500, 2000, 12):
        before = sum(two.erased)
        declared = medium.ms(12) // (medium.rewrite_ms // 8)
        medium.append(place, b"checkpoint..")
        assert 1 <= sum(two.erased) - before == declared <= 2


def test_the_places_of_both_files_wear_out_alike(bench: Any) -> None:
    two = Files(bench)
    for _ in range(40):
        two.medium.replace(b"x" * 500)
        for place in range(500, 1500, 12):
            two.medium.append(place, b"checkpoint..")
    assert max(two.erased) - min(two.erased) <= max(two.erased) // 10


def test_blocks_that_are_blank_are_not_written_again(bench: Any) -> None:
    two = Files(bench)
    for _ in range(10):
        two.medium.replace(b"x" * 500)
    before = sum(two.erased)
    two.medium.replace(b"y" * 500)
    assert sum(two.erased) - before == 1


def test_the_first_write_of_a_start_writes_every_block(bench: Any) -> None:
    """A power cut may have left one half erased that only seems blank."""
    two = Files(bench)
    two.medium.replace(b"x" * 500)
    assert sum(two.erased) == 8


def test_a_damaged_copy_is_written_anew(bench: Any) -> None:
    two = Files(bench)
    two.files[0].getbuffer()[SIZE : SIZE + 1000] = b"a" * 1000
    two.files[1].getbuffer()[SIZE : SIZE + 40] = b"torn" * 10
    two.medium.use(0, 1000, 0)
    two.medium.append(1000, b"more")
    assert two.logs()[1] == b"a" * 1000 + b"more"


def test_what_a_failed_rewriting_has_left_is_overwritten(bench: Any, monkeypatch: Any) -> None:
    two = Files(bench, 1)
    medium = two.medium
    medium.replace(b"a" * 1000)
    medium.append(1000, b"more")
    with monkeypatch.context() as patch:
        patch.setattr(two.files[1], "write", lambda data: (_ for _ in ()).throw(OSError(5, "EIO")))
        with pytest.raises(OSError, match="EIO"):
            medium.replace(b"new")
    medium.append(1004, b"!")
    assert two.logs()[1] == b"a" * 1000 + b"more!"


def header(sequence: int) -> bytes:
    return journal_rewriting.header(b"identity", sequence & 0xFF)


@pytest.mark.parametrize("places", [1, 2, 3, 15, 16])
def test_the_newest_place_is_found_wherever_the_sequence_and_the_ring_begin_again(
    bench: Any, places: int
) -> None:
    """After any number of rewritings, also where power cuts have left a log of the same age, a torn header, or none."""
    chance = random.Random(places)
    ring = bench.module("ring")
    for _ in range(200):
        file = File(places)
        image = file.getbuffer()
        sequence = chance.randrange(256)
        place = chance.randrange(places)
        again = False
        for _ in range(chance.randrange(1, 600)):
            at = (place + 1) * SIZE
            image[at : at + 16] = header(sequence)
            found = place
            place = (place + 1) % places
            # The same log once more: its first copy was damaged.
            again = places > 2 and not again and chance.random() < 0.1
            sequence += not again
        if places > 1 and chance.random() < 0.5:
            # The next place, in the middle of its writing.
            image[(place + 1) * SIZE + 512 : (place + 2) * SIZE] = b"A" * (SIZE - 512)
            if chance.random() < 0.5:
                image[(place + 1) * SIZE] ^= 0x55
        assert ring.newest(file, places, journal_header.opened) == found


@pytest.mark.parametrize("number", [errno.EIO, errno.EMFILE, errno.ENOMEM])
def test_files_that_cannot_be_looked_at_are_not_made_anew(bench: Any, monkeypatch: Any, number: int) -> None:
    """They may hold undelivered transactions."""
    ring = bench.module("ring")
    made: list[str] = []

    def stat(path: str) -> None:
        raise OSError(number, "")

    monkeypatch.setattr(ring, "os", SimpleNamespace(mkdir=lambda path: None, stat=stat))
    monkeypatch.setattr(ring, "_make", made.append)
    with pytest.raises(OSError, match=str(number)):
        ring.open_files()
    assert not made


def test_without_any_log_the_first_place_counts(bench: Any) -> None:
    ring = bench.module("ring")
    assert ring.newest(File(16), 16, journal_header.opened) == 0


class Bus:
    """An I2cBus with an FRAM of 8 KB on it."""

    reason = "held"

    def __init__(self) -> None:
        self.data = bytearray(2 * SIZE)
        self.at = 0
        self.free = True

    def usable(self, now: int) -> bool:
        return self.free

    def stalled(self, now: int) -> bool:
        return False

    def send(self, address: int, data: bytes) -> None:
        assert address == 0x50
        self.at = data[0] << 8 | data[1]
        self.data[self.at : self.at + len(data) - 2] = data[2:]

    def ask(self, address: int, into: Any = None) -> int:
        if into is not None:
            into[:] = self.data[self.at : self.at + len(into)]
        return 0


def test_an_fram_keeps_the_old_half_until_the_new_one_is_complete(bench: Any) -> None:
    bus = Bus()
    medium = bench.module("fram").Medium(bus, 0x50)
    medium.replace(b"first header....and its log")
    assert bytes(bus.data[SIZE:]).rstrip(b"\xff") == b"first header....and its log"
    medium.append(27, b" goes on")
    medium.replace(b"second header...anew")
    assert bytes(bus.data[:SIZE]).rstrip(b"\xff") == b"second header...anew"
    assert medium.read(1, 0, 35) == b"first header....and its log goes on"
    bus.free = False
    with pytest.raises(OSError, match="held"):
        medium.append(20, b"x")


class Nvm(bytearray):
    """An ESP32's: erased as a whole before each write, of which ESP-IDF may make nothing for want of memory."""

    fails = False

    def __setitem__(self, place: Any, data: Any) -> None:
        kept = bytes(self)
        super().__setitem__(slice(None), b"\xff" * len(self))
        if self.fails:
            raise MemoryError
        super().__setitem__(slice(None), kept)
        super().__setitem__(place, data)


def test_an_esp32_that_had_no_memory_to_write_its_nvm_writes_all_of_it_again(bench: Any) -> None:
    from charger import journal, journal_recovery

    nvm = sys.modules["microcontroller"].nvm = Nvm(b"\xff" * 8192)  # type: ignore[attr-defined]
    stalls = SimpleNamespace(idle=True, allow=lambda ms: True)

    def start() -> Any:
        medium = bench.module("nvm_esp32").Medium()
        return journal.Journal(journal_recovery.recover(medium, print), medium, stalls, 100, lambda *_: None)

    def wait(kept: Any) -> None:
        bench.run(lambda now: kept.step(now), 70_000)

    kept = start()
    session = kept.start("TAG", 1_800_000_000, 1000)
    kept.stop(session, 1_800_000_060, 1500, "Local", "TAG")
    wait(kept)
    nvm.fails = True
    kept.put(journal.INOPERATIVE, 1)
    wait(kept)
    assert kept.failing
    nvm.fails = False
    wait(kept)
    assert not kept.failing
    again = start()
    assert len(again) == 2
    assert again.message_id(again.head()) == kept.message_id(kept.head())
    assert again.get(journal.INOPERATIVE) == 1
