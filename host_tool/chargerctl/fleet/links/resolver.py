# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Which address of its server one charger tries next. firmware/charger/net/resolver.py knows one, and asks as often."""

from __future__ import annotations

import socket
from collections.abc import Callable

from chargerctl.fleet.links.names import Names

_FAILURES_BEFORE_LOOK_UP = 3


class Resolver:
    """stir: called when a look-up is over."""

    def __init__(self, names: Names, host: str, stir: Callable[[], object]) -> None:
        self._names = names
        self._name = names.get(host)
        self._stir = stir
        self._failures = 0
        self._asked = False
        # Which of the addresses; they may be fewer after the next look-up.
        self._turn = 0

    @property
    def host(self) -> str:
        return self._name.host

    @property
    def address(self) -> tuple[socket.AddressFamily, str] | None:
        """None while it is not known."""
        known = self._name.addresses
        return known[self._turn % len(known)] if known else None

    @property
    def problem(self) -> Exception | None:
        """Why the last look-up found none."""
        return self._name.problem

    def ready(self) -> bool:
        """False while the name is looked up: at first, and again after some failures in a row."""
        if self.address is None or self._failures >= _FAILURES_BEFORE_LOOK_UP:
            if not self._asked:
                self._asked = True
                self._names.ask(self._name, self._stir)
                return False
            if self._name.looking:
                return False
            self._failures = 0
        self._asked = False
        return True

    def failed(self) -> None:
        """The address did not answer: the next one has its turn."""
        self._turn += 1
        if not self._name.is_address:
            self._failures += 1

    def worked(self) -> None:
        self._failures = 0
