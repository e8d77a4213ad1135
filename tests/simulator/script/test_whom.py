# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Which chargers of a fleet a line of a script is for: the prefix as text."""

from pathlib import Path

import pytest
from chargerctl.simulator.script.language import ScriptError, parse
from chargerctl.simulator.script.whom import Whom


def parsed(line):
    (statement,) = parse(line, "a.script", Path(), fleet=True).statements
    return statement


@pytest.mark.parametrize(
    ("prefix", "whom"),
    [
        ("at all chargers:", Whom(1)),
        ("at 30% of chargers:", Whom(1, percent=30)),
        ("at 0.5% of chargers:", Whom(1, percent=0.5)),
        ("at another 100% of chargers:", Whom(1, percent=100, another=True)),
        ("at 5 chargers:", Whom(1, count=5)),
        ("at 1 charger:", Whom(1, count=1)),
        ("at another 2 chargers:", Whom(1, count=2, another=True)),
        ("at charger fleet-00007:", Whom(1, serial="fleet-00007")),
        ("  at charger a:b:", Whom(3, serial="a:b")),
    ],
)
def test_a_line_is_for_those_that_its_prefix_names(prefix, whom):
    statement = parsed(f"{prefix} swipe 04A2B3C4 2 # why")
    assert statement.whom == whom
    assert statement.form.keywords == ("swipe",)
    assert statement.arguments == {"uid": "04A2B3C4", "hold": 2.0}
    assert statement.text == f"{prefix} swipe 04A2B3C4 2".strip()


def test_a_line_without_a_prefix_is_for_all():
    assert parsed("broker down").whom is None


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("at", "1:3: expected all, a share such as 30%, a count or charger, found the end of the line"),
        ("at some chargers: plug", "1:4: expected all, a share such as 30%, a count or charger, found some"),
        ("at 101% of chargers: plug", "1:4: expected a share from 0% to 100%, found 101%"),
        ("at 30% chargers: plug", "1:8: expected of, found chargers:"),
        ("at 30% of chargers plug", "1:11: expected chargers:, found chargers (did you mean chargers:?)"),
        ("at 0 chargers: plug", "1:4: expected all, a share such as 30%, a count or charger, found 0"),
        ("at charger x plug", "1:12: expected a charger's serial and a colon, found x"),
        ("at charger : plug", "1:12: expected a charger's serial and a colon, found :"),
        ("at another charger x: plug", "1:12: expected a share such as 30%, or a count, found charger"),
        ("at all chargers: plgu", "1:18: expected"),
        ("at all chargers: at all chargers: plug", "1:18: expected"),
        ("at all chargers:", "1:17: expected"),
    ],
)
def test_a_wrong_prefix_is_reported_with_line_and_column(line, problem):
    with pytest.raises(ScriptError) as error:
        parse(line, "a.script", Path(), fleet=True)
    assert error.value.problems[0].startswith(f"a.script:{problem}")


def test_simulate_has_one_charger_and_knows_no_prefix():
    with pytest.raises(ScriptError, match=r"a\.script:1: expected .* found at"):
        parse("at all chargers: plug", "a.script", Path())
