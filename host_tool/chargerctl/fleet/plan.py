# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a fleet is asked to do: plain values, so that a worker process gets them as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from random import Random
from typing import Any

MOST_CHARGERS = 100_000
MOST_SEED = (1 << 53) - 1

# A serial has 25 characters at most, and what follows has seven.
PREFIX = re.compile(r"[A-Za-z0-9._-]{1,18}", re.ASCII)

STARTS = range(1_790_000_000, 4_000_000_000)
"""Unix seconds at the start: a charger's clock believes no time before the firmware was written, and keeps 32 bits."""


@dataclass(frozen=True)
class Broker:
    """The MQTT broker of all chargers. user, password: "{serial}" in them stands for the charger's; passwords: of single
    chargers, by serial. ca: path of a PEM file, "" for this computer's certificates."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    passwords: Mapping[str, str] = field(default_factory=dict, repr=False)
    tls: bool = False
    ca: str = ""


@dataclass(frozen=True)
class Target:
    """An OCPP-J central system. password, passwords, ca: as of Broker; none: without authentication."""

    url: str = field(repr=False)
    password: str = field(default="", repr=False)
    passwords: Mapping[str, str] = field(default_factory=dict, repr=False)
    ca: str = ""

    @property
    def shown(self) -> str:
        """The URL for a person: without its query, which may be a token."""
        url, query, _ = self.url.partition("?")
        return f"{url}{query}…" if query else url


@dataclass(frozen=True)
class ScriptText:
    """A script as it was read: `name` for errors, `folder` where its files are."""

    name: str
    text: str
    folder: str


@dataclass(frozen=True)
class Plan:
    """Without broker and target: virtual time with our own central system, or real time with it (realtime).

    settings: variable -> text, for every charger. arrivals_h: customers an hour at each charger. stay_s: how long one of
    them typically stays. duration_s: of the fleet's time, None: until it is stopped, or its scripts are over. start_unix:
    the time at the start. ramp_s: the chargers are switched on one after the other in so many seconds. record: path.
    books: where our own central system keeps its books, path or URL, of one process; "": a file that goes in the end.
    worker, workers: which share of the chargers this process has.
    """

    count: int
    seed: int
    prefix: str = "fleet"
    settings: Mapping[str, str] = field(default_factory=dict)
    arrivals_h: float = 0.0
    stay_s: float = 1800.0
    duration_s: float | None = 3600.0
    start_unix: int = 0
    ramp_s: float = 0.0
    broker: Broker | None = None
    target: Target | None = None
    realtime: bool = False
    scripts: tuple[ScriptText, ...] = ()
    chaos: bool = False
    record: str = ""
    books: str = ""
    worker: int = 0
    workers: int = 1

    @property
    def numbers(self) -> range:
        """Of the chargers of this process: the first has number 1."""
        return range(self.worker + 1, self.count + 1, self.workers)

    @property
    def in_real_time(self) -> bool:
        return self.realtime or self.broker is not None or self.target is not None

    def serial(self, number: int) -> str:
        return f"{self.prefix}-{number:05}"

    def switched_on_us(self, number: int) -> int:
        """When this charger gets its power, after the start."""
        return int(self.ramp_s * 1_000_000 * (number - 1) / self.count)

    def random(self, number: int, what: str) -> Random:
        """This charger's own, for this purpose: the same in whatever process it is."""
        return Random(f"{self.seed}/{number}/{what}")

    def urandom(self, number: int) -> Callable[[int], bytes]:
        """What this charger makes its ids of; the same seed gives the same ids."""
        return _Bytes(f"{self.seed}/{number}/ids")

    def randrange(self, number: int, what: str) -> Callable[[int], int]:
        """randrange(n): from 0 to below n, this charger's own."""
        draw = _Bytes(f"{self.seed}/{number}/{what}")
        return lambda n: int.from_bytes(draw(8), "big") % n

    def id_prefix(self, serial: str) -> str:
        """What our central system's ids of calls to this charger begin with."""
        return _Bytes(f"{self.seed}/{serial}/central")(8).hex()

    def to_json(self) -> str:
        """With its secrets: for the process that carries it out."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Plan:
        given: dict[str, Any] = json.loads(text)
        given["broker"] = given["broker"] and Broker(**given["broker"])
        given["target"] = given["target"] and Target(**given["target"])
        given["scripts"] = tuple(ScriptText(**each) for each in given["scripts"])
        return cls(**given)


class _Bytes:
    """Bytes without end. A Random would do, and take 2.5 KB of each charger."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._count = 0

    def __call__(self, size: int) -> bytes:
        self._count += 1
        return blake2b(f"{self._seed}/{self._count}".encode(), digest_size=size).digest()
