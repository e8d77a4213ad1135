# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One look-up of a host's address, a step a pass. Loaded for it, and unloaded: see resolver.py."""

import os

from micropython import const

from charger.visit import visit

_PORT = const(53)
_LOCAL = ("224.0.0.251", 5353)


class LookUp:
    """`name_server` is the dotted address of the network's, or None. When `step` gives True, it is over: `address` is
    the host's, or None, and `problem` says why. While it is `loading`, a step takes up to LOAD_MS."""

    def __init__(self, pool, name_server, host):
        self._pool = pool
        self._host = host
        self._server = _LOCAL if host.endswith(".local") else name_server and (name_server, _PORT)
        self._dns = self._question = self._data = None
        self.address = None
        self.problem = None

    @property
    def loading(self):
        return self._question is None

    def step(self, now):
        """False while an answer may come. Allocates nothing while none has."""
        try:
            if self._question is None:
                self._open()
            if not self._ask(now):
                return False
        except ValueError as error:
            self.problem = error.args[0]
        except (OSError, RuntimeError, ImportError, MemoryError) as error:
            self.problem = f"{type(error).__name__} {error}"
        if self._question is not None:
            self._question.close()
        return True

    def _open(self):
        """Raises ValueError with the reason when there is no name server."""
        if self._server is None:
            raise ValueError("the Wi-Fi network has announced no name server")
        self._dns = visit("net.dns")
        self._data = self._dns.query(self._host, os.urandom(2))
        question = visit("net.question")
        self._question = question.Question(self._pool, self._server, self._data, self._dns.MAX_ANSWER)

    def _ask(self, now):
        """True when an answer gave the address. Raises ValueError with the reason why it has none."""
        answer = self._question.step(now)
        if self._question.over:
            raise ValueError(f"no answer from name server {self._server[0]}")
        self.address = None if answer is None else self._dns.address(answer, self._data)
        return self.address is not None
