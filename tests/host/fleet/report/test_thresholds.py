# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What --fail-if takes, and what it finds."""

import pytest
from chargerctl.central.messages.schemas import ACTIONS
from chargerctl.errors import InputError
from chargerctl.fleet.measuring.measured import Measured
from chargerctl.fleet.measuring.series import Series
from chargerctl.fleet.measuring.tally import Tally
from chargerctl.fleet.report.thresholds import NAMES, parse
from hypothesis import given
from hypothesis import strategies as st


@pytest.fixture
def measured():
    """Heartbeats took 20 ms, one of a hundred a second; two transactions are lost."""
    tally = Tally()
    for _ in range(99):
        tally.call("Heartbeat").times.add(20_000)
    tally.call("Heartbeat").times.add(1_000_000)
    tally.call("Authorize").unanswered = 3
    tally.call("Authorize").errors["InternalError"] = 1
    tally.counts.update(lost=2, energy_wh=12_500, sessions_begun=9)
    tally.violations["FormationViolation: Reset"] = 4
    tally.states.update(Offline=1, Booting=2, Available=7)
    tally.late.add(60_000)
    return Measured(tally, Series(60), stood_still_s=1.5)


def failed(text, measured):
    return [why for each in parse(text, ACTIONS) if (why := each.fails(measured))]


@pytest.mark.parametrize(
    "text",
    [
        "p50>10ms",
        "p99.Heartbeat<21ms",
        "max>=1s",
        "max>999999us",
        "unanswered==3",
        "unanswered.Authorize>2",
        "errors!=0",
        "lost>0",
        "violations>3",
        "energy<13kWh",
        "energy>12000Wh",
        "sessions<10",
        "stood-still>1s",
        "offline>2",
        "late-p99>50ms",
        " lost > 1 ",
    ],
)
def test_what_is_true_fails(measured, text):
    (why,) = failed(text, measured)
    assert why.startswith(text.strip())


@pytest.mark.parametrize(
    "text",
    [
        "p50>30ms",
        "p99.Authorize>1us",  # nothing was measured
        "max>1s",
        "unanswered.Heartbeat>0",
        "lost>2",
        "double>0",
        "energy>13kWh",
    ],
)
def test_what_is_not_true_passes(measured, text):
    assert failed(text, measured) == []


def test_each_one_is_looked_at(measured):
    assert failed("lost>0,double>0,p50>10ms", measured) == ["lost>0: it is 2", "p50>10ms: it is 20 ms"]


def test_a_count_is_exact(measured):
    measured.tally.counts.update(lost=1_234_565, energy_wh=170_883)
    assert failed("lost>0,energy>0Wh,energy>0kWh", measured) == [
        "lost>0: it is 1,234,567",
        "energy>0Wh: it is 183.383 kWh",
        "energy>0kWh: it is 183.383 kWh",
    ]


def test_what_only_a_replay_measures(measured):
    measured.tally.counts["differences"] = 3
    (threshold,) = parse("differences>2", ACTIONS, replay=True)
    assert threshold.fails(measured) == "differences>2: it is 3"
    with pytest.raises(InputError, match="differences is measured with --replay only"):
        parse("differences>2", ACTIONS)


@pytest.mark.parametrize(
    ("text", "at", "words"),
    [
        ("", 1, "'' is not measured"),
        ("p98>1ms", 1, "did you mean p99?"),
        ("lost>0,wrong>1", 8, "'wrong' is not measured"),
        ("p99.Heartbeets>1ms", 5, "did you mean Heartbeat?"),
        ("lost.Heartbeat>0", 6, "lost is not measured by action"),
        ("p99~5ms", 4, "expected one of >="),
        ("p99=>5ms", 4, "expected one of >="),
        ("p99>5", 6, "expected us or ms or s"),
        ("p99>5h", 6, "expected us or ms or s"),
        ("lost>5ms", 7, "expected no unit"),
        ("lost>", 6, "expected a number"),
        ("p99>1.2.3ms", 5, "expected a number"),
        ("lost>0 double>0", 8, "expected no unit"),
        ("lost>0;double>0", 7, "expected a comma or the end"),
        ("lost>0,", 8, "'' is not measured"),
    ],
)
def test_a_mistake_is_named_with_its_place(text, at, words):
    with pytest.raises(InputError) as found:
        parse(text, ACTIONS)
    assert found.value.details == {"at": at}
    assert f"character {at}: " in found.value.message
    assert words in found.value.message


@given(st.text(max_size=40))
def test_no_text_is_more_than_a_mistake(text):
    try:
        for each in parse(text, ACTIONS):
            assert each.name in NAMES
    except InputError:
        pass
