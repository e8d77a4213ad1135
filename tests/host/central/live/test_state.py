# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a charger does, in one word."""

import pytest
from chargerctl.central.live.state import WORDS, Connector, Session, State


def connector(number, status, error="NoError", register=None):
    return Connector(number, status, error, "", "", 0.0, register)


def session(number, power):
    return Session(number, 1, "A", "", 0.0, None, power)


def state(*connectors, **more):
    values = {
        "serial": "GA001",
        "name": "",
        "known": True,
        "allowed": True,
        "transport": "mqtt",
        "last_seen": 0.0,
        "registration": "Accepted",
        "vendor": "",
        "model": "",
        "firmware": "",
        "connectors": connectors,
        "sessions": (),
    }
    return State(**(values | more))


STATUSES = [
    ([], "Unknown"),
    ([(0, "Available")], "Available"),
    ([(0, "Available"), (1, "SuspendedEV")], "SuspendedEV"),
    ([(1, "Available"), (2, "Charging")], "Charging"),
    ([(1, "Preparing"), (2, "Finishing")], "Finishing"),
    ([(1, "Charging"), (2, "Faulted")], "Faulted"),
    ([(0, "Faulted"), (1, "Available")], "Faulted"),
    ([(0, "Faulted"), (1, "Charging")], "Faulted"),
    ([(0, "Unavailable"), (1, "Available")], "Unavailable"),
    ([(0, "Unavailable"), (1, "Reserved")], "Unavailable"),
    ([(0, "Unavailable"), (1, "Charging")], "Charging"),
    ([(1, "Unavailable"), (2, "Available")], "Available"),
    ([(1, "Nonsense")], "Unknown"),
]


@pytest.mark.parametrize(("told", "status"), STATUSES)
def test_the_status_of_a_charger_is_that_of_its_busiest_connector_unless_it_is_faulted_as_a_whole(
    told, status
):
    assert state(*(connector(*each) for each in told)).status == status


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({}, "Charging"),
        ({"transport": ""}, "Offline"),
        ({"allowed": False}, "Refused"),
        ({"known": False, "registration": "Rejected"}, "Asks"),
        ({"known": False, "registration": ""}, "Asks"),
        # It was entered and removed, and never came.
        ({"known": False, "registration": "", "last_seen": None, "transport": ""}, "Offline"),
        # On this computer unknown ones may take part.
        ({"known": False}, "Charging"),
    ],
)
def test_one_word_says_what_matters_most(more, word):
    assert state(connector(1, "Charging"), **more).word == word
    assert word in WORDS


def test_the_error_is_that_of_the_first_connector_that_has_one():
    found = state(connector(0, "Available"), connector(1, "Available", "WeakSignal"))
    assert (found.error, state(connector(0, "Available")).error) == ("WeakSignal", "")


def test_power_is_nothing_without_a_session_and_unknown_where_no_session_knows_it():
    powers = [
        (),
        (session(1, None),),
        (session(1, None), session(2, 3000.0)),
        (session(1, 1.0), session(2, 2.0)),
    ]
    assert [state(sessions=each).power_w for each in powers] == [0, None, 3000.0, 3.0]


def test_the_energy_of_a_charger_is_that_of_all_its_connectors_or_of_its_main_meter():
    def total(*registers):
        return state(*(connector(*each) for each in registers)).energy_total_wh

    main, one, two, silent = (0, "", "", 900), (1, "", "", 100), (2, "", "", 200), (3, "", "", None)
    assert [total(silent), total(main, silent), total(main, one, two, silent)] == [None, 900, 300]
