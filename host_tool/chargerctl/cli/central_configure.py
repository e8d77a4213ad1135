# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl central configure`."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import click

from chargerctl.central import extra
from chargerctl.central.settings import CentralSettings
from chargerctl.cli.central_books import Serial, books_of, password_notes, the_charger, warn_of_secret
from chargerctl.cli.central_options import central_options, timeout_option
from chargerctl.cli.output import Answer, Command, Output
from chargerctl.cli.progress import waiting
from chargerctl.errors import ChargerctlError, InputError

if TYPE_CHECKING:
    from chargerctl.central.books.interface import Outcome
    from chargerctl.central.books.store import DatabaseStore
    from chargerctl.central.configuring import Change
    from chargerctl.central.remote import Request


class _SerialOrKey(Serial):
    """The first word is a serial, unless --all is given; the others are keys, or KEY=VALUE."""

    name = "serial"

    def known(self, store: DatabaseStore, ctx: click.Context) -> Iterable[str]:
        from chargerctl.central.books.queries.chargers import configuration_of

        words = ctx.params.get("words") or ()
        if not words or ctx.params.get("everyone"):
            return super().known(store, ctx)
        with store.reading() as connection:
            return [
                f"{each.key}{'' if each.readonly else '='}" for each in configuration_of(connection, words[0])
            ]


@click.command(cls=Command)
@click.argument("words", type=_SerialOrKey(), nargs=-1, metavar="SERIAL [KEY…|KEY=VALUE…]")
@click.option("--all", "everyone", is_flag=True, help="Every charger that may take part, in place of SERIAL.")
@click.option(
    "--ask",
    multiple=True,
    metavar="KEY",
    help="Ask for the value of this key, which is not shown. Can be repeated.",
)
@timeout_option
@central_options()
@click.pass_obj
def command(
    output: Output,
    settings: CentralSettings,
    words: tuple[str, ...],
    everyone: bool,
    ask: tuple[str, ...],
    timeout: int | None,
) -> Answer:
    """Read the configuration keys of a charger: all, or those that are named; or set those that have a value.

    --all asks every charger at the same time: one that is silent holds up no other.

    Each assignment is a call of its own, with its own answer: Accepted, RebootRequired (the charger uses the value after
    a restart), Rejected or NotSupported. Exit status 1 if any was not taken, or a charger did not answer.

    \b
    chargerctl central configure garage-1
    chargerctl central configure garage-1 MeterValueSampleInterval=30 HeartbeatInterval=600
    chargerctl central configure --all MeterValueSampleInterval
    chargerctl central configure garage-1 --ask AuthorizationKey
    """
    extra.require()
    from chargerctl.central import configuring

    if not everyone and (not words or "=" in words[0]):
        raise click.UsageError("name a charger before its keys, or give --all")
    serial, keys = (None, words) if everyone else (words[0], words[1:])
    wanted = dict(configuring.assignment(word) for word in keys if "=" in word)
    for key in wanted:
        warn_of_secret(output, key)
    names = [configuring.checked_key(word) for word in keys if "=" not in word]
    wanted |= {configuring.checked_key(key): _asked(output, key) for key in ask}
    if wanted and names:
        raise click.UsageError(f"{names[0]}: give a value to every key, or to none")
    with books_of(settings) as store:
        serials = [the_charger(store, serial, time.time()).serial] if serial else _everyone(store)
        work = _Work(output, settings, store, float(timeout or settings.call_timeout))
        return work.change(serials, wanted) if wanted else work.read(serials, names)


def _everyone(store: DatabaseStore) -> list[str]:
    from chargerctl.central.books.queries.chargers import all_chargers

    with store.reading() as connection:
        found = [each.serial for each in all_chargers(connection, time.time()) if each.known and each.allowed]
    if not found:
        raise ChargerctlError("the books have no charger that may take part")
    return found


def _asked(output: Output, key: str) -> str:
    if not sys.stdin.isatty():
        line = sys.stdin.readline()
        if not line:
            raise InputError(f"{key}: stdin has no line with its value")
        return line.rstrip("\r\n")
    return str(click.prompt(key, hide_input=True, err=True))


class _Work:
    """Calls all these chargers at the same time."""

    def __init__(
        self, output: Output, settings: CentralSettings, store: DatabaseStore, timeout_s: float
    ) -> None:
        from chargerctl.central.remote import Remote

        self._output = output
        self._settings = settings
        self._remote = Remote(store)
        self._timeout_s = timeout_s

    def _ask(self, requests: Sequence[Request], serials: Sequence[str]) -> tuple[list[Outcome], list[str]]:
        """The outcome of each; and why it was given up, where some were known by then."""
        from chargerctl.central.books.interface import Outcome

        ended: dict[int, Outcome] = {}
        notes: list[str] = []
        who = serials[0] if len(serials) == 1 else f"{len(serials)} chargers"
        try:
            with waiting(self._output, f"{who}: waiting for the answers"):
                self._remote.call_all(requests, self._timeout_s, ended.__setitem__)
        except ChargerctlError as error:
            if not ended:
                raise
            notes = error.lines()
        lost = Outcome(error="Timeout", detail="the central system stopped before the answer came")
        return [ended.get(place, lost) for place in range(len(requests))], notes

    def read(self, serials: Sequence[str], names: Sequence[str]) -> Answer:
        from chargerctl.central import configuring
        from chargerctl.cli import configuration_view as view

        outcomes, notes = self._ask([configuring.reading(serial, names) for serial in serials], serials)
        found = dict(zip(serials, map(configuring.keys_of, outcomes), strict=True))
        rows = [(serial, *view.key_cells(key)) for serial, (keys, _) in found.items() for key in keys]
        value = {
            "chargers": [
                {"serial": serial, "keys": [view.key_json(key) for key in keys], "error": why or None}
                for serial, (keys, why) in found.items()
            ]
        }
        notes += [f"chargerctl: {serial}: {why}" for serial, (_, why) in found.items() if why]
        unknown = any(key.readonly is None for keys, _ in found.values() for key in keys)
        lines = view.lines(("key", "value", "read-only"), rows, serials)
        return Answer(value, lines, notes, int(bool(notes) or unknown))

    def change(self, serials: Sequence[str], wanted: Mapping[str, str]) -> Answer:
        from chargerctl.central import configuring
        from chargerctl.central.passwords import is_password
        from chargerctl.cli import configuration_view as view

        asked = [(serial, key, value) for serial in serials for key, value in wanted.items()]
        outcomes, notes = self._ask([configuring.changing(*each) for each in asked], serials)
        found: dict[str, list[Change]] = {serial: [] for serial in serials}
        for (serial, key, value), outcome in zip(asked, outcomes, strict=True):
            found[serial].append(configuring.change_of(key, value, outcome))
        rows = [(serial, *view.change_cells(each)) for serial, changes in found.items() for each in changes]
        told = {
            "chargers": [
                {"serial": serial, "changes": [view.change_json(each) for each in changes]}
                for serial, changes in found.items()
            ]
        }
        notes += [
            f"{serial} uses the value after a restart: chargerctl central call {serial} Reset type=Soft"
            for serial, changes in found.items()
            if any(each.answer == "RebootRequired" for each in changes)
        ]
        notes += password_notes(
            self._settings,
            [
                serial
                for serial, changes in found.items()
                if any(each.done and is_password(each.key) for each in changes)
            ],
        )
        failed = not all(each.done for changes in found.values() for each in changes)
        return Answer(told, view.lines(("key", "value", "answer"), rows, serials), notes, int(failed))
