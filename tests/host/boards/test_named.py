# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The file of named boards: what may stand in it, where it is, and that every mistake has its place."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from chargerctl.boards.address import Folder, OfUid, SerialPort, WebHost
from chargerctl.boards.named import BOARDS_FILE, NamedBoards, find_file, is_name, read_boards
from chargerctl.settings.problems import SettingsError
from hypothesis import given
from hypothesis import strategies as st

UID = "E66164084373532B"
GOOD = f"""
# five chargers
[boards]
garage = "uid:{UID.lower()}"
office = "http://192.168.1.20:8080"
gate = {{ address = "drives/gate", settings = "gate.toml" }}

[boards.carport]
address = "serial:/dev/ttyACM0"
settings = "/etc/charger/carport.toml"
"""


@pytest.fixture
def read(tmp_path: Path):
    def read(text: str | bytes) -> NamedBoards:
        path = tmp_path / BOARDS_FILE
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return read_boards(path)

    return read


def test_each_board_has_an_address_and_may_have_a_settings_file(read, tmp_path: Path) -> None:
    boards = read(GOOD).boards
    assert {name: board.address for name, board in boards.items()} == {
        "garage": OfUid(UID),
        "office": WebHost("192.168.1.20", 8080),
        "gate": Folder(tmp_path / "drives" / "gate"),
        "carport": SerialPort("/dev/ttyACM0"),
    }
    assert [board.settings for board in boards.values()] == [
        None,
        None,
        tmp_path / "gate.toml",
        Path("/etc/charger/carport.toml"),
    ]
    assert all(board.address.called == board.address.flag == name for name, board in boards.items())


@pytest.mark.parametrize(
    ("text", "at", "said"),
    [
        ("[boards]\na = 5", "2:5", "address: must be a text in double quotes"),
        ('[boards]\na = ""', "2:5", "must be a text"),
        ("[boards]\na = COM3", "2:5", "text goes in double quotes"),
        ('[boards]\na = "ftp://x"', "2:5", "does not support ftp: addresses"),
        ('[boards]\na = "uid:7"', "2:5", "is no UID"),
        ('[boards]\na = "http://x:99999"', "2:5", "http://x:99999: is not HOST[:PORT]"),
        ('[boards]\na = "serial:"', "2:5", "serial: is empty: name a serial port"),
        ('[boards]\na = "serial:auto"', "2:5", "auto is whichever board is there"),
        ('[boards]\na = "http://x"\nb = "http://X:80/"', "3:5", "is already the address of a"),
        ('[boards]\na = "drive"\nb = "./drive/"', "3:5", "is already the address of a"),
        ('[boards]\n-a = "x"', "2:1", "the name of a board is"),
        ('[boards]\n"a b" = "x"', "2:1", "the name of a board is"),
        ('[boards]\na = "x"\na = "y"', "3:1", "a is already in line 2"),
        ('[boards.a]\nadress = "x"\naddress = "x"', "2:1", "adress: did you mean address?"),
        ('[boards.a]\nsettings = "x"', "1:1", "[boards.a] has no address"),
        ('[boards.a]\naddress = "x"\nsettings = 1', "3:12", "settings: must be a text"),
        ('[boards.a]\naddress = "x"\nsettings = "."', "3:12", "settings: . is not a file"),
        ('[boards]\na = { settings = "x" }', "2:1", "a has no address"),
        ('[boards]\na.settings = "x"', "2:1", "a has no address"),
        ('[boards]\na = "\\u0000"', "2:5", "address: has a control character"),
        ('[boards.a.b]\naddress = "x"', "2:1", "a board is NAME"),
        ('a = "x"', "1:1", "put it below [boards]"),
        ('boards = "x"', "1:1", "a board is NAME"),
        ('[board]\na = "x"', "1:1", "this file has [boards] and [boards.NAME] only"),
        ('[boards]\na = "x', "2:5", "the closing quote is missing"),
        ('[boards]\na = "x"\n[boards.a]\naddress = "y"', "3:10", "this name is already above"),
    ],
)
def test_each_mistake_has_its_line_and_column(read, tmp_path: Path, text: str, at: str, said: str) -> None:
    with pytest.raises(SettingsError) as wrong:
        read(text)
    first = wrong.value.lines()[0]
    assert first.startswith(f"{tmp_path / BOARDS_FILE}:{at}: ")
    assert said in first
    assert wrong.value.lines()[-1] == f"1 mistake in {tmp_path / BOARDS_FILE}"


def test_all_mistakes_are_reported_together_in_their_order(read) -> None:
    with pytest.raises(SettingsError) as wrong:
        read('[boards]\na = 1\nb = 2\n[x]\n[boards.c]\nsettings = ""\n')
    assert [problem.place.line for problem in wrong.value.problems] == [2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    "line",
    [
        'password = "hunter2"',
        'api_password = "hunter2"',
        'Pasword = "hunter2"',
        'address = "http://:hunter2@10.0.0.9"',
        'address = "https://me:hunter2@10.0.0.9"',
        'address = "me:hunter2@10.0.0.9"',
    ],
)
def test_a_password_is_refused_and_not_repeated(read, line: str) -> None:
    with pytest.raises(SettingsError) as wrong:
        read(f"[boards.a]\n{line}\n")
    lines = "\n".join(wrong.value.lines())
    assert "hunter2" not in lines
    assert "[web] api_password" in lines


def test_a_path_begins_at_the_file_or_at_the_users_folder(read, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    boards = read('[boards]\na = "~/drive"\nb = "~nobody-here/drive"\nc = "x"\n').boards
    assert [board.address.path for board in boards.values()] == [
        Path("/home/me/drive"),
        tmp_path / "~nobody-here" / "drive",
        tmp_path / "x",
    ]


def test_the_working_folders_file_goes_before_the_users_own(tmp_path: Path) -> None:
    here, own = tmp_path / "here", tmp_path / "own"
    here.mkdir()
    own.mkdir()
    assert find_file(here, own) is None
    (own / BOARDS_FILE).touch()
    assert find_file(here, own) == own / BOARDS_FILE
    (here / BOARDS_FILE).touch()
    assert find_file(here, own) == here / BOARDS_FILE
    assert read_boards(None).boards == read_boards(here / BOARDS_FILE).boards == {}


@pytest.mark.parametrize(
    "text", ["./garage", "garage/", "C:", "a.b", "", "uid:AB", "ä", "-a", "a" * 33, "\x1b"]
)
def test_what_looks_like_a_path_or_an_address_is_no_name(text: str) -> None:
    assert not is_name(text)


@given(st.binary(max_size=200) | st.text("[]boards.={}\"'ax1\n -#", max_size=80).map(str.encode))
def test_no_content_of_the_file_is_more_than_mistakes(tmp_path_factory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("boards") / BOARDS_FILE
    path.write_bytes(content)
    with suppress(SettingsError):
        read_boards(path)
