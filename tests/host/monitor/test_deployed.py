# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A traceback leads to file and line of the source that was deployed, also from .mpy files with other names."""

import re

import pytest
from chargerctl.deploy.bytecode.source_record import Made, SourceRecord
from chargerctl.deploy.image import firmware_image
from chargerctl.monitor.deployed import Deployed, last_deploy
from chargerctl.monitor.events import Frame, Traceback


@pytest.fixture
def laptop(made_before):
    return SourceRecord(made_before)


def test_the_names_on_the_board_and_its_lines_lead_to_the_source(laptop):
    names = laptop.latest_names()
    path = "charger/loop.py"
    lines = firmware_image()[path].decode().splitlines()
    renamed = re.compile(r"    def (_\w+)\(")
    number, ours = next(
        (number, found[1])
        for number, line in enumerate(lines, 1)
        if (found := renamed.match(line)) and f"{path} {found[1]}" in names
    )
    on_board = names[f"{path} {ours}"]
    assert on_board != ours
    printed = Traceback(
        (Frame("charger/loop.mpy", number + 1, on_board),), f"AttributeError: no attribute '{on_board}'"
    )
    located = last_deploy(laptop).located(printed)
    (place,) = located.places
    assert (place.path, place.line, place.name) == (path, number + 1, ours)
    assert place.source == lines[number].strip()
    assert located.error == f"AttributeError: no attribute '{ours}'"


def test_of_two_deploys_the_last_one_counts(tmp_path):
    record = SourceRecord(tmp_path)
    import os

    for age, text in ((100, "old"), (0, "new")):
        record.remember(text, Made("charger/x.py", text, text.encode(), text))
        made = max(tmp_path.glob("compiled/*.json"), key=lambda path: path.stat().st_mtime_ns)
        os.utime(made, (1_000_000 - age, 1_000_000 - age))
    assert record.newest_sources() == {"charger/x.py": "new"}


def test_without_a_deploy_the_sources_are_those_of_this_installation(tmp_path):
    located = last_deploy(SourceRecord(tmp_path)).located(
        Traceback((Frame("code.py", 9, "<module>"),), "OSError: 5")
    )
    assert located.places[0].source == firmware_image()["code.py"].decode().splitlines()[8].strip()


@pytest.mark.parametrize(
    ("path", "line"), [("charger/loop.py", 0), ("charger/loop.py", 99999), ("other.py", 3)]
)
def test_a_place_that_is_not_in_the_sources_is_named_without_text(path, line):
    deployed = Deployed({}, lambda: {"charger/loop.py": "one\n"})
    (place,) = deployed.located(Traceback((Frame(path, line, ""),), "")).places
    assert (place.path, place.line, place.name, place.source) == (path, line, "<module>", "")


def test_a_board_cannot_forge_a_frame_of_another_file():
    """What it printed as a name or an error cannot become a second frame."""
    deployed = Deployed({}, dict)
    error = 'ValueError: \n  File "charger/interlock.py", line 1, in close'
    located = deployed.located(Traceback((Frame("a.py", 1, "f"),), error.replace("\n", "\\n")))
    assert [place.path for place in located.places] == ["a.py"]
