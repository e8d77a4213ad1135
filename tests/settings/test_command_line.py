# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What all commands have in common: --json, completion, a variable for every option."""

import click
import pytest
from chargerctl.cli.main import COMMANDS, cli


def leaves() -> dict[str, click.Command]:
    found = {}
    context = click.Context(cli)
    for name in COMMANDS:
        command = cli.get_command(context, name)
        if isinstance(command, click.Group):
            found |= {f"{name} {sub}": each for sub, each in command.commands.items()}
        else:
            found[name] = command
    return found


LEAVES = leaves()


@pytest.mark.parametrize("name", LEAVES)
def test_every_command_has_json(name):
    assert "--json" in [opt for param in LEAVES[name].params for opt in param.opts]


@pytest.mark.parametrize("name", LEAVES)
def test_every_option_has_its_variable(name):
    for param in LEAVES[name].params:
        if isinstance(param, click.Option):
            longest = max(param.opts, key=len).lstrip("-")
            assert param.envvar == f"CHARGERCTL_{name}_{longest}".upper().replace("-", "_").replace(" ", "_")


@pytest.mark.parametrize("name", LEAVES)
def test_every_value_can_be_completed(name):
    """Files and folders by the shell, choices and names of settings by us; the rest is free text."""
    free = {("simulate", "broker"), ("backup", "to"), ("deploy", "libs_version")}
    context = click.Context(LEAVES[name], info_name=name)
    for param in LEAVES[name].params:
        if getattr(param, "is_flag", False) or param.name == "value" or (name, param.name) in free:
            continue
        assert param.shell_complete(context, ""), f"{name} {param.opts}"


def test_a_variable_stands_for_an_option(chargerctl_json, write, good_toml, monkeypatch):
    write(good_toml, "other.toml")
    monkeypatch.setenv("CHARGERCTL_CONFIG_SHOW_CONFIG", "other.toml")
    monkeypatch.setenv("CHARGERCTL_CONFIG_SHOW_SET", "mqtt.port=1884 mqtt.tls=true")
    status, found = chargerctl_json("config", "show", "mqtt.port", "mqtt.tls", "mqtt.broker")
    assert status == 0
    assert found["settings"] == {"mqtt.broker": "192.168.1.10", "mqtt.port": 1884, "mqtt.tls": True}


def test_the_command_line_counts_before_the_variable(chargerctl_json, write, good_toml, monkeypatch):
    write(good_toml)
    monkeypatch.setenv("CHARGERCTL_CONFIG_SHOW_CONFIG", "nowhere.toml")
    assert chargerctl_json("config", "show", "mqtt.port", "-c", "settings.toml")[0] == 0
