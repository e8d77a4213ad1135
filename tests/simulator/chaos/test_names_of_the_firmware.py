# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the episodes know of the firmware by name only is still there."""

import ast
from pathlib import Path

import pytest
from chargerctl.simulator.chaos import phases

from tests.simulator.chaos.conftest import breaks
from tests.simulator.chaos.mistakes import MISTAKES

FIRMWARE = Path(__file__).resolve().parents[3] / "firmware"


def functions(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize(("file", "function", "phase"), phases.PHASES)
def test_each_phase_is_a_file_and_a_function_of_the_firmware(file, function, phase):
    [path] = [path for path in FIRMWARE.rglob("*.py") if path.as_posix().endswith("/" + file)]
    assert not function or function in functions(path)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_what_a_mistake_replaces_is_there_once(mistake):
    file, old, _ = MISTAKES[mistake]
    assert (FIRMWARE / file).read_text(encoding="utf-8").count(old) == 1


@pytest.mark.parametrize("task", ["inputs", "housekeeping"])
def test_a_failed_task_is_read_in_the_boards_memory(charging, task):
    scene = charging(replacements=[breaks(f"charger/{task}.py", "step")])
    failed = set()
    every(scene, lambda: failed.update(phases.failed_tasks(scene.board)))
    assert scene.wait(lambda: failed, 10)
    assert failed == {task}


def test_an_exchange_with_the_broker_is_seen_while_it_lasts(charging):
    scene = charging(until_charging=False)
    seen = set()
    every(scene, lambda: seen.add((phases.waiting(scene.board), phases.phase(scene.board))))
    assert scene.wait(lambda: scene.status == "Available", 30)
    assert {phase for waiting, phase in seen if waiting} & {"handshake"}
    assert (0, "idle") in seen


def every(scene, look):
    """Where the program can be looked at: in a timer."""

    def timer():
        look()
        scene.later(0.001, timer)

    scene.later(0, timer)
