# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""How a command takes the board it works on."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from chargerctl.boards.address import Folder, SerialPort, WebHost
from chargerctl.cli.drive_options import board_options
from click.testing import CliRunner


@pytest.fixture
def given():
    """The address that a command gets; the text of the error where it gets none."""

    @click.command(context_settings={"auto_envvar_prefix": "LOOK"})
    @board_options()
    @click.option("--other")
    def look(drive, other):
        click.echo(repr(drive))

    def run(*words, **environment):
        return CliRunner().invoke(look, words, env=environment).output.strip()

    return run


@pytest.mark.parametrize(
    ("words", "address"),
    [
        ((), None),
        (("--drive", "x"), Folder(Path("x"))),
        (("./x",), Folder(Path("x"))),
        (("--port", "/dev/ttyACM0"), SerialPort("/dev/ttyACM0")),
        (("--port", "auto", "--other", "1"), SerialPort("auto")),
        (("--host", "10.0.0.9:8080"), WebHost("10.0.0.9", 8080)),
        (("http://10.0.0.9",), WebHost("10.0.0.9")),
        (("--drive", "serial:COM3"), SerialPort("COM3")),
    ],
)
def test_a_board_is_named_in_one_of_four_ways(given, words, address) -> None:
    assert given(*words) == repr(address)


def test_the_help_says_what_a_board_can_be(given) -> None:
    assert "BOARD is a name in boards.toml, serial:PORT," in given("--help")


@pytest.mark.parametrize("words", [("./x", "--port", "auto"), ("--drive", "x", "--host", "y")])
def test_two_boards_at_once_are_refused(given, words) -> None:
    assert "each name a board: give one of them" in given(*words)


def test_what_is_typed_beats_the_environment(given) -> None:
    assert given("--port", "COM3", LOOK_DRIVE="x", LOOK_HOST="y") == repr(SerialPort("COM3"))
    assert given(LOOK_DRIVE="x") == repr(Folder(Path("x")))
    assert "each name a board" in given(LOOK_DRIVE="x", LOOK_HOST="y")
