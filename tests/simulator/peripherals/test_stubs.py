# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Names and signatures are CircuitPython's (circuitpython-stubs); each difference is one that is written here."""

from __future__ import annotations

import ast
import inspect
import sysconfig
from pathlib import Path

import pytest

MODULES = (
    *("bitmaptools", "busdisplay", "busio", "countio", "displayio", "fontio", "fourwire", "i2cdisplaybus"),
    *("neopixel_write", "terminalio", "vectorio"),
)
# What the virtual board does not have. A program that uses it fails here, and would run on a board.
MISSING = {
    "bitmaptools.replace_color": "Blinka has none",
    "bitmaptools.BlendMode": "Blinka's has names of its own",
    "bitmaptools.DitherAlgorithm": "Blinka's has names of its own",
    "busio.UART": "nothing to talk to",
    "fontio.FontProtocol": "typing only",
    "fontio.BuiltinFont.bitmap": "an attribute of the instance",
    "terminalio.Terminal": "the terminal is not drawn",
    "displayio.Bitmap.bits_per_value": "Blinka has none",
    "displayio.Bitmap.deinit": "Blinka has none",
    "displayio.Group.__contains__": "Python's own, by __getitem__",
    "displayio.Group.__iter__": "Python's own, by __getitem__",
    "displayio.Palette.__bool__": "Python's own, by __len__",
}
# Parameters that differ: Blinka's names for what is passed by position, or what it lacks.
DIFFERENT = {
    "bitmaptools.alphablend",
    "bitmaptools.dither",
    "bitmaptools.readinto",
    "busdisplay.BusDisplay.__init__",
    "displayio.ColorConverter.__init__",
    "displayio.ColorConverter.make_opaque",
    "displayio.Group.append",
    "displayio.Group.pop",
    "fourwire.FourWire.__init__",
    "vectorio.Circle.__init__",
    "vectorio.Polygon.__init__",
    "vectorio.Rectangle.__init__",
}


def stub(module: str) -> ast.Module:
    path = Path(sysconfig.get_path("purelib")) / f"{module}-stubs" / "__init__.pyi"
    return ast.parse(path.read_text(encoding="utf-8"))


def members(tree: ast.Module):
    """(dotted name, its function or None) of everything a stub declares that exists when a program runs."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id, None
        elif isinstance(node, ast.ClassDef):
            yield node.name, None
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef):
                    yield f"{node.name}.{inner.name}", inner
                elif isinstance(inner, ast.AnnAssign) and isinstance(inner.target, ast.Name):
                    yield f"{node.name}.{inner.target.id}", None


def parameters(node: ast.FunctionDef) -> tuple[list[str], set[str]]:
    arguments = node.args
    positional = [each.arg for each in arguments.posonlyargs + arguments.args if each.arg != "self"]
    return positional, {each.arg for each in arguments.kwonlyargs}


def real_parameters(function) -> tuple[list[str], set[str]]:
    found = [each for name, each in inspect.signature(function).parameters.items() if name != "self"]
    positional = [
        each.name for each in found if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)
    ]
    return positional, {each.name for each in found if each.kind is each.KEYWORD_ONLY}


@pytest.fixture
def loaded(bench):
    """The modules as a program gets them."""
    found = {}
    bench.load("import " + ", ".join(MODULES) + "\nimport time\ntime.sleep(10)")
    bench.board.power(True)
    bench.board.run_until(lambda: bench.board.vm and "vectorio" in bench.board.vm.modules, 5)
    for name in MODULES:
        found[name] = bench.board.vm.modules[name]
    return found


@pytest.mark.parametrize("module", MODULES)
def test_a_module_is_as_the_stubs_declare_it(loaded, module):
    problems = []
    known = {"__name__"}
    for dotted, node in members(stub(module)):
        known.add(dotted.split(".")[0])
        full = f"{module}.{dotted}"
        value = loaded[module]
        # A class says itself how it is made, also one that has a __new__.
        for part in dotted.removesuffix(".__init__").split("."):
            value = getattr(value, part, None)
        if (
            full in MISSING
            or dotted.startswith(("_", "Any"))
            or dotted.split(".")[0] in _missing_classes(module)
        ):
            continue
        if value is None:
            problems.append(f"{full} is missing")
        elif (
            node is not None and full not in DIFFERENT and not dotted.endswith("__exit__") and callable(value)
        ):
            wanted, real = parameters(node), real_parameters(value)
            if wanted != real:
                problems.append(f"{full} has {real}, not {wanted}")
    extra = {name for name in vars(loaded[module]) if name not in known}
    assert not extra, "names that a board does not have"
    assert not problems


def _missing_classes(module: str) -> set[str]:
    return {name.split(".")[1] for name in MISSING if name.startswith(module + ".") and name.count(".") == 1}
