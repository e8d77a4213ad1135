# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Why there is no connection, as whoever runs a fleet has to know it."""

import pytest
from chargerctl.fleet.measuring.troubles import trouble
from chargerctl.fleet.plan import Broker, Target
from chargerctl.fleet.share import Share

from tests.host.fleet.plans import nobody, plan, script

NONE = (
    "Broker broker.simulated:1883 not reachable (connection refused: is a broker running there? (mqtt.port))"
)


def test_in_memory_nobody_has_to_look_for_a_broker():
    fault = ": a fault of this run, by --chaos, a script or a customer"
    assert trouble(plan(), NONE) == f"broker in memory not reachable{fault}"
    assert trouble(plan(), "Wi-Fi is down") == f"Wi-Fi is down{fault}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (NONE, "(--broker)"),
        (
            "(not authorised: check mqtt.username, mqtt.password and",
            "check --broker-user, CHARGER_MQTT_PASSWORD or",
        ),
        ("(certificate not accepted, check mqtt.ca_file and", "check --broker-ca and"),
    ],
)
def test_at_a_broker_the_options_are_named(text, said):
    found = trouble(plan(broker=Broker("b", 1883)), text)
    assert said in found
    assert "mqtt." not in found


def test_at_a_central_system_it_is_as_the_link_says_it():
    assert trouble(plan(target=Target("ws://csms.example")), "503 (mqtt.port)") == "503 (mqtt.port)"


def test_a_run_counts_them_so():
    lines = "wait 20\nbroker down\nwait 20\n"
    measured = Share(plan(1, arrivals_h=0.0, duration_s=None, scripts=script(lines))).run(nobody)
    assert measured.tally.troubles
    assert all(
        each.endswith("a fault of this run, by --chaos, a script or a customer")
        for each in measured.tally.troubles
    )
