# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The text for an issue: what it has, and what it must not have."""

from __future__ import annotations

from pathlib import Path

import pytest
from chargerctl.cli.main import main
from chargerctl.doctor.console import health_of
from chargerctl.doctor.report import Facts, report

from tests.host.commands import SECRET, Run

START = (
    "[   2.412] boot   firmware 0.1.0 on seeed_xiao_esp32c6, reset: watchdog",
    "[   2.413] memory 158320 bytes free, 110592 in one piece outside the heap; with the radio open 121776 bytes free",
    "[  13.621] wifi   Connected to Our House, address 10.0.0.2",
    "[  16.100] card   04A1B2C3",
    "[  17.000] loop   display took 300 ms of 30, overrun 1",
    "[  18.000] safety fault latched: relay welded",
)


def test_it_has_what_an_issue_needs_and_no_name():
    text = "\n".join(report(Facts("0.1.0", lines=START, health=health_of(START))))
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
    text = report(Facts("0.1.0", lines=lines, health=health_of(lines)))
    assert text.count("```") == 2


def test_the_command_reads_drive_and_log(run: Run, drive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("deploy", "--set", "hardware.display=none")[0] == 0
    log = "".join(f"2026-11-26T12:31:05.123+00:00   {line}\n" for line in START)
    Path("garage.log").write_text(f"2026-11-26T12:31:05.000+00:00 * the board has started\n{log}")
    assert main(["report", "--drive", str(drive), "--log", "garage.log"]) == 0
    out = capsys.readouterr().out
    assert "| board " in out
    assert "raspberry_pi_pico2_w, CircuitPython" in out
    assert "as it was deployed" in out
    for name in (SECRET, "10.0.0.2", "test-1", "home"):
        assert name not in out
