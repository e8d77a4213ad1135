# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Which identifiers get another name on the board, one that CircuitPython has in flash already.

Each identifier of a program that CircuitPython does not have in flash takes some 20 bytes of RAM as long as the program
runs. Those that only the charger package uses, and only as identifiers, can be called `fill_row` or `hstop` instead, and
so can those that only one library uses: what others use of it keeps its name, so that each can be replaced by itself. The
names to choose from are in flash_names.txt. Private names that never meet, since they are in different files, share one.
A constant of one file gets a private name: the compiler puts its value where it is used, and keeps no name at all.
"""

from __future__ import annotations

import ast
import builtins
import keyword
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache

_WORD = re.compile(r"[^\W\d]\w*")
# A string that may contain names: one identifier, or a list of them. One with dots is a module or a setting.
_NAMING = re.compile(r"[^\W\d]\w*(?:[,\s]+[^\W\d]\w*)*")

# Of a file, the module itself first.
_Nodes = Sequence[ast.AST]

# What is found in a file is needed again for each library.
_ONCE = lru_cache(maxsize=512)

# Without any of these a file takes no name from a text: several words are a message.
_BY_TEXT = {
    "namedtuple",
    "getattr",
    "setattr",
    "hasattr",
    "delattr",
    "globals",
    "vars",
    "exec",
    "eval",
    "type",
}


def board_names(package: Mapping[str, str], others: Mapping[str, bytes]) -> dict[str, str]:
    """{name in the source: name on the board}, the same for the same files. For each private name of a file there is a
    second key, the file's path, a space and the name: with the path, the way back is unique.

    package: the charger's sources by path. others: every other program on the board, as source or as .mpy. An identifier
    stays as it is where CircuitPython, another program or a string of the package has it, or where it belongs to a class
    derived from one of a library. Raises SyntaxError.
    """
    everywhere, somewhere = flash_names()
    trees = {path: _nodes(text, path) for path, text in package.items()}
    modules = {part for path in package for part in _WORD.findall(path)}
    elsewhere = {name for path, content in others.items() for name in _names_in(path, content)}
    # Private names that each uses on its own objects alone do not meet.
    reached = {name for nodes in trees.values() for name in _reached(nodes)}
    for path, content in others.items():
        reached |= _reached_in(path, content)
    elsewhere = {name for name in elsewhere if not _is_private(name) or name in reached}
    elsewhere |= set(dir(builtins)) | set(keyword.kwlist)
    classes = {node.name for nodes in trees.values() for node in nodes if isinstance(node, ast.ClassDef)}
    fixed = elsewhere | modules | somewhere.union(everywhere)
    ours: set[str] = set()
    for nodes in trees.values():
        ours.update(_defined(nodes))
        fixed.update(_named_in_strings(nodes), _inherited(nodes, classes))
    # In how many files each word is.
    known = Counter(word for text in package.values() for word in set(_WORD.findall(text)))
    constants = {
        name: f"_{name}"
        for nodes in trees.values()
        for name in _constants(nodes)
        if name not in fixed and known[name] == 1 and f"_{name}" not in known
    }
    renamed = {name for name in ours - fixed - constants.keys() if not name.startswith("__")}
    # A new name must not be in use already.
    in_use = elsewhere | modules | known.keys()
    free = (name for name in everywhere if name not in in_use)
    private = {
        path: {word for word in _WORD.findall(text) if word in renamed and word.startswith("_")}
        for path, text in package.items()
    }
    sharing = _sharing(_related(trees), private)
    public = sorted(renamed - sharing.keys(), key=lambda name: (-len(name), name))
    # The private ones first, then the longest: there may be too few.
    groups = sorted(set(sharing.values()))
    found = dict(zip([*groups, *public], free, strict=False))
    names = constants | {name: found[name] for name in public if name in found}
    names |= {name: found[group] for name, group in sharing.items() if group in found}
    names |= {f"{path} {name}": names[name] for path in private for name in private[path] if name in names}
    return dict(sorted(names.items()))


def library_names(library: Mapping[str, str], others: Mapping[str, bytes]) -> dict[str, str]:
    """As board_names(), for the files of one library: only the keys with a path, since its names are its own."""
    names = board_names(library, others)
    return {
        f"{path} {name}": names[name]
        for path, text in library.items()
        for name in _WORD.findall(text)
        if name in names
    }


def names_in_file(path: str, names: Mapping[str, str]) -> dict[str, str]:
    """{name in the source: on the board} for one file of a library, from all names."""
    return {key[len(path) + 1 :]: name for key, name in names.items() if key.startswith(path + " ")}


def _sharing(related: Mapping[str, str], private: Mapping[str, set[str]]) -> dict[str, int]:
    """{private name: number of its group}: no two of a group are in one file, or in files that are related.

    related: {path: one name for all files related to it}.
    """
    together: dict[str, set[str]] = {}
    for path, found in private.items():
        together.setdefault(related[path], set()).update(found)
    meets: dict[str, set[str]] = {}
    for found in together.values():
        for name in found:
            meets.setdefault(name, set()).update(found - {name})
    groups: dict[str, int] = {}
    for name in sorted(meets, key=lambda name: (-len(meets[name]), name)):
        taken = {groups[other] for other in meets[name] if other in groups}
        groups[name] = next(number for number in range(len(taken) + 1) if number not in taken)
    return groups


def _nodes(text: str | bytes, path: str) -> _Nodes:
    """Those of a file, listed once: walking takes far longer than any look at the nodes."""
    return list(ast.walk(ast.parse(text, path)))


def _related(trees: Mapping[str, _Nodes]) -> dict[str, str]:
    """Files whose classes derive from one another's: their private names meet in one object. A base is found by its name,
    in whatever file a class is called so: how it was imported, and by way of what, is of no account."""
    defining: dict[str, list[str]] = {}
    for path, nodes in trees.items():
        for node in nodes:
            if isinstance(node, ast.ClassDef):
                defining.setdefault(node.name, []).append(path)
    related = {path: path for path in trees}
    for path, nodes in trees.items():
        for name in _bases(nodes):
            for other in defining.get(name, ()):
                old, new = related[other], related[path]
                related = {each: new if group == old else group for each, group in related.items()}
    return related


def _bases(nodes: _Nodes) -> Iterator[str]:
    """The names of the classes that those of the file derive from, as they are called where they are defined."""
    original = {
        alias.asname: alias.name
        for node in nodes
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.asname
    }
    for node in nodes:
        for base in node.bases if isinstance(node, ast.ClassDef) else ():
            name = base.attr if isinstance(base, ast.Attribute) else _name(base)
            yield original.get(name, name)


@cache
def flash_names() -> tuple[tuple[str, ...], frozenset[str]]:
    """(names that every board with .mpy files has in flash, names that some boards have), from flash_names.txt."""
    from importlib import resources

    text = (
        resources.files("chargerctl.deploy.bytecode").joinpath("flash_names.txt").read_text(encoding="utf-8")
    )
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    everywhere, somewhere = " ".join(lines).split(" -- ")
    return tuple(everywhere.split()), frozenset(somewhere.split())


@_ONCE
def _names_in(path: str, content: bytes) -> frozenset[str]:
    """Every identifier of a program, and names in its strings; of bytecode everything that may be an identifier."""
    anything = frozenset(_WORD.findall(content.decode("latin-1")))
    if not path.endswith(".py"):
        return anything
    try:
        nodes = _nodes(content, path)
    except (SyntaxError, ValueError):
        return anything
    names = set(_named_in_strings(nodes))
    for node in nodes:
        for _, value in () if isinstance(node, ast.Constant) else ast.iter_fields(node):
            for each in value if isinstance(value, list) else [value]:
                if isinstance(each, str):
                    names.update(_WORD.findall(each))
    return frozenset(names)


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


@_ONCE
def _reached_in(path: str, content: bytes) -> frozenset[str]:
    try:
        return (
            frozenset(_reached(_nodes(content, path))) if path.endswith(".py") else _names_in(path, content)
        )
    except (SyntaxError, ValueError):
        return _names_in(path, content)


def _reached(nodes: _Nodes) -> Iterator[str]:
    """Names that a file may use on an object of another file: on anything but self, in strings and imports, and in a class
    that is derived from another."""
    yield from _named_in_strings(nodes)
    for node in nodes:
        if isinstance(node, ast.Attribute) and not (
            isinstance(node.value, ast.Name) and node.value.id == "self"
        ):
            yield node.attr
        elif isinstance(node, ast.alias):
            yield from _WORD.findall(f"{node.name} {node.asname}")
        elif isinstance(node, ast.ClassDef) and node.bases:
            yield from _WORD.findall(ast.unparse(node))


def _defined(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Names that the file defines and the board keeps in RAM: not locals of a function, nor a private const()."""
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        if isinstance(node, ast.ClassDef | ast.Module):
            for statement in node.body:
                yield from _assigned(statement)
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr


def _assigned(statement: ast.stmt) -> Iterator[str]:
    if not isinstance(statement, ast.Assign):
        return
    for target in statement.targets:
        for node in ast.walk(target):
            if isinstance(node, ast.Name) and not (node.id.startswith("_") and _is_constant(statement.value)):
                yield node.id


def _constants(nodes: _Nodes) -> Iterator[str]:
    """The public names of the file that are a const(), and nothing else ever."""
    stored = [node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
    module = nodes[0]
    assert isinstance(module, ast.Module)
    for statement in module.body:
        if isinstance(statement, ast.Assign) and _is_constant(statement.value):
            yield from (name for name in _assigned(statement) if stored.count(name) == 1)


def _is_constant(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "const"


def _named_in_strings(nodes: _Nodes) -> Iterator[str]:
    docstrings = {
        id(node.body[0].value)
        for node in nodes
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    by_text = any(isinstance(node, ast.Name) and node.id in _BY_TEXT for node in nodes)
    for node in nodes:
        text = node.value if isinstance(node, ast.Constant) and id(node) not in docstrings else None
        if isinstance(text, str) and _NAMING.fullmatch(text) and (by_text or " " not in text.strip()):
            yield from _WORD.findall(text)


def _inherited(nodes: _Nodes, own_classes: set[str]) -> Iterator[str]:
    """The names in a class whose base is not of the package: the base may use the same ones. The name of the class too:
    that of an exception is printed."""
    for node in nodes:
        if isinstance(node, ast.ClassDef) and any(_name(base) not in own_classes for base in node.bases):
            yield node.name
            yield from _defined(ast.walk(ast.Module([node], [])))


def _name(base: ast.expr) -> str:
    return base.id if isinstance(base, ast.Name) else ""
