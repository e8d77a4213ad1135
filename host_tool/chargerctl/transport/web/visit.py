# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A visit to a board over its web workflow: its files, and a hold of its relay from the first change to the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

from chargerctl.transport.relay import Relay
from chargerctl.transport.volume import Restarted
from chargerctl.transport.web.client import Access, WebClient, WrongPasswordError
from chargerctl.transport.web.console import ask
from chargerctl.transport.web.holding import Hold
from chargerctl.transport.web.volume import WebVolume

Ask = Callable[[bytes, float], Relay | None]


@contextmanager
def visited(
    access: Access,
    force: bool,
    say: Callable[[str], None],
    client: WebClient | None = None,
    ask_board: Ask | None = None,
    other_password: Callable[[], str] = lambda: "",
) -> Iterator[tuple[WebVolume, Callable[[], Restarted]]]:
    """The files of the board, and what has it run what is on it now and says so. BoardError where it is not reached.

    Reading changes nothing on the board, but the charger is out of service meanwhile. force: read although the relay may be
    closed, and read and write a board that does not say whether it is. other_password: asked for, once, where
    the board refuses that of `access`; "" for none. client, ask_board: for tests.
    """

    def hold_with(password: str) -> Hold:
        mine = replace(access, password=password)
        return Hold(client or WebClient(mine), ask_board or partial(ask, mine), force, say)

    hold = hold_with(access.password)

    try:
        try:
            hold.before_read()
        except WrongPasswordError:
            if not (password := other_password()):
                raise
            hold = hold_with(password)
            hold.before_read()
        yield WebVolume(hold.client, hold), hold.restart
    finally:
        hold.end()
