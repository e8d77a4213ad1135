# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the pages import, pip installs with them by name, not because another library happens to bring it."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = ROOT / "host_tool" / "chargerctl"


def imported(folder):
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from (each.name for each in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module


def named(wanted):
    return {re.match(r"[\w.-]+", each)[0].lower().replace("_", "-") for each in wanted}


def test_the_extra_names_what_is_imported():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    given = named([*project["dependencies"], *extras["page"], *extras["central"]])
    folders = [PACKAGE / each for each in ("web", "central/web", "central/metrics", "simulator/web")]
    modules = {each.partition(".")[0] for folder in folders for each in imported(folder)}
    foreign = modules - set(sys.stdlib_module_names) - {"chargerctl"}
    found = packages_distributions()
    assert {"fastapi", "starlette", "uvicorn"} <= foreign
    missing = {each for each in foreign if not named(found[each]) & given}
    assert missing == set()
