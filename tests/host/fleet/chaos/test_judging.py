# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Each judgement, on frames that violate it and on frames that do not."""

import json
from types import SimpleNamespace

import pytest
from chargerctl.fleet.chaos.judging import MOST, Judging

_AT = "2026-11-22T07:30:00Z"


class Scene:
    def __init__(self):
        self.charger = SimpleNamespace(
            serial="fleet-1",
            clock=SimpleNamespace(now_us=1_500_000),
            connected=True,
            unconfirmed=0,
            meter=SimpleNamespace(energy_wh=0),
        )
        self.judging = Judging()
        self.ids = iter(range(1, 1000))

    def calls(self, action, number=None, **payload):
        number = number or str(next(self.ids))
        self.judging.frame(self.charger, True, json.dumps([2, number, action, payload]))
        return number

    def answers(self, number, **payload):
        self.judging.frame(self.charger, False, json.dumps([3, number, payload]))

    def status(self, status, connector=1):
        self.calls("StatusNotification", connectorId=connector, status=status, errorCode="NoError")

    def start(self, meter_start=0, number=7):
        asked = self.calls(
            "StartTransaction", connectorId=1, idTag="A", meterStart=meter_start, timestamp=_AT
        )
        self.answers(asked, transactionId=number, idTagInfo={"status": "Accepted"})
        return asked

    def stop(self, meter_stop=0, number=7):
        self.calls("StopTransaction", transactionId=number, meterStop=meter_stop, timestamp=_AT)

    def complaints(self):
        return [each.removeprefix("fleet-1 at 1.5 s: ") for each in self.judging.close()]


@pytest.fixture
def scene():
    return Scene()


def test_a_session_in_order_is_no_violation(scene):
    for status in ("Available", "Preparing", "Charging"):
        scene.status(status)
    scene.start(100)
    scene.charger.meter.energy_wh = 500
    scene.stop(600)
    scene.status("Finishing")
    scene.status("Available")
    assert scene.complaints() == []


def test_a_message_that_is_sent_again_must_be_the_same(scene):
    number = scene.start(1)
    scene.calls("StartTransaction", number, connectorId=1, idTag="A", meterStart=1, timestamp=_AT)
    assert scene.judging.complaints == []
    scene.calls("StartTransaction", number, connectorId=1, idTag="A", meterStart=2, timestamp=_AT)
    assert scene.complaints() == [f"StartTransaction {number} was sent again as another message"]


def test_what_is_not_in_the_schema_is_reported(scene):
    scene.calls("StatusNotification", connectorId=1, status="Ready", errorCode="NoError")
    (complaint,) = scene.complaints()
    assert complaint.startswith("StatusNotification is not valid: status: ")


def test_what_is_no_message_is_reported(scene):
    scene.judging.frame(scene.charger, True, "hello")
    assert scene.complaints() == ["sent no message of OCPP-J: hello"]


def test_transactions_do_not_overlap(scene):
    scene.start(number=1)
    scene.start(number=2)
    scene.stop(number=2)
    assert scene.complaints() == ["transaction 1 was not stopped before the next began"]


def test_a_transaction_is_stopped_once(scene):
    scene.start()
    scene.stop()
    scene.stop()
    assert scene.complaints() == ["transaction 7 was stopped, and none ran"]


def test_a_transaction_is_stopped_by_its_own_number(scene):
    scene.start(number=7)
    scene.stop(number=8)
    assert scene.complaints() == ["transaction 7 was stopped as 8"]


def test_a_register_does_not_run_backwards(scene):
    scene.start(100)
    scene.stop(90)
    assert scene.complaints()[0] == "transaction 7 ended 10 Wh below its start"


@pytest.mark.parametrize(
    ("flowed_wh", "complaint"),
    [(498, "500 Wh were billed, and 498 Wh have flowed"), (502, "only 500 of 502 Wh were billed")],
)
def test_what_is_billed_is_what_flowed(scene, flowed_wh, complaint):
    scene.charger.meter.energy_wh = flowed_wh
    scene.start(0)
    scene.stop(500)
    assert scene.complaints() == [complaint]


def test_a_cut_may_cost_a_checkpoint(scene):
    scene.judging.changed(scene.charger, "reset")
    scene.charger.meter.energy_wh = 900
    scene.start(0)
    scene.stop(0)
    assert scene.complaints() == []


def test_a_status_follows_the_one_before(scene):
    scene.status("Finishing")
    scene.status("Charging")
    assert scene.complaints() == ["Charging was told after Finishing"]


@pytest.mark.parametrize("gap", ["link", "reset"])
def test_what_was_between_is_not_known_after_a_gap(scene, gap):
    scene.status("Finishing")
    scene.judging.changed(scene.charger, gap)
    scene.status("Charging")
    assert scene.complaints() == []


def test_connector_0_has_a_status_of_its_own(scene):
    scene.status("Finishing")
    scene.status("Available", connector=0)
    scene.status("Preparing")
    assert scene.complaints() == []


def test_a_charger_comes_back_and_delivers(scene):
    scene.status("Available")
    scene.charger.connected, scene.charger.unconfirmed = False, 2
    assert scene.complaints() == ["it has not come back", "2 transactions are not confirmed"]


def test_a_task_that_fails_is_reported(scene):
    scene.judging.log(scene.charger, "loop", "ocpp failed (KeyError), again in 1 s")
    assert scene.complaints() == ["a task of the program failed: ocpp failed (KeyError), again in 1 s"]


def test_complaints_are_bounded(scene):
    for _ in range(2 * MOST):
        scene.judging.frame(scene.charger, True, "x")
    assert len(scene.complaints()) == MOST
