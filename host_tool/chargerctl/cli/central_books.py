# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Opens the books for a command of `chargerctl central`, and completes serials and cards from them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from chargerctl.central import cards, extra
from chargerctl.central.settings import CentralSettings, load_central
from chargerctl.cli.output import Output
from chargerctl.errors import ChargerctlError

if TYPE_CHECKING:
    from chargerctl.central.books.queries.chargers import Charger
    from chargerctl.central.books.store import DatabaseStore


@contextmanager
def books_of(settings: CentralSettings, *, create: bool = False) -> Iterator[DatabaseStore]:
    """The books of these settings. create: make them where there are none, and say so; else that is an error with what to
    do."""
    extra.require()
    from chargerctl.central.books.store import open_books  # slow to load

    if create:
        settings.make_own_folder()
    store = open_books(settings.database, create=create)
    try:
        if store.is_new:  # with --json, too: a mistyped --database is noticed by nothing else
            click.get_current_context().ensure_object(Output).diagnose(f"made new books: {store.place}")
        yield store
    finally:
        store.close()


def the_charger(store: DatabaseStore, serial: str, now: float) -> Charger:
    """InputError where the books have none of this serial, with the one that was probably meant."""
    from chargerctl.central.books.owner import not_known
    from chargerctl.central.books.queries.chargers import all_chargers
    from chargerctl.likeness import nearest

    with store.reading() as connection:
        found = all_chargers(connection, now, serial)
        if found:
            return found[0]
        near = nearest(serial, [each.serial for each in all_chargers(connection, now)])
    raise not_known(serial, near)


def warn_of_secret(output: Output, key: str) -> None:
    """Where the value of this configuration key was typed in the command."""
    from chargerctl.central.books.masking import is_secret

    if is_secret(key):
        output.diagnose(
            f"warning: {key} on the command line: other users can read it there (ps), and your shell keeps it: use "
            f"chargerctl central configure SERIAL --ask {key}"
        )


def password_notes(settings: CentralSettings, serials: Iterable[str]) -> list[str]:
    """What is still to be done where these chargers took a new password, their AuthorizationKey."""
    notes = [
        f"{serial} has a new password, and so have the books: it counts from its next connection. If it cannot connect any "
        f"more: chargerctl central chargers password {serial}"
        for serial in serials
    ]
    return notes + broker_notes(settings) if notes else []


def broker_notes(settings: CentralSettings) -> list[str]:
    """Where a password in the books has changed."""
    if not settings.broker:
        return []
    return ["the broker does not know the password yet: chargerctl central broker mosquitto writes its files"]


class _OfBooks(click.ParamType):
    """A text of which the books know some."""

    def known(self, store: DatabaseStore, ctx: click.Context) -> Iterable[str]:
        raise NotImplementedError

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        return [CompletionItem(each) for each in self._texts(ctx) if each.startswith(incomplete)]

    def _texts(self, ctx: click.Context) -> list[str]:
        """Nothing where the books cannot be read: a completion has no place for an error."""
        options = {"database": given} if (given := ctx.params.get("database")) else {}
        with suppress(ChargerctlError, OSError):
            settings = load_central(ctx.params.get("config"), os.environ, options).values
            with books_of(settings) as store:
                return [*self.known(store, ctx)]
        return []


class Serial(_OfBooks):
    """The serial of a charger."""

    name = "serial"

    def known(self, store: DatabaseStore, ctx: click.Context) -> Iterable[str]:
        from chargerctl.central.books.queries.chargers import all_chargers

        with store.reading() as connection:
            return [charger.serial for charger in all_chargers(connection, time.time())]


class CardUid(_OfBooks):
    """The uid of a card, as cards.uid() has it."""

    name = "uid"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return cards.uid(value)
        except ValueError as error:
            self.fail(f"{value!r} cannot be a card: {error}", param, ctx)

    def known(self, store: DatabaseStore, ctx: click.Context) -> Iterable[str]:
        from chargerctl.central.books.queries.cards import all_cards

        with store.reading() as connection:
            return [card.id_tag for card in all_cards(connection)]


class UserName(_OfBooks):
    """The name of an account of the web page."""

    name = "name"

    def known(self, store: DatabaseStore, ctx: click.Context) -> Iterable[str]:
        from chargerctl.central.books.queries.users import all_users

        with store.reading() as connection:
            return [user.name for user in all_users(connection, time.time())]


class TokenName(_OfBooks):
    """The name of a token."""

    name = "name"

    def known(self, store: DatabaseStore, ctx: click.Context) -> Iterable[str]:
        from chargerctl.central.books.queries.users import all_tokens

        with store.reading() as connection:
            return [token.name for token in all_tokens(connection)]
