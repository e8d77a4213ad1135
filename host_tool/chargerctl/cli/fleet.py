# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl fleet`: many chargers in one process, or in several, in front of a central system."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from chargerctl.cli.fleet_options import Duration, Prefix, Rate, Start, Url
from chargerctl.cli.output import Answer, Command, Output
from chargerctl.cli.settings_options import config_option, set_option
from chargerctl.cli.simulate import Broker
from chargerctl.fleet import extra
from chargerctl.fleet.plan import MOST_CHARGERS, MOST_SEED

_FILE = click.Path(path_type=Path, dir_okay=False)
_EXISTING = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.command(cls=Command)
@click.argument("count", metavar="[N]", type=click.IntRange(1, MOST_CHARGERS), required=False)
@click.option("--broker", type=Broker(), help="An MQTT broker that runs already; in real time.")
@click.option(
    "--broker-user", metavar="NAME", default="", help="User name there; {serial} in it is the charger's."
)
@click.option(
    "--broker-passwords",
    type=_EXISTING,
    help="File of lines SERIAL:PASSWORD. One password for all is in CHARGER_MQTT_PASSWORD.",
)
@click.option("--broker-tls", is_flag=True, help="Encrypt the connections to --broker.")
@click.option(
    "--broker-ca", type=_EXISTING, help="PEM file of the certificates to trust for --broker; implies TLS."
)
@click.option("--to", type=Url(), help="A central system that speaks OCPP-J 1.6; in real time.")
@click.option("--passwords", type=_EXISTING, help="File of lines SERIAL:PASSWORD for --to (Basic auth).")
@click.option("--ca", type=_EXISTING, help="PEM file of the certificates to trust for --to.")
@click.option("--realtime", is_flag=True, help="Our own central system, but in real time.")
@click.option(
    "--prefix", type=Prefix(), default="fleet", show_default=True, help="Serials are PREFIX-00001 and on."
)
@click.option(
    "--arrivals", type=Rate(), default=0.0, help="Customers at each charger, such as 4/h.  [default: none]"
)
@click.option(
    "--stay",
    type=Duration(),
    default=1800.0,
    help="How long customers stay, half of them longer.  [default: 30min]",
)
@click.option(
    "--duration",
    type=Duration(),
    help="How long, such as 8h; a charger takes 13 s of it to start.  [default: 1h; with --script until all are over; "
    "in real time until Ctrl-C]",
)
@click.option(
    "--start",
    type=Start(),
    help="What time it is at the start, in virtual time.  [default: 2026-11-22T07:30]",
)
@click.option(
    "--ramp",
    type=Duration(or_none=True),
    default=0.0,
    help="Switch the chargers on over so long.  [default: all at once]",
)
@click.option("--script", "scripts", multiple=True, type=_EXISTING, help="Run this script. Can be repeated.")
@click.option("--chaos", is_flag=True, help="Faults at random, drawn from --seed.")
@click.option(
    "--seed", type=click.IntRange(0, MOST_SEED), help="Of all that is random.  [default: a new one]"
)
@click.option(
    "--workers",
    type=click.IntRange(0, 256),
    default=1,
    show_default=True,
    help="Processes that share the chargers; 0: one per core.",
)
@click.option(
    "--fail-if",
    multiple=True,
    metavar="THRESHOLDS",
    help="Exit status 1 if one is true, such as p99>500ms,lost>0. Can be repeated.",
)
@click.option(
    "--report",
    "reports",
    multiple=True,
    type=_FILE,
    help="Write the report to this .json or .html file, in the place of what is there. Can be repeated.",
)
@click.option("--record", type=_FILE, help="Write every frame to this new file; .gz: compressed.")
@click.option(
    "--replay",
    type=_EXISTING,
    help="Send the frames of a --record again: to --broker, --to, or our own central system.",
)
@config_option
@set_option
@click.pass_obj
def command(output: Output, count: int | None, **given: Any) -> Answer:
    """Run N chargers, 1 to 100000, in front of a central system: each runs the firmware's own program.

    Without --broker and --to they run in virtual time, as fast as possible, in front of our own central system, in
    memory. With one of them they run in real time. The settings are those of every charger; serials are made of --prefix.

    The same seed gives the same customers, cards and message ids. In virtual time it gives the same frames at the same
    times.

    --fail-if: NAME[.ACTION] OP NUMBER UNIT, with commas between them. NAME: p50 p90 p99 max (of the time from a charger's
    call to its answer, in us, ms or s; by action too), late-p50 … late-max (the simulator's own delay), unanswered, errors
    (by action too), violations, strange, reconnects, lost, double, refused, sessions, energy (Wh, kWh, MWh), accepted,
    offline; with --replay differences, missing, unsent. OP: > >= < <= == !=. A run in which no charger was ever accepted
    fails in any case, unless a threshold names accepted.

    Ctrl-C ends it with the report; a second one at once, a third without what workers have not told. With --json what
    happens is a line of JSON each, about one a second, the last one the report. Exit status: 1 if a threshold or an
    expectation of a script failed, or a file or a worker; 2 if an option, a script or the settings are wrong.

    \b
    chargerctl fleet 100 --arrivals 4/h --duration 8h
    chargerctl fleet 1000 --to ws://localhost:9000/ocpp --ramp 1min --fail-if 'p99>500ms,lost>0,offline>0'
    chargerctl fleet 500 --broker localhost:1883 --arrivals 1/h --report fleet.html
    chargerctl fleet 20 --script outage.script --seed 7 --record frames.jsonl.gz
    chargerctl fleet --replay frames.jsonl.gz --to ws://localhost:9000/ocpp
    """
    extra.require()
    # Imported here: they need the packages of the extras.
    from chargerctl.cli import fleet_replay, fleet_run

    if given["replay"]:
        return fleet_replay.run(output, count, given)
    return fleet_run.run(output, count, given)
