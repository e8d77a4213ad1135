# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The text for an issue: what it has, and what it must not have."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from chargerctl.cli.main import main
from chargerctl.doctor.report import Facts, report
from chargerctl.monitor.log import Log
from chargerctl.monitor.pipeline import Pipeline
from chargerctl.monitor.secrets import Masker

from tests.host.commands import SECRET, Run
from tests.host.monitor.consoles import NO_SOURCES

START = (
    "[   2.412] boot   firmware 0.1.0 on seeed_xiao_esp32c6, reset: watchdog",
    "[   2.413] memory 158320 bytes free, 110592 in one piece outside the heap; with the radio open 121776 bytes free",
    "[  13.621] wifi   Connected to Our House, address 10.0.0.2",
    "[  16.100] card   04A1B2C3",
    "[  17.000] loop   display took 300 ms of 30, overrun 1",
    "[  18.000] safety fault latched: relay welded",
)


def write_log(name: str, *lines: str) -> None:
    """As a monitor writes it."""
    pipeline = Pipeline(Masker(()), NO_SOURCES)
    with Log(Path(name)) as log:
        for number, line in enumerate(lines):
            log.write(pipeline.feed(f"{line}\n".encode(), 1_795_000_000.0 + number))


def test_it_has_what_an_issue_needs_and_no_name():
    text = "\n".join(report(Facts("0.1.0", heard=START)))
    for words in (
        "reset: watchdog",
        "| memory before Wi-Fi | 158,320 bytes free, the largest piece outside the heap 110,592 |",
        "| memory with Wi-Fi   | 121,776 bytes free |",
        "display took 300 ms",
        "relay welded",
    ):
        assert words in text
    for name in ("Our House", "10.0.0.2", "04A1B2C3"):
        assert name not in text


def test_a_line_cannot_end_the_block_that_it_stands_in():
    lines = ("[   1.000] boot   ```", "[   1.000] boot   | x |")
    text = report(Facts("0.1.0", heard=lines))
    assert text.count("```") == 2


def test_the_command_reads_drive_and_log(run: Run, drive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("deploy", "--set", "hardware.display=none")[0] == 0
    write_log("garage.log", *START)
    assert main(["report", "--drive", str(drive), "--log", "garage.log"]) == 0
    out = capsys.readouterr().out
    assert "| board " in out
    assert "raspberry_pi_pico2_w, CircuitPython" in out
    assert "as it was deployed" in out
    assert "reset: watchdog" in out
    assert "| memory before Wi-Fi | 158,320 bytes free" in out
    for name in (SECRET, "10.0.0.2", "test-1", "home", "CIRCUITPY"):
        assert name not in out


def test_all_starts_of_the_log_are_listed_and_the_lines_are_those_since_the_last(
    state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    earlier = (
        "[   2.412] boot   firmware 0.1.0 on seeed_xiao_esp32c6, reset: power",
        "[   3.000] loop   reader took 900 ms of 30, overrun 1",
    )
    write_log("garage.log", *earlier, *START)
    assert main(["report", "--log", "garage.log"]) == 0
    out = capsys.readouterr().out
    assert " power; " in out
    assert " watchdog, after 3 s |" in out
    assert "reader took" not in out
    assert "display took" in out


def test_a_log_without_a_start_is_said_to_have_none(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_log("garage.log", "[  17.000] loop   display took 300 ms of 30, overrun 1")
    assert main(["report", "--log", "garage.log"]) == 0
    out, notes = capsys.readouterr()
    assert "| not read   | board, log |" in out
    assert "chargerctl: log not read: garage.log has no start of the board" in notes
    assert "display took" not in out


def test_with_a_log_the_board_is_asked_all_the_same(
    state: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = [
        "[  99.100] asked  relay open, no transaction, not held",
        "[  99.101] asked  firmware 0.1.0, serial test-1, up 97 s, fault None, crashes 0",
        "[  99.102] memory 37216 bytes free, 16384 in one piece outside the heap",
    ]
    monkeypatch.setattr("chargerctl.cli.report.console_of", lambda *rest: answer)
    write_log("garage.log", *START)
    assert main(["report", "--port", "/dev/ttyACM0", "--log", "garage.log"]) == 0
    out = capsys.readouterr().out
    assert "| board               | seeed_xiao_esp32c6, CircuitPython unknown |" in out
    assert "0.1.0, 97 s, 0 crashes" in out
    assert "| memory now          | 37,216 bytes free" in out
    assert "| memory before Wi-Fi | 158,320 bytes free" in out


def test_what_a_serial_board_does_not_tell_is_said_with_the_way_to_know_it(
    state: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("chargerctl.cli.report.console_of", lambda *rest: [])
    assert main(["report", "--port", "/dev/ttyACM0", "--json"]) == 1
    missing = json.loads(capsys.readouterr().out)["not_read"]
    assert "chargerctl get boot_out.txt --port /dev/ttyACM0" in missing["CircuitPython"]
    assert "monitor --log" in missing["kind of board"]
    banner = "Adafruit CircuitPython 9.2.8 on 2025-05-28; Seeed Studio XIAO ESP32C6 with ESP32-C6FH4"
    write_log("garage.log", banner, *START)
    assert main(["report", "--port", "/dev/ttyACM0", "--log", "garage.log"]) == 0
    assert "seeed_xiao_esp32c6, CircuitPython 9.2.8" in capsys.readouterr().out
