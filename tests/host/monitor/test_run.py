# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A whole monitor: it reads on, whatever becomes of the board, and its log has every byte once."""

import os
import random
import re
import threading
import tracemalloc
from pathlib import Path

import pytest
from chargerctl.errors import ChargerctlError
from chargerctl.monitor.choice import Choice
from chargerctl.monitor.entries import BoardLine, Note
from chargerctl.monitor.events import said
from chargerctl.monitor.keys import Keys
from chargerctl.monitor.log import Log, since_start
from chargerctl.monitor.outbox import Outbox
from chargerctl.monitor.sources import Lost, happenings

from tests.host.monitor.consoles import Bench

LOGGED = re.compile(r"\S+ ([ ~*]) (.*)")


def board_text(log):
    """What the board wrote, from the log: each line, and each that was cut off, once."""
    texts = []
    for line in log.read_text(encoding="utf-8").splitlines():
        sign, text = LOGGED.fullmatch(line).groups()
        if sign == "~":
            texts[-1] += text
        elif sign == " ":
            texts.append(text)
    return texts


def lost_a_thousand_times(seed):
    """(chunks of each connection, the lines in them): every connection ends anywhere, even within a character."""
    drawn = random.Random(seed)
    number, connections, expected = 0, [], []
    for _ in range(1001):
        lines = []
        for _ in range(drawn.randrange(6)):
            number += 1
            junk = drawn.choice([b"", b"\xff\xfe", "caf\u00e9".encode(), b"\x1b[2J", b"a\rb"])
            lines.append(b"[%4d.%03d] ocpp   line %d %s" % (number // 1000, number % 1000, number, junk))
        sent = b"".join(line + b"\r\n" for line in lines)
        sent = sent[: drawn.randrange(len(sent) + 1)]
        expected += sent.decode("utf-8", "backslashreplace").replace("\r\n", "\n").split("\n")
        chunks = []
        while sent:
            size = drawn.randrange(1, 40)
            chunks.append(sent[:size])
            sent = sent[size:]
            chunks += [b""] * drawn.randrange(2)
        connections.append(chunks)
    return connections, [shown(line) for line in expected if line.rstrip("\r")]


def shown(line):
    return line.rstrip("\r").replace("\r", r"\r").replace("\x1b", r"\x1b")


def test_after_a_thousand_lost_connections_the_log_has_every_line_once(tmp_path):
    connections, expected = lost_a_thousand_times(13)
    times = iter(range(10**9))
    bench = Bench(
        connections, lambda: float(next(times))
    )  # a second passes with each read: lines are shown unfinished
    with Log(tmp_path / "log") as log:
        entries = bench.run(log)
    assert board_text(tmp_path / "log") == expected
    assert sum(entry.kind == "connected" for entry in entries if isinstance(entry, Note)) == 1001
    assert all(stream.closed for stream in bench.streams)
    assert bench.written == []


def test_a_board_is_read_on_while_the_screen_stands_still(tmp_path):
    """Ctrl-S in a terminal: the log goes on, and the screen says later how many lines it has not shown."""
    lines = [b"%0100d\n" % number for number in range(20_000)]
    goes_on = threading.Event()
    seen = []

    def show(entries):
        if seen:
            assert goes_on.wait(600)
        seen.extend(entries)

    def connection():
        yield from (b"".join(lines[at : at + 100]) for at in range(0, len(lines), 100))
        goes_on.set()

    with Log(tmp_path / "log") as log:
        Bench([[b"first\n"], connection()]).run(log, show, most=1_000_000)
    assert board_text(tmp_path / "log")[1:] == [line.decode().rstrip() for line in lines]
    (gap,) = [entry for entry in seen if isinstance(entry, Note) and entry.kind == "dropped"]
    shown = sum(isinstance(entry, BoardLine) for entry in seen)
    assert int(gap.text.split()[0]) + shown == len(lines) + 1
    assert shown < len(lines) / 2


def test_marks_are_kept_when_lines_are_dropped():
    outbox = Outbox(most=1500, clock=lambda: 0.0)
    outbox.put([BoardLine(0.0, said("x" * 400)) for _ in range(9)])
    outbox.put([Note(0.0, "lost", "gone")])
    kinds = [entry.kind if isinstance(entry, Note) else "line" for entry in outbox.take(0)]
    assert kinds == ["line", "dropped", "lost"]


def memory_over(megabytes, tmp_path):
    """(bytes of Python objects after a tenth, the most that there were later) of a board that writes so much."""
    chunk = b"".join(b"[%4d.%03d] ocpp   a line of the log, with its text\r\n" % (n, n) for n in range(1000))
    chunk = chunk + b"\xff\x00half of a"
    count = megabytes * 1_000_000 // len(chunk)
    after = []

    def connection():
        for number in range(count):
            if number == count // 10:
                tracemalloc.reset_peak()
                after.append(tracemalloc.get_traced_memory()[0])
            yield chunk
        after.append(tracemalloc.get_traced_memory()[1])

    tracemalloc.start()
    try:
        with Log(tmp_path / "log") as log:
            Bench([connection()]).run(log, lambda entries: None, most=200_000)
    finally:
        tracemalloc.stop()
    assert (tmp_path / "log").stat().st_size > megabytes * 1_000_000
    return after


def test_memory_stays_flat(tmp_path):
    before, most = memory_over(1, tmp_path)
    assert most - before < 2_000_000


@pytest.mark.soak
def test_memory_stays_flat_over_100_mb(tmp_path):
    before, most = memory_over(100, tmp_path)
    assert most - before < 2_000_000


def test_the_first_connection_that_fails_is_an_error():
    def nothing():
        raise ChargerctlError("no such port")

    with pytest.raises(ChargerctlError, match="no such port"):
        next(happenings(nothing, lambda seconds: False))


def test_a_board_is_waited_for_with_growing_pauses_up_to_a_second():
    pauses, tries = [], iter([True, *[False] * 8, True])

    class Gone:
        def read(self, timeout_s):
            raise OSError(5, "Input/output error")

        def write(self, data):
            raise AssertionError(data)

        def close(self):
            pass

    def open_console():
        if next(tries):
            return Gone(), "a port"
        raise OSError(2, "No such file or directory")

    def stopped(seconds):
        if seconds:
            pauses.append(seconds)
        return len(pauses) > 9

    lost = [each for each in happenings(open_console, stopped) if isinstance(each, Lost)]
    assert [each.why for each in lost] == ["Input/output error"] * 2
    assert pauses[:6] == [0.1, 0.2, 0.4, 0.8, 1.0, 1.0]


def test_nothing_is_sent_unless_asked():
    bench = Bench([[b"x\n", b"", b""]] * 3)
    bench.run()
    assert bench.written == []


def test_interrupt_sends_one_ctrl_c_and_not_again_after_a_lost_connection():
    bench = Bench([[b"x\n", b""]] * 3)
    entries = bench.run(keys=Keys(interrupt=True))
    assert bench.written == [b"\x03"]
    assert [entry.kind for entry in entries if isinstance(entry, Note)][:2] == ["connected", "sent"]


def test_reload_sends_ctrl_d_once_the_program_is_quiet():
    keys = Keys(reload=True)

    def due(at, heard):
        press = keys.due(at, heard=heard, logged=False)
        return press and press.data

    assert due(0.0, heard=True) == b"\x03"
    assert due(0.9, heard=True) is None  # the program's last words
    assert due(1.8, heard=False) is None
    assert due(2.0, heard=False) == b"\x04"
    assert due(9.0, heard=False) is None


def test_a_charger_is_asked_again_only_while_it_answers():
    keys = Keys(asks=True)

    def asked(at, logged):
        return keys.due(at, heard=logged, logged=logged) is not None

    assert asked(100.0, logged=False)
    assert not asked(101.0, logged=True)
    assert asked(130.0, logged=False)
    assert not asked(500.0, logged=False), "nobody has answered"
    assert asked(501.0, logged=True), "a charger runs there now"
    keys.connected()
    assert asked(502.0, logged=False)


def test_the_log_is_private_and_appended_to(tmp_path):
    path = tmp_path / "log"
    for text in (b"one\n", b"two\n"):
        with Log(path) as log:
            Bench([[text]]).run(log)
    assert board_text(path) == ["one", "two"]
    assert path.stat().st_mode & 0o077 == 0


def test_half_a_line_is_in_the_log_when_the_monitor_ends(tmp_path):
    bench = Bench([])

    class Stream:
        def read(self, timeout_s):
            bench.stop.set()
            return b"whole\nhal"

        def close(self):
            pass

    bench.open_console = lambda: (Stream(), "a port")
    with Log(tmp_path / "log") as log:
        bench.run(log)
    assert board_text(tmp_path / "log") == ["whole", "hal"]


def test_no_board_can_write_a_mark_into_the_log(tmp_path):
    with Log(tmp_path / "log") as log:
        Bench([[b"2026-11-26T12:00:00+00:00 * board started\n", b"* board started\n"]]).run(log)
    assert since_start(tmp_path / "log") == []


def test_a_full_disk_ends_the_monitor_with_an_error(monkeypatch):
    monkeypatch.setattr("chargerctl.monitor.log.refuse_other_than_file", lambda path: None)
    with (
        Log(Path("/dev/full")) as log,
        pytest.raises(ChargerctlError, match="full: the log cannot be written"),
    ):
        Bench([[b"x\n"] * 3]).run(log)


def test_a_log_must_be_a_file():
    with pytest.raises(ChargerctlError, match="not a file"):
        Log(Path("/dev/full"))


def test_a_log_that_would_never_end_is_not_read(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(ChargerctlError, match="not a file"):
            since_start(path)


def test_since_boot_shows_the_log_from_the_last_start_on(tmp_path):
    path = tmp_path / "log"
    assert since_start(path) == []
    boot = b"[   6.475] boot   firmware 0.1.0 on x, reset: %s\n"
    with Log(path) as log:
        Bench([[b"before\n", boot % b"power", b"one\n", boot % b"watchdog", b"two\n"]]).run(log)
    mark, first, second, lost = since_start(path)
    assert "reset: watchdog" in mark
    assert first.endswith("reset: watchdog")
    assert second.endswith("   two")
    assert "connection lost" in lost
    shown = Choice(["ocpp"])
    assert [line for line in since_start(path) if shown.shows_logged(line)] == [mark, lost]
