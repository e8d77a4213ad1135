# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A visit to a board over its web workflow: its files, and a hold of its relay from the first change to the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from chargerctl.transport.relay import Relay
from chargerctl.transport.web.client import Access, WebClient
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
) -> Iterator[tuple[WebVolume, Callable[[], str]]]:
    """The files of the board, and what has it run what is on it now and says so. BoardError where it is not reached.

    Reading changes nothing on the board, but the charger is out of service meanwhile. force: read although the relay may be
    closed, and read and write a board that does not say whether it is.
    """
    client = client or WebClient(access)

    def at_the_console(question: bytes, seconds: float) -> Relay | None:
        return ask(access, question, seconds)

    hold = Hold(client, ask_board or at_the_console, force, say)

    def restart() -> str:
        hold.end()
        return "the board starts what is on it; a new boot.py counts from its next reset on"

    try:
        hold.before_read()
        yield WebVolume(client, hold), restart
    finally:
        hold.end()
