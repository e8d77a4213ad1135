# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Other names for the charger's identifiers, and back: the same program on the same lines."""

from __future__ import annotations

import ast
import builtins
import re

import pytest
from chargerctl.deploy.bytecode.names import board_names, flash_names, library_names, names_in_file
from chargerctl.deploy.bytecode.renaming import RenamingError, renamed
from chargerctl.deploy.bytecode.translate import translated
from chargerctl.deploy.image import Image, firmware_image
from chargerctl.deploy.libraries.wheels import wheel_libraries
from hypothesis import given, settings
from hypothesis import strategies as st

IMAGE: Image = firmware_image() | wheel_libraries()
PACKAGE = {path: content.decode() for path, content in IMAGE.items() if path.startswith("charger/")}
OTHERS = {path: content for path, content in IMAGE.items() if path not in PACKAGE}
NAMES = board_names(PACKAGE, OTHERS)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("cable = 1", "wire = 1"),
        ("x.cable.cable(cable=cable)", "x.wire.wire(wire=wire)"),
        ("def f(cable, *, y): pass", "def f(wire, *, y): pass"),
        ("cables = 'cable' # cable", "cables = 'cable' # cable"),
        ('"""cable\n""" "cable" + cable', '"""cable\n""" "cable" + wire'),
        (r"b'cable', r'\'cable', cable", r"b'cable', r'\'cable', wire"),
        ("f'cable {cable} {{cable}} {x.cable!r:>5}'", "f'cable {wire} {{cable}} {x.wire!r:>5}'"),
        ("f'{d[\"cable\"]:cable}'", "f'{d[\"cable\"]:cable}'"),
        ("f'{cable != 1} {[cable for cable in {1: 2}]}'", "f'{wire != 1} {[wire for wire in {1: 2}]}'"),
        ("f'{1:{cable}}'", "f'{1:{wire}}'"),
        ("from charger.box import cable", "from charger.box import wire"),
        ("0x1cab1e.real; cable", "0x1cab1e.real; wire"),
        ("global cable", "global wire"),
        ("[cable,\\\n cable]", "[wire,\\\n wire]"),
    ],
)
def test_identifiers_are_exchanged_and_nothing_else(before: str, after: str) -> None:
    assert renamed(before, {"cable": "wire"}) == after


@pytest.mark.parametrize("source", ["f'{cable=}'", "import cable", "from charger.cable import x"])
def test_what_would_be_another_program_is_refused(source: str) -> None:
    with pytest.raises(RenamingError):
        renamed(source, {"cable": "wire"})


@given(st.data())
@settings(max_examples=settings.default.max_examples // 2)
def test_any_names_can_be_exchanged_and_back(data: st.DataObject) -> None:
    """That the program is the same one, `renamed` checks itself: by the nodes of its syntax tree."""
    source = PACKAGE[data.draw(st.sampled_from(sorted(PACKAGE)))]
    words = sorted(NAMES.keys() & set(re.findall(r"\w+", source)))
    ours = [word for word in words if data.draw(st.booleans())]
    names = {name: f"other_{number}" for number, name in enumerate(ours)}
    there = renamed(source, names)
    assert renamed(there, {other: name for name, other in names.items()}) == source
    assert there.count("\n") == source.count("\n")


@given(st.text(alphabet="ab{}!:'\"\\ f=#\n.[]()", max_size=40))
@settings(max_examples=4 * settings.default.max_examples)
def test_any_python_comes_out_as_the_same_program_or_is_refused(source: str) -> None:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    try:
        there = renamed(source, {"a": "other"})
    except RenamingError:
        return
    assert ast.dump(ast.parse(there)).count("'other'") >= ast.dump(tree).count("id='a'")


def test_most_of_what_the_charger_defines_gets_another_name() -> None:
    assert len(NAMES) > 600
    assert {"_late", "_run_urgent", "authorize_answered"} < NAMES.keys()


def test_the_names_are_different_ones_and_in_use_for_nothing_else() -> None:
    public = [on_board for name, on_board in NAMES.items() if name.isidentifier() and name[0] != "_"]
    assert len(set(public)) == len(public)
    in_use = {word for text in PACKAGE.values() for word in re.findall(r"\w+", text)}
    assert not in_use & set(NAMES.values())
    assert not set(dir(builtins)) & set(NAMES.values())
    assert {on_board for name, on_board in NAMES.items() if on_board != f"_{name}"} <= set(flash_names()[0])


def test_private_names_of_different_files_share_one_and_those_of_a_file_or_of_related_ones_do_not() -> None:
    package = {
        "charger/a.py": "class A:\n    def _one(self): self._two = 1\n",
        "charger/b.py": "class B:\n    def _three(self): pass\n",
        "charger/c.py": "from charger.a import A\nclass C(A):\n    def _four(self): pass\n",
    }
    names = board_names(package, {})
    assert names["_three"] in (names["_one"], names["_two"], names["_four"])
    assert len({names["_one"], names["_two"], names["_four"]}) == 3
    private = {name: on_board for name, on_board in NAMES.items() if name.startswith("_")}
    assert len(private) > 400
    assert len(set(private.values())) < 80
    for path in PACKAGE:
        inside = [on_board for name, on_board in NAMES.items() if name.startswith(path + " ")]
        assert len(inside) == len(set(inside)), path


def test_a_constant_of_one_file_becomes_private_and_one_that_others_use_does_not() -> None:
    package = {
        "charger/a.py": "ONE = const(1)\nTWO = const(2)\nTHREE = 3\nFOUR = const(4)\nFOUR = 5\n",
        "charger/b.py": "from charger.a import TWO\n",
    }
    names = board_names(package, {})
    assert names["ONE"] == "_ONE"
    assert {names["TWO"], names["THREE"], names["FOUR"]} < set(flash_names()[0])


def test_an_attribute_gets_another_name_wherever_it_is_set() -> None:
    assert "setting_of_ours" in board_names(
        {"charger/a.py": "def f(values):\n    values.setting_of_ours = 1\n"}, {}
    )


@pytest.mark.parametrize(
    "derived",
    [
        "from x.a import Base\nclass Sub(Base):",
        "from .a import Base\nclass Sub(Base):",
        "from . import Base\nclass Sub(Base):",
        "from .a import Base as Other\nclass Sub(Other):",
        "from . import a\nclass Sub(a.Base):",
        "import x.a\nclass Sub(x.a.Base):",
    ],
)
def test_private_names_of_a_class_and_its_base_in_another_file_stay_two_names(derived: str) -> None:
    library = {
        "lib/x/__init__.py": "from .a import Base\n",
        "lib/x/a.py": "class Base:\n    def _alpha_thing(self): pass\n",
        "lib/x/b.py": derived + "\n    def _beta_thing(self): pass\n",
        "lib/x/c.py": "class Else:\n    def _gamma_thing(self): pass\n",
    }
    names = board_names(library, {})
    beta = names.get("_beta_thing", "_beta_thing")
    assert names["_alpha_thing"] != beta
    assert names["_gamma_thing"] in (names["_alpha_thing"], beta)


def test_what_libraries_programs_and_strings_know_keeps_its_name() -> None:
    kept = {
        "recv_into", "settimeout", "setsockopt",  # MiniMQTT calls them
        "on_message",  # of MiniMQTT
        "count", "trouble", "build", "run_pass",  # code.py
        "plugged", "asking", "by_card",  # fields of a namedtuple
        "readinto", "value", "autoreload", "ble_workflow",  # CircuitPython's
        "LinkError",  # shown to people by its __name__
        "connector", "interlock",  # modules
    }  # fmt: skip
    assert not kept & NAMES.keys()


def test_the_same_files_give_the_same_names_in_any_order() -> None:
    assert board_names(dict(reversed(PACKAGE.items())), dict(reversed(OTHERS.items()))) == NAMES


def test_a_name_that_a_library_has_stays() -> None:
    assert "authorize_answered" not in board_names(
        PACKAGE, {**OTHERS, "lib/x.py": b"loop.authorize_answered()"}
    )
    assert "authorize_answered" not in board_names(
        PACKAGE, {**OTHERS, "lib/x.mpy": b"C\x06\x00\x1f\x10authorize_answered\x00"}
    )
    assert "authorize_answered" in board_names(PACKAGE, {**OTHERS, "lib/x.py": b"# authorize_answered"})


def test_a_name_in_use_elsewhere_is_not_taken() -> None:
    taken = NAMES["authorize_answered"]
    assert taken not in board_names(PACKAGE, {**OTHERS, "lib/x.py": f"x.{taken}".encode()}).values()


def test_of_a_library_only_what_no_other_file_knows_gets_another_name() -> None:
    library = {
        "lib/x/a.py": "class Pipe:\n    def fetch_all(self, how_much): self._left_over = how_much\n",
        "lib/x/b.py": "from x.a import Pipe\ndef helper_of_x(pipe): return pipe._left_over\n",
    }
    names = library_names(library, {"charger/c.py": b"from x.a import Pipe\nPipe().fetch_all(1)\n"})
    assert names_in_file("lib/x/a.py", names).keys() == {"how_much", "_left_over"}
    assert names_in_file("lib/x/b.py", names).keys() == {"helper_of_x", "pipe", "_left_over"}
    assert names["lib/x/a.py _left_over"] == names["lib/x/b.py _left_over"]


def test_what_inherits_from_a_library_keeps_its_names() -> None:
    package = {
        "charger/a.py": "class Mine(Theirs):\n    def my_own(self): self.my_other = 1\nclass Ours: my_third = 2\n"
    }
    assert board_names(package, {}).keys() == {"Ours", "my_third"}


def test_a_traceback_is_shown_with_the_names_of_the_sources() -> None:
    there = NAMES
    text = (
        "[  12.345] loop   Traceback (most recent call last):\r\n"
        f'[  12.345] loop     File "charger/loop.mpy", line 130, in {there["_run_urgent"]}\r\n'
        f'  File "charger/loop.py", line 131, in {there["_overran"]}\n'
        f'  File "charger/interlock.py", line 99, in {there["_follow_cable"]}\n'
        f"AttributeError: '{there['Interlock']}' object has no attribute '{there['_contactor']}'\n"
        f"TypeError: {there['authorize_answered']}() takes 1 positional arguments but 2 were given\n"
        f"ImportError: cannot import name {there['Interlock']}\n"
        f"a line that says {there['Interlock']} stays\n"
    )
    assert translated(text, NAMES) == (
        "[  12.345] loop   Traceback (most recent call last):\r\n"
        '[  12.345] loop     File "charger/loop.py", line 130, in _run_urgent\r\n'
        '  File "charger/loop.py", line 131, in _overran\n'
        '  File "charger/interlock.py", line 99, in _follow_cable\n'
        "AttributeError: 'Interlock' object has no attribute '_contactor'\n"
        "TypeError: authorize_answered() takes 1 positional arguments but 2 were given\n"
        "ImportError: cannot import name Interlock\n"
        f"a line that says {there['Interlock']} stays\n"
    )
