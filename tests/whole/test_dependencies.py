# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What `pip install chargerctl` brings, without extras, is what docs/contributing.md lists."""

import re
import tomllib
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
STALE = {"appdirs", "toml", "fs", "setuptools", "requests", "circup", "pyfatfs"}


def brought(requirements):
    """The names of everything that these need on this machine."""
    found, waiting = set(), list(requirements)
    while waiting:
        requirement = Requirement(waiting.pop())
        name = canonicalize_name(requirement.name)
        if name in found or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
            continue
        found.add(name)
        waiting += metadata.requires(name) or []
    return found


def test_the_base_installation_is_what_the_documentation_lists():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    page = (ROOT / "docs" / "contributing.md").read_text(encoding="utf-8")
    table = page.partition("| dependency |")[2].partition("\n\n")[0]
    listed = set(re.findall(r"`([a-z0-9-]+)`", table))
    base = brought(project["dependencies"])
    assert base == listed
    assert not base & STALE


def test_the_console_over_the_network_has_a_version_whose_connect_knows_proxy():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (websockets,) = map(Requirement, project["optional-dependencies"]["web"])
    assert "14.2" not in websockets.specifier
    assert "15.0.1" in websockets.specifier
