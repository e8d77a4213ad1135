# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A share of a fleet that is recorded, where its plan wants that."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from chargerctl.errors import ChargerctlError, InputError
from chargerctl.fleet.charger.charger import Charger
from chargerctl.fleet.measuring.failures import Failure
from chargerctl.fleet.measuring.measured import Measured
from chargerctl.fleet.plan import Plan
from chargerctl.fleet.record.file import DOWN, IN, OUT, UP, Entry, Writer, join, part
from chargerctl.fleet.run import OnSums
from chargerctl.fleet.share import Share


class Recorder:
    """A Heard (charger.py)."""

    def __init__(self, add: Callable[[Entry], object]) -> None:
        self._add = add

    def frame(self, charger: Charger, out: bool, text: str) -> None:
        self._happened(charger, OUT if out else IN, text)

    def log(self, charger: Charger, tag: str, text: str) -> None:
        pass

    def changed(self, charger: Charger, part: str) -> None:
        if part == "link":
            self._happened(charger, UP if charger.connected else DOWN)

    def late(self, charger: Charger, us: int) -> None:
        pass

    def _happened(self, charger: Charger, what: str, frame: str = "") -> None:
        self._add(Entry(charger.clock.now_us, charger.serial, what, frame))


class RecordedShare:
    """As Share. A record that can no longer be written ends the run in order, and is one of its failures: what was measured
    until then is not lost."""

    def __init__(self, plan: Plan) -> None:
        """ChargerctlError, as Share, and where the record cannot be begun."""
        about = {"seed": plan.seed, "prefix": plan.prefix, "chargers": plan.count, "start": plan.start_unix}
        self._writer = Writer(_parts(plan)[plan.worker], about)
        self._failure = ""
        try:
            self._share = Share(plan, Recorder(self._add))
        except BaseException:
            self._close()
            # Nothing is in it, and it would be in the way of the next try.
            _parts(plan)[plan.worker].unlink(missing_ok=True)
            raise
        self.stop = self._share.stop

    def run(self, on_sums: OnSums) -> Measured:
        try:
            measured = self._share.run(on_sums)
        finally:
            self._close()
        if self._failure:
            measured.failures.append(Failure(self._failure, self._failure))
        return measured

    def _add(self, entry: Entry) -> None:
        if not self._failure:
            try:
                self._writer.add(entry)
            except ChargerctlError as error:
                self._failure = error.message
                self._share.stop()

    def _close(self) -> None:
        try:
            self._writer.close()
        except ChargerctlError as error:
            self._failure = self._failure or error.message


def share_of(plan: Plan) -> Share | RecordedShare:
    return RecordedShare(plan) if plan.record else Share(plan)


def refuse_existing(plan: Plan) -> None:
    """InputError where a file has the name of the record, or of a worker's part: a run cannot be recorded a second time."""
    if plan.record:
        for path in dict.fromkeys([Path(plan.record), *_parts(plan)]):
            if os.path.lexists(path):
                raise InputError(f"--record {path}: already exists: name another file, or remove it")


def joined(plan: Plan) -> list[Failure]:
    """Make one record of those of all workers. Why that failed; then theirs stay."""
    if not plan.record:
        return []
    path = Path(plan.record)
    try:
        join(path, _parts(plan))
    except ChargerctlError as error:
        with suppress(OSError):
            path.unlink()
        return [Failure(error.message, f"{error.message}{left_parts(plan)}")]
    return []


def left_parts(plan: Plan) -> str:
    """Which records of single workers there are, for the end of a message; "" for none."""
    found = [str(each) for each in _parts(plan) if each.exists()] if plan.record else []
    return f"; what was recorded is here, for --replay: {', '.join(found)}" if found else ""


def _parts(plan: Plan) -> list[Path]:
    return [part(Path(plan.record), worker, plan.workers) for worker in range(plan.workers)]
