# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Doctor and report at a board: over which way they reach it, and what they leave alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from chargerctl.boards.address import Folder, SerialPort
from chargerctl.boards.choice import Surroundings
from chargerctl.boards.devices import Device, Way
from chargerctl.cli import doctor
from chargerctl.cli.main import main
from chargerctl.doctor import reach
from chargerctl.doctor.examine import network_findings
from chargerctl.doctor.probe import Probe

from tests.host.commands import CONFIG
from tests.host.web_board.board import PASSWORD, WebBoard

Typed = Callable[..., dict[str, tuple[str, str]]]

# What the firmware answers after its first line.
FACTS = (
    "[  12.346] view   phase=Available relay=open cable=out energy_wh=None elapsed_s=None online=yes\r\n"
    "[  12.347] asked  firmware 0.1.0, serial test-1, up 3600 s, fault None, crashes 0\r\n"
    "[  12.348] memory 37216 bytes free, 16384 in one piece outside the heap\r\n"
)


class AskedBoard(WebBoard):
    """A web board that answers `?relay` completely, and remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__({})
        self.questions: list[str] = []

    def _answer(self, question: str) -> str:
        self.questions.append(question)
        said = super()._answer(question)
        return said + FACTS if said and question == "?relay" else said


@pytest.fixture
def host() -> Iterator[AskedBoard]:
    with AskedBoard() as board:
        yield board


def asked_time(request: bytes) -> bytes:
    raise TimeoutError


def around(monkeypatch: pytest.MonkeyPatch, *found: Device) -> None:
    """These boards are plugged in, and none is on the network."""
    seen = Surroundings(lambda: (list(found), ()), lambda: ([], ()))
    monkeypatch.setattr(reach, "surroundings", lambda: seen)


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = partial(
        network_findings,
        ask=lambda login, listen_s: Probe(problem="not asked"),
        exchange=lambda server: asked_time,
    )
    monkeypatch.setattr(doctor, "network_findings", silent)


@pytest.fixture
def examined(state: Path, no_network: None, capsys: pytest.CaptureFixture[str]) -> Typed:
    """Run the doctor: {check: (result, text)}."""

    def run(*arguments: str) -> dict[str, tuple[str, str]]:
        capsys.readouterr()
        main(["doctor", *arguments, "--json"])
        found = json.loads(capsys.readouterr().out)["findings"]
        return {each["check"]: (each["result"], each["text"]) for each in found}

    return run


def test_a_board_on_the_network_is_asked_with_the_password_of_the_settings(
    examined: Typed, host: AskedBoard
) -> None:
    Path("settings.toml").write_text(f'{CONFIG}[web]\napi_password = "{PASSWORD}"\n')
    found = examined("--host", f"127.0.0.1:{host.port}")
    assert found["console"] == ("ok", "firmware 0.1.0 has been running for 3,600 s, Available")
    assert found["memory"][0] == "ok"


def test_the_charger_is_not_held_and_no_file_is_read_over_the_network(
    examined: Typed, host: AskedBoard
) -> None:
    found = examined("--host", f"127.0.0.1:{host.port}", "--set", f"web.api_password={PASSWORD}")
    assert found["board"][0] == "skipped"
    assert f"chargerctl ls --host 127.0.0.1:{host.port}" in found["board"][1]
    assert set(host.questions) <= {"", "?relay"}
    assert not [request for request in host.requests if "/fs/" in request]


def test_without_a_password_the_console_says_where_it_belongs(examined: Typed, host: AskedBoard) -> None:
    result, text = examined("--host", f"127.0.0.1:{host.port}")["console"]
    assert result == "failed"
    assert "[web] api_password" in text
    assert host.questions == []


def test_a_report_is_made_of_a_board_on_the_network(
    state: Path, host: AskedBoard, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("settings.toml").write_text(f'{CONFIG}[web]\napi_password = "{PASSWORD}"\n')
    assert main(["report", "--host", f"127.0.0.1:{host.port}"]) == 0
    out = capsys.readouterr().out
    assert "37,216 bytes free" in out
    assert "raspberry_pi_pico2_w, CircuitPython 10.0.3" in out
    assert PASSWORD not in out


def test_among_two_boards_neither_the_drive_of_one_nor_the_console_of_the_other_is_looked_at(
    examined: Typed, drive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reach, "overheard", lambda *rest: pytest.fail("a console was opened"))
    with_a_drive = Device("E66164084373532B", ways=(Way("drive", Folder(drive)),))
    with_a_port = Device("A1", ways=(Way("serial", SerialPort("/dev/ttyACM0")),))
    around(monkeypatch, with_a_drive, with_a_port)
    found = examined()
    assert found["board"][0] == "skipped"
    assert "2 boards found" in found["board"][1]
    assert "console" not in found


def test_drive_and_console_are_of_one_board(
    examined: Typed, drive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []
    monkeypatch.setattr(reach, "console_opener", lambda address, approach: opened.append(address))
    monkeypatch.setattr(reach, "overheard", lambda opener, masker: FACTS.splitlines())
    ways = (Way("drive", Folder(drive)), Way("serial", SerialPort("/dev/ttyACM0")))
    around(monkeypatch, Device("E66164084373532B", ways=ways))
    found = examined()
    assert found["board"][0] == "ok"
    assert found["console"][0] == "ok"
    assert opened == [SerialPort("/dev/ttyACM0")]


def test_a_board_that_is_found_by_itself_has_the_settings_of_its_name(
    examined: Typed, drive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("boards.toml").write_text(
        '[boards.garage]\naddress = "uid:E66164084373532B"\nsettings = "garage.toml"\n'
    )
    Path("settings.toml").rename("garage.toml")
    Path("garage.toml").chmod(0o600)
    garage = Device("E66164084373532B", ways=(Way("drive", Folder(drive)),), name="garage")
    around(monkeypatch, garage)
    assert examined()["settings"] == ("ok", "garage.toml: 4 settings given, no mistake")


def test_a_settings_file_that_is_missing_is_a_finding_and_the_rest_is_looked_at(examined: Typed) -> None:
    found = examined("-c", "nope.toml")
    assert found["settings"][0] == "failed"
    assert "nope.toml: file not found" in found["settings"][1]
    assert found["broker"][0] == "skipped"
    assert found["time server"][0] == "failed"


def test_with_mistakes_in_the_settings_the_time_server_is_asked_all_the_same(examined: Typed) -> None:
    Path("settings.toml").write_text('[mqtt]\nport = 0\n[ntp]\nserver = "time.lan"\n')
    found = examined()
    assert found["broker"] == ("skipped", "not asked: the settings have mistakes")
    assert found["time server"][1].startswith("time.lan")
