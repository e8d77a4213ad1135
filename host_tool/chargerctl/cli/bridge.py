# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl bridge`: lets MQTT chargers join a central system that speaks OCPP-J."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from chargerctl.bridge.extra import require
from chargerctl.bridge.settings import CONFIG_VARIABLE, FILE, BridgeSettings, load_bridge
from chargerctl.cli.event_log import event_log
from chargerctl.cli.output import Answer, Command, Output
from chargerctl.cli.program_options import as_text, setting_option, warn_of_ps
from chargerctl.settings.programs import keys

_KEYS = keys(BridgeSettings)
# All but the secrets and the tables, which only the file has.
_OPTIONS = [each for each in _KEYS.values() if each.kind is not None and not each.secret]


def _setting_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The command gets `settings`. What a variable has set is named as that."""

    @functools.wraps(function)
    @click.pass_context
    def run(ctx: click.Context, config: Path | None, *arguments: Any, **given: Any) -> Any:
        options = {
            name: as_text(value)
            for name, value in given.items()
            if value is not None
            and ctx.get_parameter_source(name) is not click.core.ParameterSource.ENVIRONMENT
        }
        warn_of_ps(ctx, options.get("database", ""), "CHARGERCTL_BRIDGE_DATABASE")
        loaded = load_bridge(config, os.environ, options)
        ctx.ensure_object(Output).note(*map(str, loaded.warnings))
        return function(ctx.ensure_object(Output), loaded.values, *arguments)

    decorated: Callable[..., Any] = run
    for each in reversed(_OPTIONS):
        decorated = setting_option(each)(decorated)
    return decorated


@click.command(cls=Command)
@click.option(
    "-c",
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    help=f"The settings file.  [default: {FILE} here, else in chargerctl's own folder; {CONFIG_VARIABLE}]",
)
@_setting_options
def command(output: Output, settings: BridgeSettings) -> Answer:
    """Let MQTT chargers join a central system that speaks OCPP-J 1.6: one WebSocket for each charger.

    Chargers connect to the MQTT broker of the bridge, or all connect to another one, --broker. Frames pass as they are.
    While a charger has no WebSocket, it is told that nobody answers. Runs until Ctrl-C. What happens is a line on stderr
    each; with --json, a line of JSON on stdout.

    Any number of bridges at one broker, or one cluster of brokers, share the chargers by --database: each charger has one
    WebSocket, and what a bridge leaves another takes over within 15 s.

    Passwords are in [bridge.passwords] of bridge.toml, by serial; one for all is in CHARGERCTL_BRIDGE_PASSWORD. Each
    option is a setting of [bridge], too, and a variable, CHARGERCTL_BRIDGE_<OPTION>.

    \b
    chargerctl bridge --to ws://localhost:9000
    chargerctl bridge --to wss://csms.example/ocpp --broker localhost:1883
    chargerctl bridge --to wss://csms.lan/ocpp --ca ca.pem --only garage,yard
    chargerctl bridge --to wss://csms.lan/ocpp --broker broker.lan --database postgresql://bridge@db.lan/bridges
    """
    require(own_broker=settings.broker is None, database=bool(settings.database))
    # Imported here: it needs the packages of the extra.
    from chargerctl.bridge.running import run

    with event_log(output) as log:
        run(settings, log)
    return Answer()
