# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl init`: writes a settings file from the example, with an answer for each setting without a default."""

from __future__ import annotations

import secrets
import shlex
from pathlib import Path

import click

from chargerctl.boards.catalogue import BOARDS, DEFAULT_BOARD
from chargerctl.cli.output import Answer, Command
from chargerctl.cli.settings_options import (
    DEFAULT,
    answer,
    ask,
    config_with_help,
    set_with_help,
)
from chargerctl.errors import InputError
from chargerctl.firmware_files import shipped
from chargerctl.settings import SettingsError
from chargerctl.settings.edit import assign
from chargerctl.settings.effective import combine
from chargerctl.settings.file_source import from_bytes
from chargerctl.settings.problems import Place, Problem
from chargerctl.settings.save import write_new
from chargerctl.settings.sources import from_overrides
from chargerctl.settings.table import SETTINGS

ASKED = ("wifi.ssid", "wifi.password", "mqtt.broker", "charger.serial")


@click.command(cls=Command)
@click.option("--no-input", is_flag=True, help="Do not ask: use --set, and the proposed serial and model.")
@config_with_help(help="The file to write.  [default: settings.toml]")
@set_with_help(help="Write this value instead of asking for it. Can be repeated.")
def command(no_input: bool, config: Path | None, overrides: tuple[str, ...]) -> Answer:
    """Write a settings file; asks for the settings that have no default.

    Never overwrites a file. Only you can read the new one, since it holds passwords. With --set
    hardware.board=BOARD_ID, serial and model are proposed for that board.

    \b
    chargerctl init
    chargerctl init --no-input --set wifi.ssid=workshop --set mqtt.broker=192.168.1.10
    """
    path = config or DEFAULT
    if path.exists() or path.is_symlink():
        raise InputError(f"{path}: already exists; change it with `chargerctl config set`")
    if not path.parent.is_dir():
        raise InputError(f"{path}: the folder {path.parent} does not exist: create it first")
    given_here = from_overrides(overrides)
    if given_here.problems:
        raise SettingsError(given_here.problems)
    answers = {name: given.text for name, given in given_here.given.items()}
    proposals = _proposals(answers.get("hardware.board", ""))
    for name in ASKED:
        if name not in answers and not no_input:
            optional = None if SETTINGS[name].required else ""
            answers[name] = ask(SETTINGS[name], proposals.get(name, optional))
    answers = proposals | answers
    text = shipped("_firmware_data/settings.toml.example", "settings.toml.example").read_text(
        encoding="utf-8"
    )
    for name, given in answers.items():
        text = assign(text, SETTINGS[name], given)
    missing = [setting for setting in SETTINGS.values() if setting.required and setting.name not in answers]
    found = combine([from_bytes(text.encode(), str(path))])
    problems = [Problem(Place(f"--set {each.name}"), "is required with --no-input") for each in missing]
    if problems or found.errors:
        raise SettingsError([*problems, *found.errors])
    write_new(path, text)
    named = f" -c {shlex.quote(str(path))}" if config else ""
    return answer(
        {"file": str(path), "serial": answers["charger.serial"]},
        [
            f"wrote {path} (mode 0600: it holds passwords); next: chargerctl config check{named}, then deploy or simulate"
        ],
        found.warnings,
    )


def _proposals(board_id: str) -> dict[str, str]:
    """Default answers. The last six digits of the serial are random, so that no other charger has it."""
    board = BOARDS.get(board_id)
    chip = (board or BOARDS[DEFAULT_BOARD]).chip
    model = {"charger.model": board.model} if board else {}
    return {"charger.serial": f"{chip}-charger-{secrets.token_hex(3)}", **model}
