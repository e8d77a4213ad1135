# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Where the journal is kept: two files, each of which is a whole copy, an FRAM of two halves, the nvm of an ESP32."""

import io
import sys
from types import SimpleNamespace
from typing import Any

import pytest

SIZE = 4096


class File(io.BytesIO):
    """Counts the blocks that are written, and forbids what would change the directory."""

    def __init__(self) -> None:
        super().__init__(b"\xff" * 3 * SIZE)
        self.written: list[int] = []

    def write(self, data: Any) -> int:
        assert len(data) == 512
        assert self.tell() % 512 == 0
        assert SIZE <= self.tell() < 2 * SIZE, "what lies outside shares its flash with other files"
        self.written.append((self.tell() - SIZE) // 512)
        return super().write(data)

    def flush(self) -> None:
        pass

    def log(self) -> bytes:
        return self.getvalue()[SIZE : 2 * SIZE].rstrip(b"\xff")


@pytest.fixture
def files() -> list[File]:
    return [File(), File()]


def test_each_write_brings_the_copy_up_to_date_that_lags(bench: Any, files: list[File]) -> None:
    medium = bench.module("two_files").Medium(files)
    log = b""
    medium.replace(b"header")
    log += b"header"
    for number in range(200):
        record = b"record %d " % number
        medium.append(len(log), record)
        log += record
        newer, older = sorted((file.log() for file in files), key=len, reverse=True)
        assert newer == log
        assert log.startswith(older)
        assert older == log[: -len(record)]


def test_a_write_is_one_block_or_two(bench: Any, files: list[File]) -> None:
    medium = bench.module("two_files").Medium(files)
    medium.replace(b"x" * 500)
    medium.append(500, b"")
    for place in range(500, 2000, 12):
        before = sum(len(file.written) for file in files)
        worst_ms = medium.ms
        medium.append(place, b"checkpoint..")
        assert 1 <= sum(len(file.written) for file in files) - before <= 2
        assert worst_ms <= 3 * 400


def test_a_damaged_copy_is_written_anew(bench: Any, files: list[File]) -> None:
    files[0].getbuffer()[SIZE : SIZE + 1000] = b"a" * 1000
    files[1].getbuffer()[SIZE : SIZE + 40] = b"torn" * 10
    medium = bench.module("two_files").Medium(files)
    medium.use(0, 1000, 0)
    medium.append(1000, b"more")
    assert files[1].log() == b"a" * 1000 + b"more"


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
