# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""chargerctl central broker mosquitto: a broker in which each charger reaches only its own topics."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from chargerctl.central.accounts import Account
from chargerctl.central.broker.rights import HOME_ASSISTANT, OF_HOME_ASSISTANT, PUBLISHER
from chargerctl.central.broker.setup import CONF, Done, set_up
from chargerctl.central.homeassistant.names import Names
from chargerctl.central.homeassistant.settings import SAME
from chargerctl.central.settings import CentralSettings
from chargerctl.cli.central_books import books_of
from chargerctl.cli.central_options import central_options
from chargerctl.cli.output import Answer, Command
from chargerctl.mqtt.topics import Topics
from chargerctl.settings.kinds import HostPort, has_password, host_port, shown_url

_FILE = click.Path(path_type=Path, dir_okay=False)
# Where a listener on every address is reached from here.
_ANY = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}
_NEXT = {
    "restart": "next: restart mosquitto, whose listeners have changed",
    "reload": "next: kill -HUP $(pidof mosquitto), so that it reads them; connections stay",
    "nothing": "nothing to do: mosquitto has these files already",
}


class Listen(click.ParamType):
    """ADDRESS:PORT as a HostPort."""

    name = "address:port"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> HostPort | None:
        try:
            found: HostPort = host_port(8883, {}).check(value, Path())
        except ValueError as error:
            self.fail(f"{value!r} {error}", param, ctx)
        return found


@click.command(cls=Command)
@central_options()
@click.option(
    "--out",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default="mosquitto",
    show_default=True,
    metavar="FOLDER",
    help="The folder for the files; made if it is missing.",
)
@click.option(
    "--listen",
    type=Listen(),
    help="Where chargers connect.  [default: 127.0.0.1:1883; with certificates every address, port 8883]",
)
@click.option(
    "--local-port",
    type=click.IntRange(0, 65535),
    help="With TLS: port without TLS for programs on this computer; 0 for none.  [default: 1883]",
)
@click.option(
    "--make-certificates",
    "names",
    multiple=True,
    metavar="NAME",
    help="Make an authority and a certificate for this name or address of the broker, as chargers have it in [mqtt] "
    "broker. May be repeated.",
)
@click.option(
    "--cert", "certificate", type=_FILE, help="Your own certificate for the broker, with its chain."
)
@click.option("--key", type=_FILE, help="The private key of --cert.")
@click.option("--ca", type=_FILE, help="The authority that signed --cert, where boards do not know it.")
@click.option(
    "--program",
    "programs",
    multiple=True,
    metavar="NAME",
    help="A program with an account for all chargers: the central system, a bridge. May be repeated.  "
    "[default: central]",
)
@click.option(
    "--home-assistant/--no-home-assistant",
    default=None,
    help="Two accounts for Home Assistant: its own, and one for the central system to publish the chargers.  "
    "[default: no]",
)
@click.option(
    "--user", metavar="NAME", help="Whom mosquitto becomes when root starts it.  [default: mosquitto]"
)
def command(
    settings: CentralSettings,
    folder: Path,
    listen: HostPort | None,
    names: tuple[str, ...],
    programs: tuple[str, ...],
    **given: Any,
) -> Answer:
    """Write mosquitto.conf, passwords and rights for the chargers in the books, and make certificates for TLS.

    Each charger can publish and read only on its own topics. Run it again after `central chargers add`: options
    that are not given stay as they were, files that are the same are not touched.

    \b
    chargerctl central broker mosquitto --make-certificates broker.lan
    chargerctl central broker mosquitto --program central --program bridge
    chargerctl central broker mosquitto --home-assistant
    chargerctl central broker mosquitto --listen 0.0.0.0:8883 --cert fullchain.pem --key privkey.pem
    """
    wanted = {
        **given,
        **{each: _absolute(given[each]) for each in ("certificate", "key", "ca")},
        "address": listen.host if listen else None,
        "port": listen.port if listen else None,
        "names": names or None,
        "programs": programs or None,
    }
    topics = Topics(settings.charger_topic, settings.system_topic)
    home = Names(settings.home_assistant_topic)
    done = set_up(folder, wanted, _accounts(settings), topics, datetime.now(UTC), home)
    central = {**_books(settings), **_for_central(done)}
    return Answer(_as_json(done, central), _lines(done, central), [*_left_out(done), *done.notes])


def _absolute(path: Path | None) -> str | None:
    return str(path.absolute()) if path else None


def _accounts(settings: CentralSettings) -> list[Account]:
    with books_of(settings) as store, store.reading() as connection:
        from chargerctl.central.books.owner import accounts

        return accounts(connection)


def _books(settings: CentralSettings) -> dict[str, str]:
    """Where the chargers of this broker are, if another settings file would not find them. Passwords are not repeated."""
    if settings.default_books or has_password(settings.database):
        return {}
    return {"database": shown_url(settings.database)}


def _lines(done: Done, central: Mapping[str, Any]) -> Iterator[str]:
    for name in done.changed:
        yield f"wrote {_shown(done.folder / name)}"
    count = len(done.chargers)
    others = [*done.values.programs, *(["Home Assistant"] if done.values.home_assistant else [])]
    yield f"{count} charger{'' if count == 1 else 's'} and {', '.join(others)} have an account"
    yield _NEXT.get(done.next_step, f"next: mosquitto -c {shlex.quote(str(_shown(done.folder / CONF)))}")
    yield ""
    if done.values.local_only:
        yield (
            "It listens on this computer only, where no charger reaches it: use --make-certificates NAME, or --listen "
            "ADDRESS:PORT. Then:"
        )
        yield ""
    if done.values.ca:
        yield f"Copy {_shown(Path(done.values.ca))} to the drive of each charger. In its settings.toml:"
    else:
        yield "In the settings.toml of each charger:"
    yield ""
    yield "[mqtt]"
    for name, value in _for_charger(done).items():
        yield f"{name} = {_toml(value)}"
    yield 'username = "…"  # its serial'
    yield 'password = "…"  # as given to `chargerctl central chargers add`'
    yield ""
    yield "For the central system on this computer, in central.toml:"
    yield ""
    yield "[central]"
    for name, value in central.items():
        yield f"{name} = {_toml(value)}"
    if done.values.home_assistant:
        yield ""
        yield "In Home Assistant, when you add the integration MQTT:"
        yield ""
        for key, text in _for_home_assistant(done).items():
            yield f"{key}: {text}"


def _left_out(done: Done) -> Iterator[str]:
    for serial, why in done.left_out.items():
        yield f"without an account: {serial}: {why}"


def _for_charger(done: Done) -> dict[str, Any]:
    values = done.values
    found: dict[str, Any] = {"broker": "…" if done.values.local_only or not done.host else done.host}
    if values.port != (8883 if values.certificate else 1883):
        found["port"] = values.port
    if values.certificate:
        found["tls"] = True
    if values.ca:
        found["ca_file"] = f"/{Path(values.ca).name}"
    return found


def _for_central(done: Done) -> dict[str, Any]:
    values = done.values
    name = values.programs[0]
    found: dict[str, Any] = {}
    if values.local_port:
        found["broker"] = f"127.0.0.1:{values.local_port}"
    else:
        host = done.host if values.certificate else values.address
        found["broker"] = str(HostPort(_ANY.get(host, host), values.port))
        if values.certificate:
            found["broker_tls"] = True
        if values.ca:
            found["broker_ca"] = values.ca
    found = {**found, "broker_user": name, "broker_password_file": str(done.folder / f"{name}.password")}
    if not values.home_assistant:
        return found
    return {
        **found,
        "home_assistant": SAME,
        "home_assistant_user": PUBLISHER,
        "home_assistant_password_file": str(done.folder / f"{PUBLISHER}.password"),
    }


def _for_home_assistant(done: Done) -> dict[str, str]:
    values = done.values
    found = {
        "broker": done.host or "the address of this computer",
        "port": str(values.port),
        "user name": HOME_ASSISTANT,
        "password": f"the line in {_shown(done.folder / f'{HOME_ASSISTANT}.password')}",
    }
    if values.ca:
        found["broker certificate validation"] = f"custom, with {_shown(Path(values.ca))}"
    return found


def _toml(value: Any) -> str:
    import json

    # A basic string of TOML is one of JSON, for text without a surrogate and without DEL.
    return json.dumps(value, ensure_ascii=False)


def _shown(path: Path) -> Path:
    """Below the current folder without the way to it."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _as_json(done: Done, central: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "folder": str(done.folder),
        "changed": done.changed,
        "next": done.next_step,
        "chargers": done.chargers,
        "left_out": dict(done.left_out),
        "programs": {
            name: str(done.folder / f"{name}.password")
            for name in (*done.values.programs, *(OF_HOME_ASSISTANT if done.values.home_assistant else ()))
        },
        "settings": {"mqtt": _for_charger(done), "central": central},
        "notes": list(done.notes),
    }
