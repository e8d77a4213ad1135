# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What boot.py, hold.py and safemode.py do on the virtual board."""

from __future__ import annotations

import pytest
from chargerctl.deploy.image import Image
from chargerctl.deploy.records import COMMIT, WAIT, Commit, Mark

from tests.host.deploy.virtual import LOCK, RELAY, Bench, deploy, live
from tests.host.transport.faulty import CutError, FaultyVolume, Tree

SERVICE = "GP14"
BOOT = ("boot.py", "boot.txt")


def with_lines(tree: Tree, *lines: str) -> Tree:
    """The tree with these lines at the end of its settings.toml."""
    return {
        **tree,
        "settings.toml": (tree["settings.toml"] or b"") + "".join(f"{line}\n" for line in lines).encode(),
    }


def staged(tree: Tree, steps: list[tuple[str, ...]], **files: bytes) -> Tree:
    return {
        **tree,
        COMMIT: Commit(steps, {"relay": (RELAY, "high"), "lock": (LOCK, "high")}).render(),
        **{f".deploy/{name}": content for name, content in files.items()},
    }


def program_writes(tree: Tree) -> Tree:
    """A code.py that tries to write the drive and prints the result."""
    code = b"try:\n    open('/probe', 'w').close()\n    print('program owns')\nexcept OSError:\n    print('laptop owns')\n"
    return {**tree, "code.py": code}


def test_the_laptop_owns_the_drive(bench: Bench, new_tree: Tree) -> None:
    bench.power_cycle(program_writes(new_tree))
    assert "laptop owns" in bench.run(5)


def test_the_program_owns_the_drive_where_the_journal_is_a_file(bench: Bench, new_tree: Tree) -> None:
    bench.power_cycle(program_writes(with_lines(new_tree, 'CHARGER_STORAGE_KIND = "file"')))
    assert "program owns" in bench.run(5)


@pytest.mark.parametrize("left", [COMMIT, "code.txt"])
def test_the_laptop_owns_the_drive_while_a_deploy_needs_it(bench: Bench, new_tree: Tree, left: str) -> None:
    tree = with_lines(program_writes(new_tree), 'CHARGER_STORAGE_KIND = "file"')
    tree = staged(tree, [("turn", "round")]) if left == COMMIT else {**tree, left: tree["code.py"]}
    bench.power_cycle(tree)
    assert "laptop owns" in bench.run(5)


@pytest.mark.parametrize(
    ("there", "target", "said"),
    [("late.py/inside", "late.py", "late.py is a folder"), ("late", "late/x.py", "late is not a folder")],
)
def test_a_name_in_the_way_is_left_to_the_laptop(
    bench: Bench, new_tree: Tree, there: str, target: str, said: str
) -> None:
    """No reset every 30 s."""
    steps = [("put", *Mark.of(b"late").words(), ".deploy/0", target)]
    bench.power_cycle(staged({**new_tree, there: b"mine"}, steps, **{"0": b"late"}))
    text = bench.run(100)
    assert f"boot: cannot finish a deploy: {said}" in text
    assert text.count("hold   an unfinished deploy needs the laptop") == 1
    assert bench.tree()[there] == b"mine"


@pytest.mark.parametrize("target", ["code.py", "CODE.PY"])
def test_a_file_that_is_to_replace_itself_is_not_removed(bench: Bench, new_tree: Tree, target: str) -> None:
    bench.power_cycle(staged(new_tree, [("move", "code.py", target)]))
    assert f"boot: cannot finish a deploy: {target} is its own source" in bench.run(5)
    assert bench.tree()["code.py"] == new_tree["code.py"]


def test_a_program_that_cannot_be_imported_is_shown_and_held_until_the_file_is_back(
    bench: Bench, new_tree: Tree
) -> None:
    bench.power_cycle(
        {
            path: data
            for path, data in new_tree.items()
            if path != "lib/adafruit_minimqtt/adafruit_minimqtt.py"
        }
    )
    text = bench.run(20)
    assert "ImportError: no module named 'adafruit_minimqtt.adafruit_minimqtt'" in text
    assert text.count("hold   a file is missing or damaged") == 1
    assert bench.holds()
    bench.reload(new_tree)
    assert "boot   firmware" in bench.run_until("boot   firmware", 20)


def test_an_error_that_comes_again_is_left_to_the_laptop(bench: Bench, new_tree: Tree) -> None:
    """A folder among the staged files: the last step of all cannot remove it."""
    bench.power_cycle({**staged(new_tree, []), ".deploy/folder/x": b""})
    text = bench.run(100)
    assert "boot: cannot finish a deploy:" in text
    assert text.count("hold   an unfinished deploy needs the laptop") == 1


@pytest.mark.parametrize("pin", [SERVICE, "GP15"])
def test_the_service_button_at_reset_gives_the_drive_back(bench: Bench, new_tree: Tree, pin: str) -> None:
    """The board profile's pin, and one that the settings name."""
    lines = ['CHARGER_STORAGE_KIND = "file"'] + (
        [f'CHARGER_HARDWARE_SERVICE_PIN = "{pin}"'] if pin != SERVICE else []
    )
    bench.board.pins[pin].external(False)
    bench.power_cycle(program_writes(with_lines(new_tree, *lines)))
    assert "laptop owns" in bench.run(5)


def test_a_commit_with_blanks_in_a_path_is_finished(bench: Bench, new_tree: Tree) -> None:
    content = b"mine"
    steps = [("put", *Mark.of(content).words(), ".deploy/0", "my notes.txt"), ("remove", "my old notes.txt")]
    bench.power_cycle(staged({**new_tree, "my old notes.txt": b"x"}, steps, **{"0": content}))
    bench.run(5)
    assert live(bench.tree()) == live({**new_tree, "my notes.txt": content})


def test_a_damaged_staged_file_is_not_put_in_place(bench: Bench, new_tree: Tree) -> None:
    steps = [("put", *Mark.of(b"whole").words(), ".deploy/0", "code.py")]
    bench.power_cycle(staged(new_tree, steps, **{"0": b"whol"}))
    text = bench.run(5)
    assert "boot: cannot finish a deploy: .deploy/0 is damaged" in text
    assert bench.holds()
    assert bench.tree()["code.py"] == new_tree["code.py"]


@pytest.mark.parametrize(
    ("commit", "said"),
    [
        (b"chargerctl 1\nremove code.py\ncrc32 00000000\n", "the commit is damaged"),
        (b"", "the commit is damaged"),
        (b"\xff\xfe\x00", "the commit is damaged"),
        (Commit([("turn", "round")]).render(), "unknown step turn"),
        (Commit([("put", "1", "2")]).render(), "the commit has an invalid step"),
        (Commit([("put", "one", "2", "-", "x")]).render(), "the commit has an invalid step"),
    ],
)
def test_a_commit_that_cannot_be_understood_is_left_to_the_laptop(
    bench: Bench, new_tree: Tree, commit: bytes, said: str
) -> None:
    bench.power_cycle({**new_tree, COMMIT: commit})
    text = bench.run(40)
    assert f"boot: cannot finish a deploy: {said}" in text
    assert text.count("hold   an unfinished deploy needs the laptop") == 1
    assert bench.holds()
    assert live(bench.tree()) == live({**new_tree, COMMIT: commit, WAIT: said.encode()})


@pytest.mark.parametrize("step_ms", [331, pytest.param(73, marks=pytest.mark.soak)])
def test_a_power_cut_while_boot_py_finishes_is_finished_at_the_next_one(
    bench: Bench, old_tree: Tree, new_tree: Tree, new_image: Image, step_ms: int
) -> None:
    whole, volume = FaultyVolume(old_tree), FaultyVolume(old_tree)
    deploy(whole, new_image)
    volume.cut_at = 1 + whole.operations.index("rename .deploy/commit.new .deploy/commit") + 1
    with pytest.raises(CutError):
        deploy(volume, new_image)
    committed, cuts = volume.tree(), 0
    for milliseconds in range(0, 20_000, step_ms):
        bench.power_cycle(committed)
        bench.board.run_until(lambda: bench.board.program in BOOT, 5)
        bench.run(milliseconds / 1000)
        in_the_middle = bench.board.program in BOOT
        bench.power_cycle(bench.tree())
        text = bench.run_until("boot   firmware", 30)
        assert live(bench.tree()) == live(new_tree), f"cut {milliseconds} ms into boot.py\n{text}"
        if not in_the_middle:
            break
        cuts += 1
    assert cuts > 10


@pytest.mark.parametrize("spelling", ["profile", "settings"])
def test_the_hold_drives_the_pins_to_their_inactive_level(
    bench: Bench, new_tree: Tree, spelling: str
) -> None:
    tree = staged(new_tree, [("turn", "round")])
    relay, level = (RELAY, False)
    if spelling == "settings":
        relay, level = "GP20", True
        tree = with_lines(
            tree, 'CHARGER_HARDWARE_RELAY_PIN = "GP20"', 'CHARGER_HARDWARE_RELAY_ACTIVE = "low"'
        )
    bench.power_cycle(tree)
    assert f"held safe: relay {relay}, lock {LOCK}" in bench.run(5)
    assert bench.board.pins[relay].driven is level
    assert bench.board.pins[LOCK].driven is False


def test_the_hold_needs_no_settings(bench: Bench, new_tree: Tree) -> None:
    """While settings.toml is being replaced it is not there: the commit names the pins."""
    tree = staged(
        {path: data for path, data in new_tree.items() if path != "settings.toml"}, [("turn", "round")]
    )
    bench.power_cycle(tree)
    assert f"held safe: relay {RELAY}, lock {LOCK}" in bench.run(5)


def test_a_pin_that_cannot_be_used_is_reported(bench: Bench, new_tree: Tree) -> None:
    tree = with_lines(staged(new_tree, [("turn", "round")]), 'CHARGER_HARDWARE_LOCK_PIN = "GP99"')
    bench.power_cycle(tree)
    text = bench.run(5)
    assert "hold   lock pin GP99 cannot be used" in text
    assert f"held safe: relay {RELAY}" in text


def test_a_change_on_the_drive_restarts_the_30_seconds(bench: Bench, new_tree: Tree) -> None:
    steps = [("put", *Mark.of(b"late").words(), ".deploy/0", "late.py")]
    bench.power_cycle(new_tree)
    bench.run(4)
    bench.reload(staged(new_tree, steps))
    bench.run(25)
    bench.reload(staged(new_tree, steps, **{"0": b"late"}))
    assert "boot:" not in bench.run(28)
    bench.run(10)
    assert bench.tree()["late.py"] == b"late"


@pytest.mark.parametrize("reason", ["brownout", "crash"])
def test_safemode_py_brings_the_board_back(bench: Bench, new_tree: Tree, reason: str) -> None:
    bench.power_cycle(new_tree)
    bench.run_until("boot   firmware", 20)
    bench.console.clear()
    bench.board.reset(reason)
    text = bench.run_until("boot   firmware", 20)
    assert "boot   firmware" in text
    assert bench.board.safe_mode is None


def test_a_person_gets_safe_mode(bench: Bench, new_tree: Tree) -> None:
    bench.board.boot_button = True
    bench.power_cycle(new_tree)
    bench.run(8)
    assert bench.board.safe_mode == "USER"


def test_safe_mode_asked_for_by_a_program_stays(bench: Bench, new_tree: Tree) -> None:
    code = b"import microcontroller as m\nm.on_next_reset(m.RunMode.SAFE_MODE)\nm.reset()\n"
    bench.power_cycle({**new_tree, "code.py": code})
    bench.run(10)
    assert bench.board.safe_mode == "PROGRAMMATIC"
