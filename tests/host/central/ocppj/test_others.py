# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Charge points that others have written, at the central system with its books: a whole session, and every call."""

import pytest
from chargerctl.central.books.owner import add_charger
from chargerctl.central.messages.defaults import CALLS

from tests.host.central.ocppj.conftest import await_
from tests.host.central.ocppj.others import OcppLibrary, OcppRpc

ACCEPTED = {"status": "Accepted"}
KEY = bytes.fromhex("0001020304050607FFFFFFFFFFFFFFFFFFFFFFFF")  # OCPP-J 6.2.2

# What a charge point answers to each call of the central system.
ANSWERS = {
    "CancelReservation": ACCEPTED,
    "ChangeAvailability": {"status": "Scheduled"},
    "ChangeConfiguration": {"status": "RebootRequired"},
    "ClearCache": ACCEPTED,
    "ClearChargingProfile": {"status": "Unknown"},
    "DataTransfer": {"status": "Accepted", "data": "ä"},
    "GetCompositeSchedule": {"status": "Rejected"},
    "GetConfiguration": {
        "configurationKey": [{"key": "HeartbeatInterval", "readonly": False, "value": "300"}],
        "unknownKey": ["Nonsense"],
    },
    "GetDiagnostics": {"fileName": "log.txt"},
    "GetLocalListVersion": {"listVersion": 3},
    "RemoteStartTransaction": ACCEPTED,
    "RemoteStopTransaction": {"status": "Rejected"},
    "ReserveNow": {"status": "Occupied"},
    "Reset": ACCEPTED,
    "SendLocalList": {"status": "VersionMismatch"},
    "SetChargingProfile": {"status": "NotSupported"},
    "TriggerMessage": ACCEPTED,
    "UnlockConnector": {"status": "Unlocked"},
    "UpdateFirmware": {},
}


@pytest.fixture(params=[OcppLibrary, OcppRpc], ids=lambda kind: kind.name)
def other(request, central):
    """A charge point CP1, which the central system has accepted."""
    other = request.param(central.url, "CP1", ANSWERS)
    answer = other.call("BootNotification", {"chargePointVendor": "Others", "chargePointModel": "One"})
    assert answer["status"] == "Accepted"
    yield other
    other.close()
    assert other.invalid == []
    assert central.violations() == []


def test_a_whole_session(other, central):
    call = other.call
    assert call("Heartbeat", {}).keys() == {"currentTime"}
    status = {"connectorId": 1, "errorCode": "NoError"}
    assert call("StatusNotification", {**status, "status": "Preparing"}) == {}
    assert call("Authorize", {"idTag": "CARD1"})["idTagInfo"]["status"] == "Accepted"
    started = "2026-11-22T07:30:00.000Z"
    start = {"connectorId": 1, "idTag": "CARD1", "meterStart": 1000, "timestamp": started}
    answer = call("StartTransaction", start)
    assert answer["idTagInfo"]["status"] == "Accepted"
    number = answer["transactionId"]
    assert call("StartTransaction", start)["transactionId"] == number, "the same start again"
    sample = {
        "value": "1.25",
        "unit": "kWh",
        "measurand": "Energy.Active.Import.Register",
        "location": "Outlet",
    }
    values = [{"timestamp": "2026-11-22T08:00:00Z", "sampledValue": [sample]}]
    assert call("MeterValues", {"connectorId": 1, "transactionId": number, "meterValue": values}) == {}
    assert central.call("CP1", "RemoteStopTransaction", {"transactionId": number}).answer == {
        "status": "Rejected"
    }
    stop = {
        "transactionId": number,
        "meterStop": 2500,
        "timestamp": "2026-11-22T09:00:00Z",
        "reason": "Remote",
    }
    call("StopTransaction", {**stop, "idTag": "CARD1"})
    assert call("DataTransfer", {"vendorId": "others.example", "data": "{}"}) == {"status": "UnknownVendorId"}
    assert call("DiagnosticsStatusNotification", {"status": "Uploaded"}) == {}
    assert call("FirmwareStatusNotification", {"status": "Installed"}) == {}
    assert call("StatusNotification", {**status, "status": "Available"}) == {}
    (session,) = central.sessions()
    assert (session.id, session.serial, session.id_tag, session.energy_wh) == (number, "CP1", "CARD1", 1500)
    assert session.stop_reason == "Remote"


def test_every_call_arrives_valid_and_its_answer_comes_back(other, central):
    # After its boot it is asked for its configuration, by itself.
    await_(lambda: [each for each in other.called if each[0] == "GetConfiguration"], "GetConfiguration")
    for action, answer in ANSWERS.items():
        outcome = central.call("CP1", action, CALLS[action])
        assert outcome.answer == answer, (action, outcome)
        arrived = [payload for called, payload in other.called if called == action]
        assert arrived[-1].keys() == CALLS[action].keys()


@pytest.mark.parametrize("kind", [OcppLibrary, OcppRpc], ids=lambda kind: kind.name)
def test_the_bytes_of_an_authorization_key_that_is_entered_in_hexadecimal(central, kind):
    with central.store.writing() as connection:
        add_charger(connection, "CP2", 0, password=KEY.hex().encode())
    other = kind(central.url, "CP2", ANSWERS, password=KEY)
    answer = other.call("BootNotification", {"chargePointVendor": "Others", "chargePointModel": "One"})
    other.close()
    assert answer["status"] == "Accepted"
