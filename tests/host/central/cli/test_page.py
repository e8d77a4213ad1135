# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""docs/central.md and its examples: the table of settings is today's, the commands exist, unit and container file are valid,
as far as this machine can tell."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from chargerctl.central.document import with_table
from chargerctl.central.settings import CentralSettings
from chargerctl.settings.programs import keys

from tests.host.commands import leaves

ROOT = Path(__file__).resolve().parents[4]
PAGE = (ROOT / "docs" / "central.md").read_text(encoding="utf-8")
UNIT = ROOT / "docs" / "central" / "chargerctl-central.service"
CONTAINER = (ROOT / "docs" / "central" / "Containerfile").read_text(encoding="utf-8")
COMMANDS = leaves()


def test_the_table_of_settings_is_todays():
    assert with_table(PAGE) == PAGE, "run python -m chargerctl.central.document"


_TYPED = re.compile(r"^ {4}(?:\S*/|sudo -u chargerctl \S*/)?chargerctl (central .*)$", re.MULTILINE)


def typed():
    """Every line of the page that starts chargerctl central, without what the shell does with it."""
    lines = [re.split(" [<>] | {2,}#", line)[0] for line in _TYPED.findall(PAGE)]
    return [line.replace("$(date +%F)", "today").replace('"$(cat profile.json)"', "{}") for line in lines]


def command_of(words):
    """(its name, what follows): "central cards" is "central cards list"."""
    for count in (3, 2):
        name = " ".join(words[:count])
        if name in COMMANDS:
            return name, words[count:]
    return f"{' '.join(words[:2])} list", words[2:]


@pytest.mark.parametrize("line", typed())
def test_every_command_on_the_page_exists_with_its_options(line):
    name, rest = command_of(shlex.split(line))
    command = COMMANDS[name]
    command.make_parser(click.Context(command, info_name=name)).parse_args(rest)


def test_every_command_of_the_group_is_on_the_page():
    for name in {name.split()[1] for name in COMMANDS if name.startswith("central ")}:
        assert f"central {name}" in PAGE


def test_the_unit_is_valid_and_shut(tmp_path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("not installed: systemd-analyze")
    copy = tmp_path / UNIT.name
    # The program has to exist where the unit says.
    copy.write_text(
        UNIT.read_text(encoding="utf-8").replace("/opt/chargerctl/bin/chargerctl", sys.executable)
    )
    done = subprocess.run(["systemd-analyze", "verify", copy], capture_output=True, text=True)
    if "Failed to" in done.stderr and str(copy) not in done.stderr:
        pytest.skip(f"systemd-analyze does not run here: {done.stderr.splitlines()[0]}")
    assert (done.returncode, done.stderr) == (0, "")
    judged = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", copy],
        capture_output=True,
        text=True,
    )
    assert judged.returncode == 0, judged.stdout[-500:]  # 2.0 of 10 at most: "OK"


def test_the_unit_starts_commands_that_exist():
    for line in re.findall(
        r"^Exec\w+=-?\S+/chargerctl (.*)$", UNIT.read_text(encoding="utf-8"), re.MULTILINE
    ):
        name, rest = command_of(shlex.split(line))
        if name in COMMANDS:
            command = COMMANDS[name]
            command.make_parser(click.Context(command)).parse_args(rest)
        else:
            assert name == "central offline list", line


def instructions():
    text = re.sub(r"^#.*\n", "", CONTAINER, flags=re.MULTILINE).replace("\\\n", " ")
    return [line.split(maxsplit=1) for line in text.splitlines() if line.strip()]


def test_the_container_file_has_instructions_only_and_starts_what_exists():
    known = [
        "FROM",
        "COPY",
        "RUN",
        "ENV",
        "USER",
        "WORKDIR",
        "VOLUME",
        "EXPOSE",
        "STOPSIGNAL",
        "ENTRYPOINT",
        "CMD",
    ]
    assert {word for word, _ in instructions()} <= set(known)
    given = dict(instructions())
    started = json.loads(given["ENTRYPOINT"]) + json.loads(given["CMD"])
    assert " ".join(started[1:]) in COMMANDS
    variables = re.findall(r"CHARGERCTL_CENTRAL_(\w+)=", given["ENV"])
    assert variables
    assert {each.lower() for each in variables} <= set(keys(CentralSettings))
    (books,) = json.loads(given["VOLUME"])
    assert f"CHARGERCTL_CENTRAL_DATABASE={books}/" in CONTAINER
    assert given["USER"] != "root"
