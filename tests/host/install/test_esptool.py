# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""esptool is run as a program; all that can go wrong with it ends in one line."""

from __future__ import annotations

from pathlib import Path

import pytest
from chargerctl.errors import ChargerctlError
from chargerctl.install.esptool import esptool_program, run_esptool, write_command

REMEDY = r"pip install 'chargerctl\[install\]'"


@pytest.fixture
def run():
    def run(patience_s=60.0):
        said = []
        command = write_command(esptool_program(), "esp32c6", "/dev/ttyACM0", Path("image.bin"))
        run_esptool(command, said.append, patience_s)
        return said

    return run


def test_it_writes_from_the_start_of_the_flash_of_this_chip_only(esptool, run, calls):
    esptool()
    assert run() == ["Hash of data verified."]
    assert calls() == ["--chip", "esp32c6", "--port", "/dev/ttyACM0", "write-flash", "0x0", "image.bin"]


def test_its_absence_is_told_with_the_remedy(esptool):
    with pytest.raises(ChargerctlError, match=f"esptool is missing.*{REMEDY}"):
        esptool_program()


@pytest.mark.parametrize("version", ["4.8.1", "6.0.0", "unknown"])
def test_another_version_is_refused(esptool, version):
    esptool(version=version)
    with pytest.raises(ChargerctlError, match=f"version 5 is needed: {REMEDY}"):
        esptool_program()


def test_its_failure_is_told_in_one_line_with_its_reason(esptool, run):
    esptool("print('Connecting...')\nprint('A fatal error occurred: No serial data received.')\nsys.exit(2)")
    with pytest.raises(ChargerctlError, match=r"failed \(A fatal error occurred: No serial data.*hold BOOT"):
        run()


def test_a_failure_without_a_word_is_told_too(esptool, run):
    esptool("sys.exit(1)")
    with pytest.raises(ChargerctlError, match="it said nothing"):
        run()


def test_lines_end_anyhow_and_none_is_long(esptool, run):
    esptool("sys.stdout.write('1 %\\r2 %\\r\\n\\n' + 'x' * 100000 + '\\nend'); sys.stdout.flush()")
    said = run()
    assert (said[0], said[1], said[-1]) == ("1 %", "2 %", "end")
    assert max(map(len, said)) <= 400


def test_bytes_that_are_no_text_are_shown_somehow(esptool, run):
    esptool("sys.stdout.buffer.write(b'\\xff\\xfe\\n')")
    assert run() == ["\ufffd\ufffd"]


def test_one_that_never_ends_is_ended(esptool, run):
    esptool("print('writing', flush=True)\ntime.sleep(3600)")
    with pytest.raises(ChargerctlError, match="had not finished after 1 s"):
        run(patience_s=1.0)
