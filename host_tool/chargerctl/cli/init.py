# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl init`: a settings file from the example, with the answers to what must be asked."""

from __future__ import annotations

import secrets
from pathlib import Path

import click

from chargerctl.cli.settings_options import DEFAULT, config_option, json_option, print_json, set_option, warn
from chargerctl.errors import InputError
from chargerctl.settings import SettingsError
from chargerctl.settings.edit import assign, write_new
from chargerctl.settings.effective import combine
from chargerctl.settings.example import example_text
from chargerctl.settings.file_source import from_bytes
from chargerctl.settings.help import HELP
from chargerctl.settings.problems import Place, Problem
from chargerctl.settings.sources import from_overrides
from chargerctl.settings.table import SETTINGS, Setting

ASKED = ("wifi.ssid", "wifi.password", "mqtt.broker", "charger.serial")


@click.command()
@click.option("--no-input", is_flag=True, help="Ask nothing: take --set, and what can be proposed.")
@config_option
@set_option
@json_option
def command(no_input: bool, config: Path | None, overrides: tuple[str, ...], as_json: bool) -> None:
    """Write a settings file, asking what must be asked. Never overwrites one; only its owner may read it."""
    path = config or DEFAULT
    if path.exists() or path.is_symlink():
        raise InputError(f"{path}: is there already; change it with `chargerctl config set`")
    said = from_overrides(overrides)
    if said.problems:
        raise SettingsError(said.problems)
    answers = {name: given.text for name, given in said.given.items()}
    for name in ASKED:
        if name not in answers and not no_input:
            answers[name] = _ask(SETTINGS[name])
    answers.setdefault("charger.serial", proposed_serial())
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
        print_json({"file": str(path), "serial": answers["charger.serial"]})
        return
    warn(found.warnings)
    click.echo(f"{path} written, for your eyes only; next: chargerctl config check, then deploy or simulate")


def proposed_serial() -> str:
    """A serial that no other charger has: the last six digits are random."""
    return f"esp32c6-charger-{secrets.token_hex(3)}"


def _ask(setting: Setting) -> str:
    """Ask until the answer is a good one."""

    def checked(answer: str) -> str:
        try:
            setting.check(answer)
        except ValueError as error:
            raise click.UsageError(f"{setting.name} {error}") from None
        return answer

    proposals = {"charger.serial": proposed_serial(), "wifi.password": ""}
    answer: str = click.prompt(
        f"{HELP[setting.name]}\n{setting.name}",
        default=proposals.get(setting.name),
        hide_input=setting.secret,
        show_default=not setting.secret,
        value_proc=checked,
        err=True,
    )
    return answer
