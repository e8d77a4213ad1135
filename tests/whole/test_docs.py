# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""README, CHANGELOG and docs/ name only what exists: commands with their options, files, links, make targets, settings. The
pictures are up to date."""

import ast
import re
import subprocess
import sys
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from xml.etree import ElementTree

import click
import pytest
from charger import connector
from chargerctl.cli.main import cli
from chargerctl.settings.table import SECTIONS, SETTINGS

from docs import state_diagram

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    *sorted(ROOT.glob("docs/*.md")),
    *sorted(ROOT.glob("docs/troubles/*.md")),
]
# Where a page's short paths begin.
ROOTS = [ROOT / each for each in ("", "firmware", "firmware/charger", "host_tool/chargerctl")]
ROOTS += [ROOT / "host_tool/chargerctl/simulator"]
# On a board's drive, or made by a command.
DRIVE = {"lib/", "charger/", "compiled/", "programs/", "replaced/", "CIRCUITPY/settings.toml"}

# A command as it is typed, before a comment, a pipe or another command.
COMMAND = re.compile(r"(?:\$ )?(?:[A-Z_]+=\S+ )*chargerctl ((?:[^\s#|;]+ ?)+)")

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def code_of(page: Path) -> list[str]:
    """Lines of code blocks, and every text in backticks."""
    text = page.read_text(encoding="utf-8")
    fenced = re.findall(r"^```\w*\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    text = re.sub(r"^```\w*\n(.*?)^```", "", text, flags=re.DOTALL | re.MULTILINE)
    indented = re.findall(r"^ {4}(\S.*)$", text, re.MULTILINE)
    return [
        *chain.from_iterable(block.splitlines() for block in fenced),
        *indented,
        *re.findall(r"`([^`\n]+)`", text),
    ]


def anchors_of(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def unknown_in(words: list[str]) -> str | None:
    """What of `chargerctl WORDS` there is not: a command, or an option of the command."""
    command: click.Command = cli
    while isinstance(command, click.Group) and words and re.fullmatch(r"[a-z]+(-[a-z]+)*", words[0]):
        word = words.pop(0)
        found = command.get_command(click.Context(command), word)
        if found is None:
            return word
        command = found
    options = {"--help", "-h", *chain.from_iterable(option.opts for option in command.params)}
    if command is cli:
        options.add("--version")
    return next(
        (word for word in words if re.match(r"--?[a-z]", word) and word.partition("=")[0] not in options),
        None,
    )


@each_page
def test_every_command_is_one_with_the_options_it_is_given(page):
    commands = [match[1] for line in code_of(page) if (match := COMMAND.match(line))]
    assert [(command, unknown) for command in commands if (unknown := unknown_in(command.split()))] == []


@each_page
def test_every_make_target_and_every_module_that_is_run_is_there(page):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    for line in code_of(page):
        assert set(re.findall(r"\bmake ([a-z]+)", line)) <= targets, line
        for module in re.findall(r"\bpython3? -m ([\w.]+)", line):
            assert module in ("venv", "http.server") or find_spec(module), line


@each_page
def test_every_file_is_there(page):
    words = {word.rstrip(".,:;") for line in code_of(page) for word in line.split()}
    # Of cli/NAME.py, the folder.
    words = {re.sub(r"\w*NAME\.py", "", word.replace(".mpy", ".py")) for word in words}
    # What begins with / is on a board's drive, too.
    paths = {word for word in words if re.fullmatch(r"\w[\w./-]*/[\w.-]+\.[a-z]+|\w[\w/]+/", word)}
    missing = [path for path in paths - DRIVE if not any((root / path).exists() for root in ROOTS)]
    folders = ("firmware", "host_tool", "tests", "lint", "bench", "docs")
    modules = {path.name for folder in folders for path in (ROOT / folder).rglob("*.py")}
    missing += [word for word in words if re.fullmatch(r"\w+\.py", word) and word not in modules]
    assert sorted(missing) == []


@each_page
def test_every_module_of_the_firmware_is_there(page):
    """Also without .py: `ocpp/boot` in backticks, and charger.ocpp.boot in a row of a table."""
    text = page.read_text(encoding="utf-8")
    words = re.findall(r"`((?:hardware|net|ocpp)/\w+)`", text)
    words += [
        word.replace(".", "/") for word in re.findall(r"^\| charger\.([a-z_.]*[a-z_])\b", text, re.MULTILINE)
    ]
    charger = ROOT / "firmware/charger"
    assert [
        word for word in words if not ((charger / f"{word}.py").exists() or (charger / word).is_dir())
    ] == []


@each_page
def test_every_link_leads_somewhere(page):
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if link.startswith("http"):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        if anchor:
            assert anchor in anchors_of(target), link


@each_page
def test_every_setting_is_one(page):
    text = page.read_text(encoding="utf-8")
    for section, key in re.findall(r"`?\[(\w+)\]`?\s+`?([a-z][a-z0-9_]*_[a-z0-9_]+)\b", text):
        assert section in SECTIONS, section
        assert f"{section}.{key}" in SETTINGS, key


def test_the_readme_leads_to_every_page():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [page.name for page in ROOT.glob("docs/*.md") if page.name not in readme] == []


@pytest.mark.slow
def test_the_session_in_the_readme_is_one_that_was_run(fresh_laptop, tmp_path):
    """The script to the letter, its console line by line in this order; the figures may be of an older version."""
    blocks = re.findall(r"^```\n(.*?)^```", PAGES[0].read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    script, console = blocks[:2]
    session = (ROOT / "docs/session.script").read_text(encoding="utf-8")
    assert script.splitlines() == [line for line in session.splitlines() if not line.startswith("#")]
    fresh_laptop(tmp_path)
    (tmp_path / "session.script").write_text(script, encoding="utf-8")
    command = [sys.executable, "-m", "chargerctl.cli.main", "simulate", "--script", "session.script"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    printed = iter(re.sub(r"\d+", "0", line) for line in run.stdout.splitlines())
    assert [line for line in console.splitlines() if re.sub(r"\d+", "0", line) not in printed] == []


# As the light shows them: red, green, blue.
COLOURS = {
    "green": (0, 20, 0),
    "white": (20, 20, 20),
    "orange": (20, 13, 0),
    "blue": (0, 0, 20),
    "dark blue": (0, 0, 5),
    "violet": (20, 0, 20),
    "cyan": (0, 20, 20),
    "red": (20, 0, 0),
    "off": (0, 0, 0),
}


def test_the_readme_has_the_colour_of_each_state():
    led = ast.parse((ROOT / "firmware/charger/hardware/led.py").read_text(encoding="utf-8"))
    [table] = [
        node.value for node in led.body if isinstance(node, ast.Assign) and node.targets[0].id == "COLOURS"
    ]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| ([a-z ]+) \| (\w+)", readme.partition("| light | state |")[2], re.MULTILINE))
    # The wire has green first.
    shown = {state: (rgb[1], rgb[0], rgb[2]) for state, rgb in ast.literal_eval(table).items()}
    assert {rows[colour]: COLOURS[colour] for colour in rows if colour in COLOURS} == shown


@pytest.mark.parametrize("picture", sorted(ROOT.glob("docs/*.svg")), ids=lambda picture: picture.name)
def test_a_picture_is_drawn_in_fonts_and_colours_that_are_everywhere(picture):
    text = picture.read_text(encoding="utf-8")
    ElementTree.fromstring(text)
    assert "prefers-color-scheme: dark" in text
    assert "sans-serif" in text
    assert "http://" not in text.replace("http://www.w3.org/2000/svg", "")


def test_the_state_diagram_is_what_the_connector_does():
    """python -m docs.state_diagram makes it anew."""
    assert state_diagram.PICTURE.read_text(encoding="utf-8") == state_diagram.picture(connector)


def test_every_event_in_the_state_diagram_is_explained():
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    explained = ", ".join(re.findall(r"^\| ([a-z, ]+) \|", page, re.MULTILINE)).split(", ")
    drawn = {name for events in state_diagram.explore(connector).values() for name in events}
    assert {name.lower().replace("_", " ") for name in drawn} <= set(explained)


def test_the_state_diagram_tries_every_event():
    assert [f"_{name.lower()}" for name in state_diagram.EVENTS] == [
        reaction.__name__ for reaction in connector.REACTIONS
    ]
