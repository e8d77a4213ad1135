# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""docs/troubles/, a page for each trouble, quotes only what the programs print: each quoted line is a text in their source,
… for what varies."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONTENTS = (ROOT / "docs" / "troubles.md").read_text(encoding="utf-8")
VARIES = "…"
# What stands before a text: chargerctl's name, or the time and subsystem of a line of the console.
_BEFORE = re.compile(r"(chargerctl: |(\[ *\d+\.\d{3}\] )?(?P<tag>[a-z]{2,6}) {1,5}(?=\S))")
_FIELD = re.compile(r"\{[^{}]*\}|%[-0-9.]*[sdrX]")


def pages() -> dict[str, str]:
    """The text of each page by its title, in the order of the contents."""
    found = {}
    for name in re.findall(r"^- \[[^\]]+\]\((troubles/[^)]+)\)", CONTENTS, re.MULTILINE):
        title, _, text = (ROOT / "docs" / name).read_text(encoding="utf-8").partition("\n")
        found[title.removeprefix("# ")] = text
    return found


PAGES = pages()


def quoted(page: str) -> list[str]:
    """The lines of its blocks without a language, and the first column of its tables."""
    blocks = re.findall(r"^```\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    cells = re.findall(r"^\| (`[^|]+) \|", page, re.MULTILINE)
    lines = [line for block in blocks for line in block.splitlines()]
    return lines + [text for cell in cells for text in re.findall("`([^`]+)`", cell)]


def flat(node: ast.expr) -> str:
    """A text of the source as it is printed, with … for each part that varies."""
    if isinstance(node, ast.Constant):
        return _FIELD.sub(VARIES, node.value) if isinstance(node.value, str) else VARIES
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else VARIES for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return flat(node.left) + flat(node.right)
    if isinstance(node, ast.IfExp):
        return flat(node.body)
    return VARIES


@functools.cache
def texts() -> str:
    """Every text of the firmware and of chargerctl that may be printed, one a line."""
    found = []
    for folder in ("firmware", "host_tool"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            found += [" ".join(text.split()) for text in printable(path.read_text(encoding="utf-8"))]
    return "\n".join(found)


def printable(source: str) -> Iterator[str]:
    """Its texts without those that stand for themselves, as docstrings do, and without patterns."""
    waiting: list[ast.AST] = [ast.parse(source)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.Constant, ast.JoinedStr, ast.BinOp)):
            yield flat(node)
        if not _is_never_printed(node):
            waiting += ast.iter_child_nodes(node)


def _is_never_printed(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "re"
    return isinstance(node, ast.Expr) and isinstance(node.value, (ast.Constant, ast.JoinedStr))


def is_printed(line: str) -> bool:
    text = _BEFORE.sub("", line, count=1) if _BEFORE.match(line) else line
    return " ".join(text.split()) in texts()


@pytest.mark.parametrize("name", PAGES)
def test_what_a_trouble_quotes_is_printed(name: str) -> None:
    lines = quoted(PAGES[name])
    assert lines
    assert [line for line in lines if not is_printed(line)] == []


@pytest.mark.parametrize("name", PAGES)
def test_each_trouble_says_why_and_what_to_do(name: str) -> None:
    assert "**Why.**" in PAGES[name]
    assert "**Do.**" in PAGES[name]


def test_the_contents_lead_to_every_trouble_by_its_title() -> None:
    listed = dict(re.findall(r"^- \[([^\]]+)\]\(troubles/([^)]+)\)", CONTENTS, re.MULTILINE))
    assert list(listed) == list(PAGES)
    assert set(listed.values()) == {page.name for page in (ROOT / "docs" / "troubles").iterdir()}


def test_what_stands_in_a_docstring_or_a_pattern_is_not_printed() -> None:
    source = 'def f():\n    """Docstring."""\n    found = re.search("pattern", g)\n    print(f"printed {found}" + "too")\n'
    assert "printed …too" in [*printable(source)]
    assert not {"Docstring.", "pattern"} & {*printable(source)}


def test_a_line_that_nothing_prints_is_found() -> None:
    assert is_printed("[  12.345] mqtt   Connected to broker …")
    assert not is_printed("[  12.345] mqtt   Connected to the broker …")
    assert not is_printed("chargerctl: no drive called CIRCUITPY")
