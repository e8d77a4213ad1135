# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The plan of a fleet from what was typed, the settings and the scripts."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from chargerctl.cli.settings_options import config_path
from chargerctl.fleet.links.accounts import read_passwords
from chargerctl.fleet.plan import Broker, Plan, ScriptText, Target
from chargerctl.ocppj import client_tls
from chargerctl.settings.effective import effective_for_simulation
from chargerctl.simulator.network.ntp import START_UNIX
from chargerctl.simulator.script.language import load

_VIRTUAL_S = 3600.0
_NEW_SEEDS = 1_000_000


def plan_of(count: int, given: Mapping[str, Any]) -> Plan:
    """given: the options, by the names of their parameters. UsageError, SettingsError, ScriptError."""
    _check(given)
    found = effective_for_simulation(config_path(given["config"]), os.environ, given["overrides"])
    serial = found.given.get("charger.serial")
    if serial is not None and serial.source == "command line":
        raise click.UsageError(
            "--set charger.serial: each charger has its own; --prefix says what they begin with"
        )
    settings = found.flat()
    scripts = tuple(
        ScriptText(str(path), load(path, fleet=True).text, str(path.parent)) for path in given["scripts"]
    )
    endless = bool(given["realtime"] or given["broker"] or given["to"] or scripts)
    duration_s = given["duration"]
    if duration_s is None and not endless:
        duration_s = _VIRTUAL_S
    return Plan(
        count,
        seed=secrets.randbelow(_NEW_SEEDS) if given["seed"] is None else given["seed"],
        prefix=given["prefix"],
        settings=settings,
        arrivals_h=given["arrivals"],
        stay_s=given["stay"],
        duration_s=duration_s,
        start_unix=_start(given),
        ramp_s=given["ramp"],
        broker=broker_of(given, settings),
        target=target_of(given),
        realtime=given["realtime"],
        scripts=scripts,
        chaos=given["chaos"],
        record=str(given["record"] or ""),
        workers=min(given["workers"] or os.cpu_count() or 1, count),
    )


def broker_of(given: Mapping[str, Any], settings: Mapping[str, str]) -> Broker | None:
    if not given["broker"]:
        return None
    host, _, port = given["broker"].rpartition(":")
    return Broker(
        host.strip("[]"),
        int(port),
        given["broker_user"] or settings.get("CHARGER_MQTT_USERNAME", ""),
        settings.get("CHARGER_MQTT_PASSWORD", ""),
        _passwords(given["broker_passwords"]),
        given["broker_tls"] or given["broker_ca"] is not None,
        _certificates(given["broker_ca"]),
    )


def target_of(given: Mapping[str, Any]) -> Target | None:
    if not given["to"]:
        return None
    return Target(given["to"], passwords=_passwords(given["passwords"]), ca=_certificates(given["ca"]))


def _start(given: Mapping[str, Any]) -> int:
    if given["realtime"] or given["broker"] or given["to"]:
        return int(time.time())
    # So that the same seed gives the same day on another day.
    return START_UNIX if given["start"] is None else int(given["start"])


def _passwords(path: Path | None) -> dict[str, str]:
    return read_passwords(path) if path else {}


def _certificates(path: Path | None) -> str:
    """As a plan has it. ChargerctlError for a file that is none of certificates."""
    if path is None:
        return ""
    client_tls(path)
    return str(path)


def _check(given: Mapping[str, Any]) -> None:
    if given["broker"] and given["to"]:
        raise click.UsageError("--broker or --to: all chargers are at one of them")
    if given["start"] is not None and (given["broker"] or given["to"] or given["realtime"]):
        raise click.UsageError("--start is for virtual time: leave out --broker, --to and --realtime")
    _refuse_alone(given, "broker", ("broker_user", "broker_passwords", "broker_tls", "broker_ca"))
    _refuse_alone(given, "to", ("passwords", "ca"))
    if given["ca"] and not given["to"].startswith("wss://"):
        raise click.UsageError("--ca is for a --to that begins with wss://: over ws:// nothing is encrypted")


def _refuse_alone(given: Mapping[str, Any], needed: str, options: Sequence[str]) -> None:
    for each in options:
        if given[each] and not given[needed]:
            raise click.UsageError(f"--{each.replace('_', '-')} is for --{needed}, which is missing")
