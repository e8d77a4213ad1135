# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""--host: every command that takes a drive, as it is typed, over a board's web workflow and its console."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from chargerctl.transport import relay
from chargerctl.transport.web import console, holding, visit
from chargerctl.transport.web.client import WebClient

from tests.host.deploy.virtual import FACTORY
from tests.host.web_board.board import PASSWORD, WebBoard

Typed = Callable[..., tuple[int, str, str]]


@pytest.fixture
def board(monkeypatch: pytest.MonkeyPatch) -> Iterator[WebBoard]:
    """A board in service; what waits for it moves its clock."""
    with WebBoard(dict(FACTORY)) as board:
        monkeypatch.setattr(visit, "WebClient", partial(WebClient, pause=board.pause, clock=board.clock))
        monkeypatch.setattr(console, "_keep_alive", lambda connection: None)
        monkeypatch.setattr(console, "_READ_S", 0)
        monkeypatch.setattr(relay, "_QUIET_S", 0.01)
        yield board


@pytest.fixture
def typed(state: Path, board: WebBoard, chargerctl: Typed, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Without CHARGER_WEB_API_PASSWORD the settings of this laptop have none."""
    monkeypatch.setenv("CHARGERCTL_DEPLOY_LIBS", "wheels")
    monkeypatch.setenv("CHARGER_WEB_API_PASSWORD", PASSWORD)

    def run(*arguments: str) -> tuple[int, str, str]:
        return chargerctl(*arguments, "--host", f"127.0.0.1:{board.port}")

    return run


def test_a_board_is_deployed_to_looked_at_backed_up_and_rolled_back(
    typed: Typed, board: WebBoard, tmp_path: Path
) -> None:
    status, out, err = typed("deploy", "--yes")
    assert status == 0, err
    assert "raspberry_pi_pico2_w" in out
    assert "done; the charger runs; a new boot.py counts from the board's next reset on" in out
    assert "its relay is open; the charger stops until this has ended" in err
    assert PASSWORD not in out + err
    tree = board.disk.tree()
    assert b"CHARGER_SERIAL" in (tree["settings.toml"] or b"")
    assert not any(path.startswith((".deploy", ".held")) for path in tree)
    assert not board.written_while_closed

    restarts = board.restarts
    status, out, _ = typed("deploy", "--yes")
    assert (status, "nothing to do" in out) == (0, True)
    assert typed("backup", "--to", "charger.zip")[0] == 0
    assert (tmp_path / "charger.zip").exists()
    assert typed("config", "pull", "--dry-run")[0] == 0
    status, out, _ = typed("ls")
    assert (status, "code.py" in out) == (0, True)
    board.pause(5)
    assert board.restarts == restarts, "these only read"

    assert typed("rollback", "--yes")[0] == 0
    assert board.disk.tree()["code.py"] == FACTORY["code.py"]
    assert typed("restore", "charger.zip", "--yes")[0] == 0
    assert not board.written_while_closed
    assert not board.read_while_closed
    board.pause(5)
    assert not board.is_held


def test_a_board_that_does_not_say_that_its_charger_runs_is_no_success(
    typed: Typed, board: WebBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything was written; what is on the board does not start."""
    monkeypatch.setattr(holding, "_ANSWER_S", 0.01)
    board.becomes("older charger")
    status, out, err = typed("deploy", "--yes", "--force", "--json")
    assert status == 1, err
    restarted = json.loads(out)["restarted"]
    assert restarted["well"] is False
    assert "has not said within 60 s that its charger runs: look with chargerctl monitor" in restarted["text"]
    assert b"CHARGER_SERIAL" in (board.disk.tree()["settings.toml"] or b"")


def test_a_charging_charger_is_left_alone(typed: Typed, board: WebBoard) -> None:
    board.relay = "relay closed, transaction"
    again = "run this again when the charge has ended"
    for force, said in (((), f"{again}, or use --force"), (("--force",), f"{again} (--force does not help")):
        status, _, err = typed("deploy", "--yes", *force)
        assert status == 1
        assert f"the relay is closed, a transaction is running: {said}" in err
        assert "Nothing on the board has changed." in err
    assert board.disk.tree() == FACTORY


def test_a_dry_run_changes_nothing_and_waits_for_the_end_of_a_charge(typed: Typed, board: WebBoard) -> None:
    status, out, _ = typed("deploy", "--dry-run")
    assert (status, "+ add" in out) == (0, True)
    board.relay = "relay closed, transaction"
    status, _, err = typed("deploy", "--dry-run")
    assert (status, "run this again when the charge has ended" in err) == (1, True)
    assert typed("deploy", "--dry-run", "--force")[0] == 0
    assert board.disk.tree() == FACTORY


def test_without_a_password_or_a_terminal_to_ask_on_it_says_where_to_put_one(
    typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CHARGER_WEB_API_PASSWORD")
    status, _, err = typed("ls")
    assert status == 2
    assert "set CHARGERCTL_WEB_PASSWORD, or [web] api_password in the settings file" in err


def test_the_password_of_the_settings_file_is_taken(
    typed: Typed, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CHARGER_WEB_API_PASSWORD")
    with Path("settings.toml").open("a") as file:
        file.write(f'\n[web]\napi_password = "{PASSWORD}"\n')
    assert typed("ls")[0] == 0


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Somebody who types `password` where one is asked for."""
    import click
    from chargerctl.cli import approach

    found = SimpleNamespace(password=PASSWORD, asked=[])

    def prompt(text: str, *, hide_input: bool, err: bool) -> str:
        found.asked.append((text, hide_input, err))
        return str(found.password)

    monkeypatch.setattr(click, "prompt", prompt)
    monkeypatch.setattr(approach.sys.stdin, "isatty", lambda: True, raising=False)
    return found


def test_it_is_asked_for_unseen(
    typed: Typed, terminal: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CHARGER_WEB_API_PASSWORD")
    status, _, _ = typed("ls")
    assert status == 0
    assert terminal.asked[0][1:] == (True, True)


def test_where_the_board_has_another_one_it_is_asked_for(
    typed: Typed, terminal: SimpleNamespace, board: WebBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHARGER_WEB_API_PASSWORD", "the new one")
    status, _, err = typed("deploy", "--yes")
    assert status == 0, err
    assert "refused the password" in err
    assert len(terminal.asked) == 1
    assert b'CIRCUITPY_WEB_API_PASSWORD = "the new one"' in (board.disk.tree()["settings.toml"] or b"")
    terminal.password = "wrong again"
    status, _, err = typed("ls")
    assert (status, len(terminal.asked)) == (1, 2)
    assert "refused the password (401): set CHARGERCTL_WEB_PASSWORD" in err


def test_a_variable_has_the_one_that_is_on_the_board_and_the_settings_the_next(
    typed: Typed, board: WebBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHARGERCTL_WEB_PASSWORD", PASSWORD)
    monkeypatch.setenv("CHARGER_WEB_API_PASSWORD", "the new one")
    status, _, err = typed("deploy", "--yes")
    assert status == 0, err
    assert b'CIRCUITPY_WEB_API_PASSWORD = "the new one"' in (board.disk.tree()["settings.toml"] or b"")


def test_a_longer_one_than_a_board_can_have_is_not_sent(
    typed: Typed, terminal: SimpleNamespace, board: WebBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CHARGER_WEB_API_PASSWORD")
    terminal.password = "x" * 42
    status, _, err = typed("ls")
    assert status == 2
    assert "has more than 41 bytes" in err
    assert "xxx" not in err


def test_a_wrong_one_is_an_error_of_one_line(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHARGER_WEB_API_PASSWORD", "not this one")
    status, _, err = typed("ls")
    assert status == 1
    assert "refused the password (401)" in err
    assert "not this one" not in err
    assert len(err.strip().splitlines()) == 1
