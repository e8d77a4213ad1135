# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Which lines are for which charger, and what is refused before the start."""

from pathlib import Path

import pytest
from chargerctl.fleet.script.choose import Choice, check
from chargerctl.simulator.script.language import ScriptError, parse

_TOTAL = 200


def script(*lines):
    return parse("\n".join(lines), "a.script", Path(), fleet=True)


def chosen(text, seed=1):
    """line number -> the numbers of the chargers that carry it out."""
    choice = Choice(text, _TOTAL, seed)
    scripts = {number: choice.script_of(number, f"fleet-{number}") for number in range(1, _TOTAL + 1)}
    return {
        each.line: {number for number, mine in scripts.items() if each in mine.statements}
        for each in text.statements
    }


def test_a_share_and_a_count_are_so_many():
    lines = chosen(script("at 30% of chargers: plug", "at 7 chargers: plug", "plug", "at all chargers: plug"))
    assert [len(lines[number]) for number in (1, 2, 3, 4)] == [60, 7, _TOTAL, _TOTAL]


def test_the_same_share_is_the_same_chargers_and_a_smaller_one_is_among_them():
    lines = chosen(
        script("at 30% of chargers: plug", "at 30% of chargers: unplug", "at 10% of chargers: plug")
    )
    assert lines[1] == lines[2]
    assert lines[3] < lines[1]


def test_another_share_is_drawn_for_its_line():
    lines = chosen(script("at 30% of chargers: plug", *2 * ["at another 30% of chargers: plug"]))
    assert len({frozenset(numbers) for numbers in lines.values()}) == 3


def test_the_seed_decides():
    text = script("at 30% of chargers: plug")
    assert chosen(text, seed=1) == chosen(text, seed=1) != chosen(text, seed=2)


def test_a_share_of_more_than_nothing_is_at_least_one():
    lines = chosen(script("at 0.001% of chargers: plug", "at 0% of chargers: plug"))
    assert [len(lines[1]), len(lines[2])] == [1, 0]


def test_one_charger_is_named_by_its_serial():
    assert chosen(script("at charger fleet-17: plug"))[1] == {17}


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("at charger fleet-x: plug", "1:1: at charger fleet-x: plug: no charger of this fleet is fleet-x"),
        ("at 201 chargers: plug", "1:1: at 201 chargers: plug: the fleet has only 200 chargers"),
        ('  expect display "Available"', "1:3: expect display"),
        ("at all chargers: expect led 140000", "1:18: at all chargers: expect led"),
        ("fail display", "1:1: fail display: a fleet's charger has no display"),
        ('type "?relay"', "1:1: type"),
        ("upload slow", "1:1: upload"),
        ("csms call Reset", "1:1: csms call Reset: needs chargerctl's own central system"),
        ("ntp silent", "1:1: ntp silent: needs a simulated network"),
    ],
)
def test_what_a_fleet_cannot_do_is_refused_with_line_and_column(line, problem):
    with pytest.raises(ScriptError) as error:
        check(script(line), _TOTAL, lambda serial: serial == "fleet-1", own_central=False, own_network=False)
    assert error.value.problems[0].startswith(f"a.script:{problem}")


def test_all_problems_are_reported_at_once():
    with pytest.raises(ScriptError) as error:
        check(script("fail display", "plug", 'type "x"'), _TOTAL, lambda serial: True)
    assert [each.split(": ")[0] for each in error.value.problems] == ["a.script:1:1", "a.script:3:1"]


def test_a_fleet_in_memory_can_direct_its_central_system_and_its_time():
    check(script("csms call Reset", "ntp silent", "wifi down", "set mqtt.keep_alive=30"), 1, lambda _: True)
