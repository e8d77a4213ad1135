# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Every call that the charge point knows, with each of its fields wrong in every way that its schema forbids.

Each is refused by the right CALLERROR (J 4.2.3) or by a status, and nothing changes. Which actions there are is found out
from the firmware; what is right comes from the schemas.
"""

import json

import pytest
from charger.ocpp import topics
from chargerctl.central.messages.schemas import CALL, CALL_RESULT, check_payload
from ocpp.messages import get_validator

from tests.firmware.core.mutations import mutations
from tests.firmware.core.parts import parts
from tests.firmware.rig import Rig

# A call that is carried out if nothing is wrong with it.
VALID = {
    "ChangeAvailability": {"connectorId": 1, "type": "Inoperative"},
    "ChangeConfiguration": {"key": "MeterValueSampleInterval", "value": "77"},
    "ClearCache": {},
    "DataTransfer": {"vendorId": "chargerctl", "messageId": "m", "data": "d"},
    "GetConfiguration": {"key": ["HeartbeatInterval"]},
    "GetDiagnostics": {"location": "http://files.example/", "retries": 1, "retryInterval": 10},
    "RemoteStartTransaction": {"connectorId": 1, "idTag": "A"},
    "RemoteStopTransaction": {"transactionId": 7},
    "Reset": {"type": "Soft"},
    "TriggerMessage": {"requestedMessage": "StatusNotification", "connectorId": 1},
    "UnlockConnector": {"connectorId": 1},
}
ACTIONS = sorted({*topics.TOPICS, *parts(Rig()).rpc.actions})

TYPE, INCOMPLETE, VALUE, FORM = (
    "TypeConstraintViolation",
    "ProtocolError",
    "PropertyConstraintViolation",
    "FormationViolation",
)
CODES = {
    "missing": INCOMPLETE,
    "null": TYPE,
    "type": TYPE,
    "bool": TYPE,
    "float": TYPE,
    "payload": FORM,
    "range": VALUE,
    "long": VALUE,
    "letters": VALUE,
    "empty": VALUE,
    "enum": VALUE,
    "format": VALUE,
}
# A value that is of the right type may also be refused by the answer's status.
BY_STATUS = ("range", "long", "letters", "empty", "enum", "format")
# There is no vendor with extensions, and there may be no cache.
REFUSED_ANYWAY = ("ClearCache", "DataTransfer")
# Sent by and by; and a location that is refused is a failed upload.
OF_ITSELF = ("Heartbeat", "MeterValues", "DiagnosticsStatusNotification")
DONE = ("Accepted", "Scheduled", "RebootRequired", "Unlocked")


def idle():
    rig = Rig()
    rig.run(11000)
    return rig


def plugged():
    rig = idle()
    rig.plug()
    return rig


def charging():
    rig = Rig()
    rig.charge()
    return rig


def refused(action, answer):
    """The answer's payload says that nothing was done."""
    if action == "GetDiagnostics":
        return "fileName" not in answer
    if action == "GetConfiguration":
        return not answer.get("configurationKey")
    return answer["status"] not in DONE


def state(rig):
    """All that a call could have changed."""
    core = parts(rig)
    return {
        "configuration": {
            name: getattr(core.configuration, name) for name in dir(core.configuration) if name[0] != "_"
        },
        "facts": [rig.journal.get(fact) for fact in range(256)],
        "messages": len(rig.journal),
        "transaction": core.transactions.running_id,
        "status": rig.statuses()[-1],
        "shown": (rig.led.state, rig.screen.state),
        "outputs": (rig.relay.closed, rig.lock.engaged, len(rig.reboots)),
        "jobs": len(core.visitors.jobs),
        "sent": [action for action, _ in rig.calls() if action not in OF_ITSELF],
    }


def text_of(unique_id, action, payload):
    # As anybody's JSON library would: NaN is no JSON, but some write it.
    return json.dumps([CALL, unique_id, action, payload])


def send(rig, unique_id, action, payload):
    before = len(rig.results())
    rig.link.deliver(text_of(unique_id, action, payload))
    rig.run(200)
    return rig.results()[before:]


def complaint(rig, before, mutation, action, answers):
    """What is wrong with the answer to a wrong call, or ""."""
    if len(answers) != 1:
        return f"{len(answers)} answers"
    [answer] = answers
    if answer[0] == CALL_RESULT:
        check_payload(CALL_RESULT, action, answer[2])
        if mutation.kind not in BY_STATUS or not refused(action, answer[2]):
            return f"answered with {answer[2]}"
    elif answer[2] != CODES[mutation.kind]:
        return f"refused with {answer[2]}: {answer[3]}"
    after = state(rig)
    changed = [name for name in before if before[name] != after[name]]
    return f"changed: {changed}" if changed else ""


def ignored(action, mutation):
    """What a charge point does not look at: fields that no schema has (it must not break with a later version of the
    standard), and a charging profile, since there is no smart charging (SPEC 5.11)."""
    return mutation.kind == "extra" or (
        action == "RemoteStartTransaction" and mutation.path[:1] == ("chargingProfile",)
    )


def wrong_calls(action):
    schema = get_validator(CALL, action, "1.6").schema
    check_payload(CALL, action, VALID[action])
    return list(mutations(schema, VALID[action]))


@pytest.mark.requirement(
    "J 4.2.3",
    "A call with a field missing, of the wrong type or of a bad value is refused by the code for that",
)
@pytest.mark.requirement("behaviour 31", "The code of a CALLERROR says what is wrong with the call")
@pytest.mark.parametrize("situation", [idle, plugged, charging], ids=lambda make: make.__name__)
@pytest.mark.parametrize("action", ACTIONS)
def test_a_wrong_call_is_refused_and_changes_nothing(action, situation):
    rig = situation()
    before = state(rig)
    found = []
    for number, mutation in enumerate(wrong_calls(action)):
        if ignored(action, mutation):
            continue
        why = complaint(rig, before, mutation, action, send(rig, f"w-{number}", action, mutation.payload))
        if why:
            found.append(f"{mutation}: {why}")
            rig = situation()
    assert found == []
    a_session_works(rig)


def a_session_works(rig):
    """Whatever was going on ends; then a whole session is booked."""
    if rig.relay.closed:
        rig.swipe()
        rig.run(1000)
    if rig.cable.on:
        rig.unplug()
    starts, stops = len(rig.calls("StartTransaction")), len(rig.calls("StopTransaction"))
    rig.run(2000)
    rig.plug()
    rig.swipe("04FFFFFF")
    rig.wait(60)
    assert rig.relay.closed
    rig.meter.energy_wh += 500
    rig.swipe("04FFFFFF")
    rig.run(2000)
    [start] = rig.calls("StartTransaction")[starts:]
    [stop] = rig.calls("StopTransaction")[stops:]
    assert stop["meterStop"] - start["meterStart"] == 500
    assert len(rig.journal) == 0


@pytest.mark.requirement("J 4.2.1", "Fields that are not known are ignored")
@pytest.mark.parametrize("action", ACTIONS)
def test_a_field_that_nobody_knows_makes_no_difference(action):
    situation = charging if action == "RemoteStopTransaction" else plugged
    [usual] = send(situation(), "right", action, VALID[action])
    assert usual[0] == CALL_RESULT
    assert not refused(action, usual[2]) or action in REFUSED_ANYWAY
    for mutation in wrong_calls(action):
        if mutation.kind == "extra" and len(mutation.path) == 1:
            assert send(situation(), "right", action, mutation.payload) == [usual], str(mutation)


@pytest.mark.requirement("SPEC 5.11", "A charging profile is ignored where there is no smart charging")
@pytest.mark.requirement("behaviour 15", "A charging profile is ignored where there is no smart charging")
def test_a_charging_profile_is_not_looked_at_whatever_is_in_it():
    profiles = [
        each for each in wrong_calls("RemoteStartTransaction") if each.path[:1] == ("chargingProfile",)
    ]
    assert len(profiles) > 100
    rig = charging()
    for number, mutation in enumerate(profiles):
        [answer] = send(rig, f"p-{number}", "RemoteStartTransaction", mutation.payload)
        assert answer[2] == {"status": "Rejected"}, str(mutation)
    for mutation in profiles[::60]:
        [answer] = send(plugged(), "p", "RemoteStartTransaction", mutation.payload)
        assert answer[2] == {"status": "Accepted"}, str(mutation)


@pytest.mark.parametrize("frame", ['[2,"n","{}",null]', '[2,"n","{}",{{}}]'])
@pytest.mark.parametrize("action", [action for action in ACTIONS if VALID.get(action)])
def test_null_for_a_payload_is_one_without_fields(action, frame):
    required = get_validator(CALL, action, "1.6").schema.get("required")
    rig = idle()
    rig.link.deliver(frame.format(action))
    rig.run(200)
    [answer] = rig.results()
    assert (answer[0], answer[2]) == (4, INCOMPLETE) if required else answer[0] == 3
