# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The board's check of settings on a real 32-bit VM: the same words as anywhere, and little memory."""

import ast
from pathlib import Path

import pytest

from tests.host.settings.broken_files import BROKEN, FLAT

CHARGER = Path(__file__).resolve().parents[3] / "firmware" / "charger"

READ = """
from charger import checks, settings, settings_file
def read():
    with open("/settings.toml", "rb") as stream:
        found, unreadable, notes = settings_file.read(stream)
    values, problems = settings.load(checks.check, found.get, unreadable, list(found))
    return values, notes + problems
"""


@pytest.fixture
def board(machine):
    for name in ("__init__", "checks", "settings", "settings_file"):
        machine.write(f"/charger/{name}.py", (CHARGER / f"{name}.py").read_bytes())
    machine.run(READ)
    return machine


def test_every_broken_file_is_explained_in_the_same_words(board):
    for broken in BROKEN:
        board.write("/settings.toml", broken.data)
        problems = ast.literal_eval(board.run("print(read()[1])"))
        lines = [f"{name}: {why}{' (stays Unavailable)' if fatal else ''}" for name, why, fatal in problems]
        assert lines == broken.board, broken.name


def test_a_megabyte_is_refused_without_a_megabyte_of_memory(board):
    board.write("/settings.toml", next(b.data for b in BROKEN if b.name == "one megabyte in one line"))
    board.live()
    assert board.number("(read(), gc.mem_alloc())[1]") - board.live() < 24 * 1024


def test_what_stays_after_reading_is_small(board):
    board.write("/settings.toml", FLAT)
    before = board.live()
    board.run("values, problems = read()")
    assert board.live() - before < 4 * 1024


def test_numbers_are_small_ints_and_no_floats(board):
    board.write("/settings.toml", FLAT + b'CHARGER_DISPLAY_TIMEZONE_OFFSET_HOURS = "-5.75"\n')
    values = ast.literal_eval(board.run("print(read()[0])"))
    assert values["display.timezone_offset_hours"] == -575
    assert all(value is None or isinstance(value, str | int) for value in values.values())
    assert all(abs(value) < 2**30 for value in values.values() if isinstance(value, int))
