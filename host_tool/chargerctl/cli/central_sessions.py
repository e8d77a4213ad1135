# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl central sessions`."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from chargerctl.central.session_file import in_pages, runs, session_lines, sum_lines
from chargerctl.central.settings import CentralSettings
from chargerctl.central.views.session import energy_sum, session, total
from chargerctl.cli import session_view as view
from chargerctl.cli.central_books import CardUid, Serial, books_of, the_charger
from chargerctl.cli.central_options import central_options
from chargerctl.cli.output import Answer, Command, Output
from chargerctl.cli.quantities import Moment, kwh
from chargerctl.errors import InputError
from chargerctl.likeness import did_you_mean, nearest

if TYPE_CHECKING:
    from chargerctl.central.books.queries.sessions import Filter
    from chargerctl.central.books.store import DatabaseStore

_LAST = 20


@click.command(cls=Command)
@click.option("--charger", "serial", type=Serial(), help="Only of this charger.")
@click.option("--card", "uid", type=CardUid(), help="Only of this card.")
@click.option(
    "--from",
    "begin",
    type=Moment(),
    help="Only those that began then or later: a date, 2026-11-01, or an age, 7d, 3h or 30min.",
)
@click.option(
    "--to", "end", type=Moment(at_end=True), help="Only those that began before; a day counts to its end."
)
@click.option("--running", is_flag=True, help="Only those that run.")
@click.option(
    "--last",
    type=click.IntRange(1),
    help=f"The last so many.  [default: {_LAST}; all with --from, --to, --by, --csv or --json]",
)
@click.option(
    "--by",
    type=click.Choice(["card", "month", "charger"]),
    multiple=True,
    help="Sum up number and energy of the sessions that have ended. Can be repeated.",
)
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV, for a spreadsheet.")
@click.option(
    "--close",
    "closed",
    type=click.IntRange(1),
    metavar="ID",
    help="List nothing: end this session, which runs in the books, and whose stop will not come.",
)
@central_options()
@click.pass_obj
def command(
    output: Output,
    settings: CentralSettings,
    serial: str | None,
    uid: str | None,
    begin: float | None,
    end: float | None,
    running: bool,
    last: int | None,
    by: tuple[str, ...],
    as_csv: bool,
    closed: int | None,
) -> Answer:
    """List the sessions, the newest first: who charged, when, how much, and why it ended.

    Energy is in kWh, between the meter's readings at start and stop; that of a session that runs is by its last meter
    value. Where the stop never came and a new session has begun on the connector, the state is `no stop`. A session
    counts in the month in which it began, in the time of this computer; times in CSV and JSON are UTC. A narrow
    terminal leaves out the column connector. CSV has commas, a point in numbers, and no text that a spreadsheet would
    carry out as a formula.

    \b
    chargerctl central sessions
    chargerctl central sessions --by card --from 2026-11-01 --to 2026-11-30
    chargerctl central sessions --charger garage-1 --csv
    """
    if as_csv and output.as_json:
        raise click.UsageError("give --csv or --json, not both")
    if by and (running or last):
        raise click.UsageError("--by sums up all sessions that have ended: leave out --running and --last")
    if begin is not None and end is not None and begin >= end:
        raise click.UsageError("--from is not before --to: no session can fit")
    everything = begin is not None or end is not None or as_csv or output.as_json
    with books_of(settings) as store:
        if closed is not None:
            return _closed(store, closed)
        from chargerctl.central.books.queries.sessions import Filter

        _check_names(store, serial, uid)
        wanted = Filter(serial=serial, id_tag=uid, begin=begin, end=end, running=True if running else None)
        if by:
            return _sums(store, wanted, tuple(dict.fromkeys(by)), as_csv)
        return _listed(output, store, wanted, last or (None if everything else _LAST), as_csv)


def _check_names(store: DatabaseStore, serial: str | None, uid: str | None) -> None:
    """InputError where the books know no such charger or card: not even a session has its name."""
    from chargerctl.central.books.queries.cards import all_cards
    from chargerctl.central.books.queries.sessions import Filter, sessions

    with store.reading() as connection:
        known = [card.id_tag for card in all_cards(connection)] if uid else []
        is_card = not uid or uid in known or bool([*sessions(connection, Filter(id_tag=uid), most=1)])
        is_charger = not serial or bool([*sessions(connection, Filter(serial=serial), most=1)])
    if serial and not is_charger:
        the_charger(store, serial, time.time())
    if uid is None or is_card:
        return
    near = nearest(uid, known)
    hint = did_you_mean(near, "`chargerctl central cards` lists them")
    raise InputError(f"there is no card {uid!r} in the books: {hint}", card=uid)


def _listed(output: Output, store: DatabaseStore, wanted: Filter, most: int | None, as_csv: bool) -> Answer:
    from chargerctl.central.books.queries.so_far import energy_so_far

    found = in_pages(store, wanted, most)
    if as_csv:  # of any length: no list of all
        for line in session_lines(found):
            output.text(line)
        return Answer()
    rows = [*found]
    with store.reading() as connection:
        so_far = energy_so_far(connection, [row.id for row in rows if runs(row)])
    value = {"sessions": [asdict(session(row, so_far)) for row in rows]}
    if not rows:
        return Answer(value, notes=["no session in the books that fits"])
    return Answer(value, view.table(rows, so_far, time.time()).lines())


def _closed(store: DatabaseStore, number: int) -> Answer:
    from chargerctl.central.books import owner

    with store.writing() as connection:
        owner.close_session(connection, number, time.time())
    return Answer(
        {"closed": number},
        [
            f"session {number} does not run any more: it counts until its last meter value; if its stop comes, that counts"
        ],
    )


def _sums(store: DatabaseStore, wanted: Filter, by: tuple[Any, ...], as_csv: bool) -> Answer:
    from chargerctl.central.books.queries.energy import energy

    with store.reading() as connection:
        found = energy(connection, wanted, by, None)
    all_of_them = total(found)
    value = {"sums": [energy_sum(each, by) for each in found], "total": asdict(all_of_them)}
    if as_csv:
        return Answer(value, sum_lines(found, by))
    if not found:
        return Answer(value, notes=["no session in the books that fits"])
    count = all_of_them.sessions
    return Answer(
        value,
        view.sum_table(found, by).lines(),
        [f"in all {count} session{'' if count == 1 else 's'}, {kwh(all_of_them.energy_wh)} kWh"],
    )
