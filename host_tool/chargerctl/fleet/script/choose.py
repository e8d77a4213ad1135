# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Which lines of a fleet's script are for which charger: drawn from a seed, the same in every process of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from random import Random

from chargerctl.fleet.script.hands import missing_part
from chargerctl.simulator.script.language import Script, ScriptError, Statement
from chargerctl.simulator.script.whom import Whom


class Choice:
    """Of chargers that are numbered from 1. A share is the first so many of an order that is drawn once: 10 % are among
    the 30 % of another line. `another` draws an order for its line."""

    def __init__(self, script: Script, total: int, seed: int) -> None:
        self._script = script
        self._total = total
        self._seed = seed
        # (statement, the numbers that it is for; None: all)
        self._chosen = [(each, self._numbers(each)) for each in script.statements]

    def script_of(self, number: int, serial: str) -> Script:
        """What one charger carries out."""
        mine = tuple(
            statement
            for statement, numbers in self._chosen
            if _is_named(statement.whom, serial) and (numbers is None or number in numbers)
        )
        return replace(self._script, statements=mine)

    def _numbers(self, statement: Statement) -> frozenset[int] | None:
        whom = statement.whom
        if whom is None or (whom.percent is None and whom.count is None):
            return None
        wanted = whom.count if whom.count is not None else _share(whom.percent or 0, self._total)
        random = Random(f"{self._seed} {statement.line if whom.another else 'order'}")
        order = random.sample(range(1, self._total + 1), self._total)
        return frozenset(order[:wanted])


def check(
    script: Script,
    total: int,
    knows: Callable[[str], bool],
    *,
    own_central: bool = True,
    own_network: bool = True,
) -> None:
    """Before the start: what no charger of this fleet can do. knows(serial): whether it is one of the fleet's. own_central:
    the central system is chargerctl's own in this process; own_network: the network is simulated. Raises ScriptError."""
    problems = [
        f"{script.name}:{each.line}:{column}: {each.text}: {problem}"
        for each in script.statements
        for column, problem in _problems(each, total, knows, own_central, own_network)
    ]
    if problems:
        raise ScriptError(problems)


def _problems(
    statement: Statement, total: int, knows: Callable[[str], bool], own_central: bool, own_network: bool
) -> Iterator[tuple[int, str]]:
    whom, column = statement.whom, statement.column
    if whom is not None and whom.serial is not None and not knows(whom.serial):
        yield whom.column, f"no charger of this fleet is {whom.serial}"
    if whom is not None and whom.count is not None and whom.count > total:
        yield whom.column, f"the fleet has only {total} chargers"
    if statement.form.board_only:
        yield column, "a fleet's charger has no board for it: use chargerctl simulate"
    part = missing_part(statement.arguments)
    if part:
        yield column, part
    if statement.needs_central and not own_central:
        yield column, "needs chargerctl's own central system: leave out --broker and --to"
    if statement.form.keywords[0] == "ntp" and not own_network:
        yield column, "needs a simulated network: leave out --broker and --to"


def _share(percent: float, total: int) -> int:
    """Rounded, and at least one of what is more than nothing."""
    return max(round(total * percent / 100), 1 if percent else 0)


def _is_named(whom: Whom | None, serial: str) -> bool:
    return whom is None or whom.serial in (None, serial)


def needs_record(statements: Sequence[Statement]) -> bool:
    """Whether any waits for what a charger sends or prints."""
    return any(each.form.keywords[0] == "expect" for each in statements)
