# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The first lines of a central system say which policy holds for chargers and cards that are not in the books."""

import pytest
from chargerctl.central.books.policies import Policies, Policy
from chargerctl.central.service.service import policies_of
from chargerctl.central.service.welcome import Ports, welcome
from chargerctl.central.settings import load_central

ACCEPT, REFUSE = Policies(Policy.ACCEPT, Policy.ACCEPT), Policies(Policy.REFUSE, Policy.REFUSE)


def policy(**options):
    settings = load_central(None, {}, options).values
    policies = policies_of(settings)
    lines = welcome(settings, policies, "books.sqlite", Ports(1883, 9000, 8080))
    [line] = [event.text for event in lines if event.what == "policy"]
    return policies, line


@pytest.mark.parametrize(
    "options",
    [{"broker": "127.0.0.1"}, {"broker": "broker.lan:8883"}, {"listen": "0.0.0.0"}, {"ocpp": "0.0.0.0"}],
)
def test_who_is_unknown_is_refused_where_others_may_connect_also_over_a_broker_on_this_computer(options):
    policies, line = policy(**options)
    assert policies == REFUSE
    assert line.startswith(
        "unknown chargers and cards are refused: enter yours with `chargerctl central chargers add`"
    )


@pytest.mark.parametrize("options", [{}, {"ocpp": "localhost"}])
def test_the_first_minutes_on_one_computer_need_no_books(options):
    assert policy(**options) == (
        ACCEPT,
        "unknown chargers and cards are accepted: only this computer can connect",
    )


def test_a_program_finds_books_and_broker_in_the_details():
    settings = load_central(None, {}, {"broker": "broker.lan:8883"}).values
    found = {event.what: event.details for event in welcome(settings, REFUSE, "books.sqlite", Ports())}
    assert found["books"] == {"books": "books.sqlite"}
    assert found["listening"] == {"broker": "broker.lan:8883"}


def test_the_owner_has_the_last_word():
    policies, line = policy(broker="127.0.0.1", unknown_chargers="accept")
    assert policies == Policies(Policy.ACCEPT, Policy.REFUSE)
    assert line.startswith("unknown chargers are accepted, unknown cards are refused: ")


@pytest.mark.parametrize(
    ("options", "not_those"),
    [
        ({}, ""),
        ({"broker": "broker.lan"}, ""),
        ({"listen": "0.0.0.0"}, "the MQTT broker on 0.0.0.0:1883"),
        ({"ocpp": "0.0.0.0"}, "OCPP-J on 0.0.0.0:9000"),
        ({"ocpp": "0.0.0.0", "ocpp_without_password": "true"}, ""),
        (
            {"listen": "0.0.0.0", "ocpp": "0.0.0.0"},
            "the MQTT broker on 0.0.0.0:1883 or OCPP-J on 0.0.0.0:9000",
        ),
    ],
)
def test_what_is_learnt_is_told_with_what_is_not(options, not_those):
    _, line = policy(learn="true", **options)
    assert line.startswith("unknown chargers and cards are entered in the books (--learn)")
    assert ("needs a password in the books first" in line, f"come to {not_those}, where" in line) == (
        (True, True) if not_those else (False, False)
    )


def listening(**options):
    settings = load_central(None, {}, options).values
    lines = welcome(settings, REFUSE, "books.sqlite", Ports(1883, 9000, 8080))
    return [event.text for event in lines if event.what == "listening"]


def test_a_broker_that_no_charger_reaches_is_not_for_its_settings():
    [line] = listening()
    assert "settings.toml" not in line
    assert "for programs on this computer; real chargers need --listen" in line
    [line] = listening(listen="192.168.1.10:1883")
    assert 'in a charger\'s settings.toml: [mqtt] broker = "192.168.1.10", port = 1883' in line
