# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The mark of a deploy over the network, /.held, on the virtual board: it holds the relay open over every restart of the
program, answers the question at the console, and ends by itself."""

from __future__ import annotations

import pytest
from chargerctl.simulator.machine.console import Reader

from tests.host.deploy.virtual import RELAY, Bench
from tests.host.transport.faulty import Tree

STARTED, HOLDING = "boot   firmware", "hold   a deploy over the network"
ANSWER = "asked  relay open, no transaction, held open by hold.py"


@pytest.fixture
def held(bench: Bench, new_tree: Tree) -> Bench:
    """The charger runs, and the laptop marks its drive."""
    bench.power_cycle(new_tree)
    bench.run_until(STARTED, 15)
    bench.reload({**new_tree, ".held": b""})
    assert HOLDING in bench.run_until(HOLDING, 15)
    return bench


def test_a_marked_board_holds_and_says_so(held: Bench) -> None:
    assert held.holds()
    held.board.console.type(b"\r?hol")
    held.run(1)
    held.board.console.type(b"d\r")
    assert ANSWER in held.run_until(ANSWER, 2)


def test_it_says_so_over_the_web_workflow_too_where_nobody_listens_at_usb(held: Bench) -> None:
    held.board.console.reader = Reader.ABSENT
    held.board.console.type(b"\r?hold\r")
    assert ANSWER in held.run_until(ANSWER, 2)


@pytest.mark.parametrize("keys", [b"?free\r", b"relay?\r", b"?hold", "ü?hold\r".encode(), b"???????hold\r"])
def test_nothing_else_is_a_question(held: Bench, keys: bytes) -> None:
    held.board.console.type(keys)
    assert "asked" not in held.run(3)
    assert held.holds()


def test_a_relay_whose_pin_is_not_known_is_not_said_to_be_open(bench: Bench, new_tree: Tree) -> None:
    bench.power_cycle(new_tree)
    bench.run_until(STARTED, 15)
    bench.reload({**new_tree, ".held": b"", "settings.toml": b'CHARGER_HARDWARE_RELAY_PIN = "none"\n'})
    bench.run_until(HOLDING, 15)
    bench.board.console.type(b"\r?hold\r")
    assert "asked  relay unknown, no transaction, held open by hold.py" in bench.run(2)


def test_it_ends_five_minutes_after_the_last_change(held: Bench, new_tree: Tree) -> None:
    held.run(290)
    held.reload({**new_tree, ".held": b"", "notes.txt": b"changed"})
    assert STARTED not in held.run(290)
    assert held.holds()
    assert STARTED in held.run_until(STARTED, 40)
    assert ".held" not in held.tree()
    assert not held.ever_high


def test_a_hard_reset_ends_it_and_the_charger_runs(held: Bench, new_tree: Tree) -> None:
    held.power_cycle({**new_tree, ".held": b""})
    text = held.run_until(STARTED, 30)
    assert STARTED in text
    assert HOLDING not in text
    assert ".held" not in held.tree()


@pytest.mark.parametrize(("reason", "said"), [("watchdog", "software"), ("button", "button")])
def test_after_a_reset_that_leaves_the_web_workflow_off_there_is_another(
    held: Bench, reason: str, said: str
) -> None:
    held.console.clear()
    held.board.reset(reason)
    assert f"reset: {said}" in held.run_until("reset: ", 30)


def test_an_upload_that_stalls_the_program_ends_in_a_reset(held: Bench) -> None:
    assert held.board.watchdog.mode == "reset"


def test_after_its_commit_a_deploy_is_finished_as_any(bench: Bench, new_tree: Tree) -> None:
    from chargerctl.deploy.records import COMMIT, Commit

    commit = Commit([("remove", "old.txt")], {"relay": (RELAY, "high")}).render()
    bench.power_cycle(new_tree)
    bench.run_until(STARTED, 15)
    bench.reload({**new_tree, ".held": b"", COMMIT: commit, "old.txt": b""})
    assert "hold   an unfinished deploy: reset in 30 s" in bench.run_until("hold ", 15)
    assert STARTED in bench.run_until(STARTED, 60)
    assert not {"old.txt", ".held", COMMIT} & bench.tree().keys()
