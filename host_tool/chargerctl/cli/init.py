# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl init`: a settings file from the example, with the answers to what must be asked."""

from __future__ import annotations

import secrets
import shlex
from pathlib import Path

import click

from chargerctl.boards.catalogue import BOARDS
from chargerctl.cli.settings_options import (
    DEFAULT,
    as_json_list,
    ask,
    config_option,
    json_option,
    print_json,
    set_option,
    warn,
)
from chargerctl.errors import InputError
from chargerctl.settings import SettingsError
from chargerctl.settings.edit import assign, write_new
from chargerctl.settings.effective import combine
from chargerctl.settings.example import example_text
from chargerctl.settings.file_source import from_bytes
from chargerctl.settings.problems import Place, Problem
from chargerctl.settings.sources import from_overrides
from chargerctl.settings.table import SETTINGS

ASKED = ("wifi.ssid", "wifi.password", "mqtt.broker", "charger.serial")


@click.command()
@click.option("--no-input", is_flag=True, help="Ask nothing: take --set, and what can be proposed.")
@config_option
@set_option
@json_option
def command(no_input: bool, config: Path | None, overrides: tuple[str, ...], as_json: bool) -> None:
    """Write a settings file, asking what must be asked. Never overwrites one; only its owner may read it.

    With --set hardware.board=BOARD_ID serial and model are proposed for that board.
    """
    path = config or DEFAULT
    if path.exists() or path.is_symlink():
        raise InputError(f"{path}: is there already; change it with `chargerctl config set`")
    if not path.parent.is_dir():
        raise InputError(f"{path}: there is no folder {path.parent}: make it first")
    said = from_overrides(overrides)
    if said.problems:
        raise SettingsError(said.problems)
    answers = {name: given.text for name, given in said.given.items()}
    proposals = _proposals(answers.get("hardware.board", ""))
    for name in ASKED:
        if name not in answers and not no_input:
            optional = None if SETTINGS[name].required else ""
            answers[name] = ask(SETTINGS[name], proposals.get(name, optional))
    answers = proposals | answers
    text = example_text()
    for name, answer in answers.items():
        text = assign(text, SETTINGS[name], answer)
    missing = [setting for setting in SETTINGS.values() if setting.required and setting.name not in answers]
    found = combine([from_bytes(text.encode(), str(path))])
    problems = [Problem(Place(f"--set {each.name}"), "is required with --no-input") for each in missing]
    if problems or found.errors:
        raise SettingsError([*problems, *found.errors])
    write_new(path, text)
    if as_json:
        serial, warnings = answers["charger.serial"], as_json_list(found.warnings)
        print_json({"file": str(path), "serial": serial, "warnings": warnings})
        return
    warn(found.warnings)
    named = f" -c {shlex.quote(str(path))}" if config else ""
    click.echo(
        f"{path} written, for your eyes only; next: chargerctl config check{named}, then deploy or simulate"
    )


def _proposals(board_id: str) -> dict[str, str]:
    """Answers for who gives none. The last six digits make a serial that no other charger has."""
    board = BOARDS.get(board_id)
    chip = board.chip if board else "esp32c6"
    model = {"charger.model": board.model} if board else {}
    return {"charger.serial": f"{chip}-charger-{secrets.token_hex(3)}", **model}
