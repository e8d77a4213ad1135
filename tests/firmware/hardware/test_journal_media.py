# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Where the journal is kept: two files, each of which is a whole copy, and an FRAM of two halves."""

import io
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
