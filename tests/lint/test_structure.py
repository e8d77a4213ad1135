# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""No file of the laptop's tool imports itself in a circle, imports for type checking and inside functions included."""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

HOST_TOOL = Path(__file__).parents[2] / "host_tool"


def modules_below(folder):
    """Name of each module -> its file."""
    names = {}
    for file in folder.rglob("*.py"):
        parts = file.relative_to(folder.parent).with_suffix("").parts
        names[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return names


def imports_of(text, modules):
    """The modules that a file imports, whether it names them or something in them."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names = [each.name for each in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{each.name}" for each in node.names]
        else:
            continue
        for name in names:
            inner = name if name in modules else name.rpartition(".")[0]
            if inner in modules:
                yield inner


def circle(graph):
    """The modules of a circle in their order, the first again at the end; empty where there is none."""
    try:
        tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        return error.args[1][::-1]
    return []


def test_no_circle_of_imports():
    modules = modules_below(HOST_TOOL / "chargerctl")
    assert len(modules) > 200
    graph = {name: set(imports_of(file.read_text(), modules)) for name, file in modules.items()}
    assert " -> ".join(circle(graph)) == ""


def test_a_circle_is_found_and_shown():
    texts = {
        "p": "",
        "p.a": "from p import b",
        "p.b": "def f():\n    import p.c",
        "p.c": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from p.a import Name",
    }
    found = circle({name: set(imports_of(text, texts)) for name, text in texts.items()})
    assert found[0] == found[-1]
    assert sorted(found[1:]) == ["p.a", "p.b", "p.c"]
    assert " -> ".join(found) in "p.a -> p.b -> p.c -> p.a -> p.b -> p.c"
