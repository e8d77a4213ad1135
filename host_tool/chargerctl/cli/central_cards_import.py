# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl central cards import`."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chargerctl.central.settings import CentralSettings
from chargerctl.cli.central_books import books_of
from chargerctl.cli.central_options import central_options
from chargerctl.cli.output import Answer, Command, Output
from chargerctl.cli.progress import shown_progress
from chargerctl.errors import InputError
from chargerctl.files import read_file

if TYPE_CHECKING:
    from chargerctl.central.books.owner import Card

_AT_ONCE = 1000
_STDIN = "-"


@click.command(cls=Command)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check the file against the books, and change nothing.")
@central_options()
@click.pass_obj
def command(output: Output, settings: CentralSettings, file: Path, dry_run: bool) -> Answer:
    """Enter the cards of a CSV file, or of stdin (-): every line, or none.

    The first line names the columns, in any order: uid, name, parent, valid_until, blocked, chargers. Only uid must
    be there. Commas, semicolons or tabs, UTF-8 with or without a byte-order mark, quotes: as spreadsheets write it.
    Cards that are in the books are changed; those that are not in the file stay. docs/central.md has the columns.

    \b
    chargerctl central cards import cards.csv --dry-run
    chargerctl central cards import cards.csv
    """
    from chargerctl.central.csv_file import LONGEST

    data = _content(file, LONGEST)
    label = "stdin" if str(file) == _STDIN else str(file)
    now = time.time()
    with books_of(settings, create=not dry_run) as store, shown_progress(output) as at:
        from chargerctl.central.books.owner import put_cards
        from chargerctl.central.books.queries.cards import all_cards
        from chargerctl.central.books.queries.chargers import all_chargers
        from chargerctl.central.card_file import read_cards

        with store.reading() as connection:
            serials = {charger.serial for charger in all_chargers(connection, now)}
            before = {card.id_tag: card for card in all_cards(connection)}
        wanted = read_cards(data, label, serials, lambda done, total: at("checking", done, total))
        changed = [card for card in wanted if not _is_same(before.get(card.id_tag), card)]
        fresh = sum(card.id_tag not in before for card in changed)
        if changed and not dry_run:
            with store.writing() as connection:
                for begin in range(0, len(changed), _AT_ONCE):
                    put_cards(connection, changed[begin : begin + _AT_ONCE], now)
                    at("writing", begin, len(changed))
    counts = {"new": fresh, "changed": len(changed) - fresh, "unchanged": len(wanted) - len(changed)}
    summary = ", ".join(f"{count} {what}" for what, count in counts.items())
    cards = f"{len(wanted)} card{'' if len(wanted) == 1 else 's'}"
    if not changed:
        told = f"nothing to enter: the books have the {cards} of {label} as they are"
    else:
        told = f"{'would enter' if dry_run else 'entered'} {cards} of {label}: {summary}"
    return Answer({"file": str(file), "dry_run": dry_run, **counts}, [told])


def _content(file: Path, longest: int) -> bytes:
    if str(file) == _STDIN:
        data = sys.stdin.buffer.read(longest + 1)
        if len(data) > longest:
            raise InputError(f"stdin: has more than {longest:,} bytes")
        return data
    try:
        return read_file(file, longest)
    except FileNotFoundError:
        raise InputError(f"{file}: file not found") from None


def _is_same(before: Card | None, card: Card) -> bool:
    if before is None:
        return False
    where = [None if each.chargers is None else sorted(each.chargers) for each in (before, card)]
    return replace(before, chargers=None) == replace(card, chargers=None) and where[0] == where[1]
