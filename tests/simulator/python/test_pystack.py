# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""CircuitPython's pystack on the virtual board: how large frames are, and what happens when they fit no more."""

import ast
from pathlib import Path
from textwrap import dedent

import pytest
from chargerctl.deploy.image import firmware_image
from chargerctl.deploy.libraries.wheels import wheel_libraries
from chargerctl.settings import effective_for_simulation
from chargerctl.simulator.chaos.scene import Scene
from chargerctl.simulator.chaos.soak import Drives
from chargerctl.simulator.machine.costs import Costs
from chargerctl.simulator.python import frames

V9, V10 = (9, 2, 9), (10, 1, 3)
C6, PICO = "seeed_xiao_esp32c6", "raspberry_pi_pico_w"

# A module's frame and that of `deeper`, by hand: 20 bytes, 4 for each local and each place of its stack, a multiple of 8.
RECURSION = """
    deepest = 0
    def deeper(depth):
        global deepest
        deepest = depth
        deeper(depth + 1)
    def try_it():
        try:
            deeper(1)
        except RuntimeError as error:
            print(error, deepest)
"""


def sizes(source):
    tree = ast.parse(source)
    return [
        (frames.scope_name(scope), size) for scope, size in frames.frame_sizes(tree, source.encode()).items()
    ]


def test_a_frame_is_its_head_its_places_and_its_handlers():
    # One local, and a stack of one; then two handlers more, which a try with a name is (py/compile.c).
    assert sizes("def same(x):\n    return x\n")[1] == ("same", frames.aligned(20 + 4 * 2))
    plain, named = (
        sizes(f"def catch(x):\n    try:\n        x()\n    except ValueError{name}:\n        pass\n")[1][1]
        for name in ("", " as e")
    )
    assert plain > frames.aligned(20 + 4 * 2)
    assert named >= plain + 12


def test_generators_lie_on_the_heap_and_each_scope_is_found():
    text = "class A:\n    def f(self, g=lambda: [x for x in y]):\n        yield {a: b for a, b in g}\n"
    found = sizes(text)
    assert [name for name, _ in found] == ["<module>", "A", "<lambda>", "<listcomp>", "f", "<dictcomp>"]
    assert [size for name, size in found if name == "f"] == [0]


def test_the_frames_of_all_that_is_deployed_are_known():
    files = firmware_image() | wheel_libraries()
    counted = 0
    for path, content in files.items():
        if Path(path).suffix == ".py":
            # Raises FrameError where bytecode and source do not go together.
            counted += len(frames.frame_sizes(ast.parse(content), content))
    assert counted > 500


@pytest.mark.parametrize(
    ("version", "setting", "size"),
    [(V9, None, 1536), (V10, None, 2048), (V9, "3000", 3000), (V10, "1024", 1024), (V9, '"x"', 1536)],
)
def test_a_call_that_does_not_fit_raises(output, version, setting, size):
    files = {} if setting is None else {"settings.toml": f"CIRCUITPY_PYSTACK_SIZE = {setting}\n"}
    code = dedent(RECURSION + "    try_it()\n    try_it()\n")
    lines = output(code, files=files, version=version)
    frame = dict(sizes(code))
    below = frame["<module>"] + frame["try_it"]
    # What was given back can be taken again.
    assert lines == [f"pystack exhausted {(size - below) // frame['deeper']}"] * 2


def test_line_numbers_in_tracebacks_are_those_of_the_source(start):
    code = """\
        def outer(x):
            \'\'\'Text.\'\'\'

            try:
                for y in x:
                    inner(
                        y
                    )
            except KeyError:
                pass

        def inner(y):

            return [
                1 / y
            ]

        outer([1, 0])
        """
    board = start(code)
    assert board.ended.traceback == (
        "Traceback (most recent call last):\n"
        '  File "code.py", line 18, in <module>\n'
        '  File "code.py", line 6, in outer\n'
        '  File "code.py", line 15, in inner\n'
        "ZeroDivisionError: division by zero\n"
    )


def test_what_an_exception_left_in_an_expression_is_given_back_where_it_is_caught(output):
    code = (
        RECURSION
        + """
    def fail(times):
        for _ in range(times):
            try:
                [1 // x for x in (0,)]
            except ZeroDivisionError:
                pass
        try_it()
    fail(0)
    fail(100)
"""
    )
    never, often = output(code)
    assert never == often


def test_arguments_of_a_bound_method_that_was_kept_take_pystack_too(output):
    code = """
        deepest = 0
        class A:
            def __init__(self):
                self.kept = self.again
            def again(self, depth):
                global deepest
                deepest = depth
                self.{}(depth + 1)
        try:
            A().again(1)
        except RuntimeError:
            print(deepest)
    """
    frame = dict(sizes(dedent(code.format("again"))))
    room = 2048 - frame["<module>"]
    assert output(code.format("again")) == [str(room // frame["again"])]
    assert output(code.format("kept")) == [str(room // (frame["again"] + 8))]


@pytest.fixture
def charger(tmp_path):
    """A charger on CircuitPython 9, the network's answers taking so many seconds; and what its console said."""
    boards = []

    def make(answer_s, board_id=C6, **options):
        settings = effective_for_simulation(None, {}, [], board_id=board_id)
        drive = Drives(tmp_path).of(board_id)
        (drive / "settings.toml").write_text(settings.render(), encoding="utf-8")
        scene = Scene(drive, board_id, settings.values, Costs(), seed=1)
        boards.append(scene.board)
        scene.board.version = V9
        scene.network.faults.delay_us = round(answer_s * 500_000) - scene.network.costs.network_delay
        scene.board.settle_boot_out()
        scene.board.power(True)
        return scene

    yield make
    for board in boards:
        board.power(False)


@pytest.mark.parametrize("board_id", [C6, PICO])
@pytest.mark.parametrize("answer_s", [0.02, 1.5])
def test_a_cable_plugged_and_a_card_held_while_the_broker_is_awaited_fault_nothing(
    charger, answer_s, board_id
):
    scene = charger(answer_s, board_id)
    for at_s in range(4, 60):
        # Moved every half second or so, through dialling, CONNACK, SUBACK, PUBACK and what follows.
        scene.later(at_s / 2, scene.world.unplug if at_s % 4 >= 2 else scene.world.plug)
        scene.later(at_s / 2 + 0.1, lambda: scene.world.swipe("04A2B3C4", 0.3))
    assert scene.wait(lambda: scene.online, 60)
    scene.board.run_for(35)
    said = "\n".join(scene.board.console.lines)
    assert "failed" not in said
    assert "pystack" not in said
    assert "Faulted" not in said
    assert scene.status in ("Available", "Finishing", "Preparing", "Charging")
