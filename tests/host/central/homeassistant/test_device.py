# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The device that Home Assistant makes of a charger, and what its entities show."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from chargerctl.central.books.queries.metered import Metered
from chargerctl.central.homeassistant.device import discovery
from chargerctl.central.homeassistant.names import Names, read, written
from chargerctl.central.homeassistant.values import values
from chargerctl.central.live.state import Connector, Session
from chargerctl.serials import is_serial
from hypothesis import given
from hypothesis import strategies as st

from tests.host.central.homeassistant import schema
from tests.host.central.homeassistant.states import CHARGING, CONNECTOR, IDLE, NOW, SESSION, with_status

NAMES = Names()
METERED = Metered(12_345.6, 1500.0, NOW)
serials = st.from_regex(
    r"[A-Za-z0-9_-]([A-Za-z0-9 ._~!$&'()*,;=:@-]{0,46}[A-Za-z0-9._~!$&'()*,;=:@-])?", fullmatch=True
)
# Long ones, with line ends, other directions, and the marks of templates and topics.
hostile = st.one_of(
    st.text(max_size=300),
    st.sampled_from(
        ["{{ 1 / 0 }}", "{% raw %}", "</script>\u202e", "+/#", "a" * 10_000, "\0", "\ud800", " ", "~"]
    ),
)


def entities_of(state):
    return schema.check(NAMES.discovery(state.serial), discovery(NAMES, state))


def shown(state, metered=METERED, command=""):
    """What each entity shows."""
    # As it crosses the network.
    payload = json.loads(json.dumps(values(state, metered, command)))
    return {
        key: schema.shown(entity, payload)
        for key, entity in entities_of(state).items()
        if entity["platform"] != "button"
    }


def test_a_charger_is_a_device_with_these_entities():
    found = {key: (each["platform"], each.get("device_class")) for key, each in entities_of(IDLE).items()}
    assert found == {
        "status": ("sensor", "enum"),
        "power": ("sensor", "power"),
        "energy": ("sensor", "energy"),
        "session_energy": ("sensor", "energy"),
        "cable": ("binary_sensor", "plug"),
        "online": ("binary_sensor", "connectivity"),
        "charging": ("switch", None),
        "in_service": ("switch", None),
        "reset": ("button", "restart"),
        "unlock": ("button", None),
        "error": ("sensor", None),
        "command": ("sensor", None),
    }


def test_the_device_says_who_made_it():
    assert discovery(NAMES, IDLE)["device"] == {
        "identifiers": ["chargerctl_GA_2E001"],
        "name": "Garage",
        "manufacturer": "GA Make",
        "model": "ESP32-C6",
        "sw_version": "1.4.0",
        "serial_number": "GA.001",
    }


def test_a_charger_without_a_name_is_called_by_its_serial():
    assert discovery(NAMES, replace(IDLE, name=" "))["device"]["name"] == "GA.001"


def test_the_energy_dashboard_takes_the_total():
    energy = entities_of(IDLE)["energy"]
    assert schema.takes_energy(energy)
    assert shown(CHARGING)["energy"] == "12.346"


@pytest.mark.parametrize("fallen", [49.9, 38.0, 0.0])
def test_a_total_that_falls_is_taken_off(fallen):
    """A session whose meter begins again, or whose last meter value was too high."""
    energy = entities_of(IDLE)["energy"]
    assert schema.counted(energy, [40.0, 50.0, fallen, fallen + 1]) == pytest.approx(fallen + 1 - 40)


def test_the_energy_of_a_session_begins_again_with_it():
    entity = entities_of(CHARGING)["session_energy"]
    assert schema.takes_energy(entity)
    payload = values(CHARGING, METERED, "")
    assert schema.shown(entity, payload) == "1.5"
    assert schema.last_reset(entity, payload) == "2026-11-22T07:30:00+00:00"
    # Home Assistant ignores an empty one, and warns of anything else that is no time.
    assert schema.last_reset(entity, values(IDLE, Metered(), "")) == ""


def test_a_charger_that_charges():
    found = shown(CHARGING)
    assert found["status"] == "Charging"
    assert found["power"] == "7360.0"
    assert (found["cable"], found["online"], found["charging"]) == ("ON", "ON", "ON")


def test_a_charger_with_nothing_to_do():
    found = shown(IDLE)
    assert found["status"] == "Available"
    assert float(found["power"]) == 0
    assert (found["cable"], found["online"], found["charging"], found["in_service"]) == (
        "OFF",
        "ON",
        "OFF",
        "ON",
    )
    assert found["error"] == "NoError"
    assert found["command"] is None


@pytest.mark.parametrize(
    ("statuses", "status"),
    [
        (("Available", "Charging"), "Charging"),
        (("Faulted", "Available"), "Faulted"),
        (("Unavailable", "Available"), "Available"),
        (("Unavailable", "Unavailable"), "Unavailable"),
        (("Finishing", "SuspendedEV"), "SuspendedEV"),
        (("Nonsense",), None),
        ((), None),
    ],
)
def test_of_several_connectors_one_counts(statuses, status):
    assert shown(with_status(*statuses))["status"] == status


def test_the_status_of_the_charger_itself_counts_where_no_connector_is_known():
    state = replace(IDLE, connectors=(replace(CONNECTOR, id=0, status="Unavailable"),))
    assert shown(state)["status"] == "Unavailable"
    assert shown(state)["in_service"] == "OFF"


def test_nobody_knows_whether_a_cable_is_in_a_charger_that_is_out_of_order():
    assert shown(with_status("Faulted"))["cable"] is None


def test_a_session_without_meter_values_has_no_power():
    state = replace(CHARGING, sessions=(replace(SESSION, power_w=None),))
    assert shown(state)["power"] is None


def test_the_power_of_all_sessions_is_added():
    state = with_status("Charging", "Charging", sessions=(SESSION, replace(SESSION, id=8, power_w=1000.0)))
    assert shown(state)["power"] == "8360.0"


def test_an_error_is_named_with_what_the_charger_says_of_it():
    broken = replace(CONNECTOR, status="Faulted", error_code="GroundFailure", info="rcd")
    assert shown(replace(IDLE, connectors=(broken,)))["error"] == "GroundFailure: rcd"


def test_what_is_known_without_the_charger_stays_when_it_is_offline():
    entities = entities_of(IDLE)
    alone = {
        key for key, each in entities.items() if each["availability"] == [{"topic": "chargerctl/online"}]
    }
    assert alone == {"energy", "session_energy", "online", "error", "command"}
    both = [{"topic": "chargerctl/online"}, {"topic": "chargerctl/GA_2E001/online"}]
    assert entities["charging"]["availability"] == both
    assert {each["availability_mode"] for each in entities.values()} == {"all"}


@given(serials)
def test_a_serial_can_be_read_again_from_its_topic(serial):
    assert read(written(serial)) == serial
    assert NAMES.whose_state(NAMES.state(serial)) == serial
    assert NAMES.whose_command(NAMES.command(serial, "reset")) == (serial, "reset")


@given(serials, serials)
def test_no_two_chargers_have_the_same_topics_and_ids(one, other):
    assert (one == other) == (NAMES.device(one) == NAMES.device(other))


@given(st.text(max_size=200))
def test_a_text_is_read_as_a_serial_only_if_that_serial_is_written_so(text):
    serial = read(text)
    assert serial is None or (is_serial(serial) and written(serial) == text)


@given(serials, hostile, hostile, hostile, hostile, st.lists(hostile, max_size=3))
def test_whatever_strangers_write_home_assistant_takes_the_messages(
    serial, name, vendor, model, info, statuses
):
    """Topics and ids are of their own letters, and texts stay texts of bearable length."""
    state = replace(
        IDLE,
        serial=serial,
        name=name,
        vendor=vendor,
        model=model,
        firmware=info,
        connectors=tuple(Connector(n, each, each, info, name, NOW, None) for n, each in enumerate(statuses)),
        sessions=(Session(1, 1, name, model, NOW, None, float("nan")),),
    )
    message = discovery(NAMES, state)
    assert len(json.dumps(message)) < 16_000
    json.dumps(message, ensure_ascii=False).encode()
    for text in message["device"].values():
        assert len(str(text)) <= 120
        assert not set(str(text)) & {"\n", "\r", "\0", "\u202e", "\u2028"}
    assert shown(state, command=info)["power"] is None
