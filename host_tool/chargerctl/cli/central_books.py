# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Opens the books for a command of `chargerctl central`, and completes serials and cards from them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from chargerctl.central import extra
from chargerctl.central.settings import CentralSettings, load_central
from chargerctl.errors import ChargerctlError

if TYPE_CHECKING:
    from chargerctl.central.books.store import DatabaseStore


@contextmanager
def books_of(settings: CentralSettings, *, create: bool = False) -> Iterator[DatabaseStore]:
    """The books of these settings. create: make them where there are none; else that is an error with what to do."""
    extra.require()
    from chargerctl.central.books.store import open_books  # slow to load

    store = open_books(settings.database, create=create)
    try:
        yield store
    finally:
        store.close()


class _OfBooks(click.ParamType):
    """A text of which the books know some."""

    def known(self, store: DatabaseStore) -> Sequence[str]:
        raise NotImplementedError

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        options = {"database": given} if (given := ctx.params.get("database")) else {}
        with suppress(ChargerctlError, OSError):
            settings = load_central(ctx.params.get("config"), os.environ, options).values
            with books_of(settings) as store:
                return [CompletionItem(each) for each in self.known(store) if each.startswith(incomplete)]
        return []
