# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A share of a fleet that is recorded, where its plan wants that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from chargerctl.errors import ChargerctlError
from chargerctl.fleet.charger.charger import Charger
from chargerctl.fleet.plan import Plan
from chargerctl.fleet.record.file import DOWN, IN, OUT, UP, Entry, Writer, part
from chargerctl.fleet.share import Share


class Recorder:
    """A Heard (charger.py)."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def frame(self, charger: Charger, out: bool, text: str) -> None:
        self._add(charger, OUT if out else IN, text)

    def log(self, charger: Charger, tag: str, text: str) -> None:
        pass

    def changed(self, charger: Charger, part: str) -> None:
        if part == "link":
            self._add(charger, UP if charger.connected else DOWN)

    def late(self, charger: Charger, us: int) -> None:
        pass

    def _add(self, charger: Charger, what: str, frame: str = "") -> None:
        self._writer.add(Entry(charger.clock.now_us, charger.serial, what, frame))


@contextmanager
def recorded_share(plan: Plan) -> Iterator[Share]:
    """ChargerctlError where the record cannot be written."""
    if not plan.record:
        yield Share(plan)
        return
    about = {"seed": plan.seed, "prefix": plan.prefix, "chargers": plan.count, "start": plan.start_unix}
    writer = Writer(part(Path(plan.record), plan.worker, plan.workers), about)
    try:
        yield Share(plan, Recorder(writer))
    except BaseException:
        # What has failed is said, not that the rest cannot be written either.
        with suppress(ChargerctlError):
            writer.close()
        raise
    writer.close()
