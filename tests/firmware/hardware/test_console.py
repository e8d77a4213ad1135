# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The log at the serial port: it never blocks, and reports how many lines were dropped."""

import sys
import types
from typing import Any

import pytest


class Port:
    """usb_cdc.console: takes `room` bytes a write."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.write_timeout: float | None = None
        self.sent = b""

    def write(self, data: Any) -> int:
        taken = bytes(data)[: self.room]
        self.sent += taken
        return len(taken)


@pytest.fixture
def port(bench: Any, monkeypatch: pytest.MonkeyPatch) -> Port:
    made = Port(64)
    usb_cdc = types.ModuleType("usb_cdc")
    usb_cdc.console = made  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "usb_cdc", usb_cdc)
    return made


@pytest.fixture
def console(bench: Any, port: Port, monkeypatch: pytest.MonkeyPatch) -> Any:
    module = bench.module("console")
    monkeypatch.setattr(module, "time", types.SimpleNamespace(monotonic_ns=lambda: bench.clock.now_us * 1000))
    return module.Console()


@pytest.fixture
def bare(bench: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """On a board without USB; a write blocks for `stall` when the port is not read."""
    monkeypatch.setitem(sys.modules, "usb_cdc", None)
    module = bench.module("console")
    out = types.SimpleNamespace(text="", stall_us=0, writes=0)

    def write(text: str) -> None:
        out.text += text
        out.writes += 1
        bench.clock.spend(out.stall_us)

    monkeypatch.setattr(module, "sys", types.SimpleNamespace(stdout=types.SimpleNamespace(write=write)))
    console = module.Console()
    console.out = out
    return console


def test_a_line_has_seconds_a_tag_and_a_text(bench: Any, console: Any, port: Port) -> None:
    bench.clock.spend(12_345_678)
    console.log("ocpp", "BootNotification accepted, interval 300 s")
    bench.run(console.step, 100)
    assert port.sent == b"[  12.345] ocpp   BootNotification accepted, interval 300 s\r\n"


def test_the_port_never_waits(console: Any, port: Port) -> None:
    assert port.write_timeout == 0


def test_lines_arrive_whole_however_little_the_port_takes(bench: Any, console: Any, port: Port) -> None:
    port.room = 7
    for number in range(30):
        console.log("test", f"line {number}")
    bench.run(console.step, 5000)
    assert [line.split()[-1] for line in port.sent.decode().splitlines()] == [str(n) for n in range(30)]


def test_lines_without_a_reader_are_dropped_and_counted(bench: Any, console: Any, port: Port) -> None:
    port.room = 0
    for number in range(200):
        console.log("test", f"line {number:03d}")
        bench.run(console.step, 5)
    port.room = 64
    bench.run(console.step, 2000)
    console.log("test", "after")
    bench.run(console.step, 100)
    lines = port.sent.decode().splitlines()
    kept = len(lines) - 2
    assert lines[0].endswith("line 000")
    assert lines[-2].endswith(f"console {200 - kept} lines dropped")
    assert lines[-1].endswith("after")


def test_what_came_over_the_network_does_not_steer_the_terminal(bench: Any, console: Any, port: Port) -> None:
    console.log("ocpp", "a\x1b[2Jb\r\nc\x00d\x7fe")
    bench.run(console.step, 100)
    assert port.sent.endswith(b"a?[2Jb??c?d?e\r\n")


def test_a_line_is_at_most_200_characters_of_text(bench: Any, console: Any, port: Port) -> None:
    console.log("test", "x" * 5000)
    bench.run(console.step, 100)
    assert port.sent.count(b"x") == 200


def test_without_usb_it_prints(bench: Any, bare: Any) -> None:
    bare.log("boot", "hello")
    bench.run(bare.step, 100)
    assert bare.out.text.endswith("boot   hello\n")
    assert "\r" not in bare.out.text


def test_without_usb_an_unread_port_is_left_alone_after_one_slow_write(bench: Any, bare: Any) -> None:
    bare.out.stall_us = 200_000
    for number in range(20):
        bare.log("test", f"line {number}")
    bench.run(bare.step, 10_000)
    assert bare.out.writes == 1
    bare.out.stall_us = 0
    bench.run(bare.step, 30_000)
    assert bare.out.text.splitlines()[-1].endswith("line 19")


def test_without_usb_nothing_is_printed_where_its_stall_is_not_allowed(bench: Any, bare: Any) -> None:
    bare.stalls = bench
    bench.relay_closed = True
    bench.max_stall_ms = 100
    bare.log("test", "one")
    bench.run(bare.step, 100)
    assert bare.out.writes == 0
    bench.relay_closed = False
    bench.run(bare.step, 100)
    assert bare.out.writes == 1


def keyboard(bench: Any, console: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What is typed at this console, and the questions that were asked there; each is answered with one line."""
    module = sys.modules[type(console).__module__]
    found = types.SimpleNamespace(typed=bytearray(), asked=[])

    def readinto(buffer: bytearray) -> None:
        assert len(found.typed) >= len(buffer), "it would wait for a key"
        buffer[:] = found.typed[: len(buffer)].replace(b"\r", b"\n")
        del found.typed[: len(buffer)]

    class Runtime:
        serial_bytes_available = property(lambda _: len(found.typed))

    def answer(console: Any, question: str, now: int) -> None:
        found.asked.append(question)
        console.log("asked", "relay open")

    ticks_ms = module.supervisor.ticks_ms
    monkeypatch.setattr(module, "supervisor", types.SimpleNamespace(runtime=Runtime(), ticks_ms=ticks_ms))
    streams = types.SimpleNamespace(stdin=types.SimpleNamespace(readinto=readinto), stdout=module.sys.stdout)
    monkeypatch.setattr(module, "sys", streams)
    monkeypatch.setattr(module, "visit", lambda name: types.SimpleNamespace(answer=answer))
    console.stalls = bench
    return found


@pytest.fixture
def keys(bench: Any, console: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    return keyboard(bench, console, monkeypatch)


@pytest.mark.parametrize("lines", [2, 60])
def test_who_types_is_answered_at_once_also_after_a_time_in_which_nobody_read(
    bench: Any, bare: Any, lines: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two lines, or more than the ring holds, wait when the reader comes."""
    keys = keyboard(bench, bare, monkeypatch)
    bare.out.stall_us = 200_000
    for number in range(lines):
        bare.log("test", f"line {number}")
    bench.run(bare.step, 1_000)
    assert bare.out.writes == 1, "and then nothing for half a minute"
    bare.out.stall_us = 0
    keys.typed += b"\r?hold\r"
    bench.run(bare.step, 100)
    assert keys.asked == ["?hold"]
    assert bare.out.text.endswith("asked  relay open\n")


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        (b"?hold\r", ["?hold"]),
        (b"?relay\n?hold\n", ["?relay", "?hold"]),
        (b"x?hold\r\r\r", []),
        (b"?hold", []),
        (b"?hold" + b" " * 40 + b"\r?free\r", ["?hold   ", "?free"]),
        (b"\xc3\r?hold\r", ["?hold"]),
        (b"\xff\xfe\xf0" * 30, []),
    ],
)
def test_a_line_that_begins_with_a_question_mark_is_asked(
    bench: Any, console: Any, keys: Any, typed: bytes, asked: list[str]
) -> None:
    keys.typed += typed
    bench.run(console.step, 1_000)
    assert keys.asked == asked
    assert not keys.typed


def test_a_question_waits_until_loading_its_answer_may_block(bench: Any, console: Any, keys: Any) -> None:
    bench.relay_closed, bench.max_stall_ms = True, 100
    keys.typed += b"?relay\r"
    bench.run(console.step, 1_000)
    assert keys.asked == []
    bench.relay_closed = False
    bench.run(console.step, 10)
    assert keys.asked == ["?relay"]


@pytest.mark.parametrize(("connected", "printed"), [(True, ""), (False, "asked  relay open\n"), (None, "")])
def test_an_answer_goes_over_wifi_too_where_nobody_listens_at_usb(
    bench: Any,
    console: Any,
    connected: bool | None,
    printed: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """None: a board without USB, where the log itself is printed."""
    module = bench.module("answering")
    usb = (
        None
        if connected is None
        else types.SimpleNamespace(console=types.SimpleNamespace(connected=connected))
    )
    monkeypatch.setattr(module, "usb_cdc", usb)
    visitor = types.SimpleNamespace(answer=lambda question, charger, now: [("asked", "relay open")])
    monkeypatch.setattr(module, "visit", lambda name: visitor)
    logged: list[tuple[str, str]] = []
    monkeypatch.setattr(console, "log", lambda tag, text: logged.append((tag, text)))
    module.answer(console, "?hold", 0)
    assert logged == [("asked", "relay open")]
    assert capsys.readouterr().out == printed
