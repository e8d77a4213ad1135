# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Every answer of the central system with each of its fields wrong in every way that its schema forbids.

The books of the central system are kept through it: what is wrong once costs no session and doubles none. `make test` tries
a fixed sample, `make soak` all.
"""

import json

import pytest
from charger.ticks import diff
from chargerctl.central.conversation.conversation import Conversation
from chargerctl.central.conversation.script import Behaviour
from chargerctl.central.messages.schemas import CALL_RESULT
from ocpp.messages import get_validator

from tests.firmware.core.mutations import mutations
from tests.firmware.core.parts import parts
from tests.firmware.rig import Rig

ACCEPTED = {"status": "Accepted", "parentIdTag": "GROUP", "expiryDate": "2027-01-01T00:00:00Z"}
# The calls of a charge point, each with a complete answer.
VALID = {
    "Authorize": {"idTagInfo": ACCEPTED},
    "BootNotification": {"status": "Accepted", "currentTime": "2026-11-22T07:30:00Z", "interval": 300},
    "DataTransfer": {"status": "Accepted", "data": "d"},
    "DiagnosticsStatusNotification": {},
    "Heartbeat": {"currentTime": "2026-11-22T07:30:00Z"},
    "MeterValues": {},
    "StartTransaction": {"idTagInfo": ACCEPTED, "transactionId": 1},
    "StatusNotification": {},
    "StopTransaction": {"idTagInfo": ACCEPTED},
}
# Every so many of them in `make test`.
STRIDE = 15


class Charger(Rig):
    """A rig that talks to the central system, which keeps books."""

    def __init__(self, **overrides):
        super().__init__(**overrides)
        self.central = Conversation()
        self._passed_ms = 0
        self._before = self.now

    def step(self):
        # A clock that runs, since transactions are judged by their times. The ticks wrap.
        seconds = self._passed_ms // 1000
        self._passed_ms += diff(self.now, self._before)
        self._before = self.now
        self.rtc += self._passed_ms // 1000 - seconds
        super().step()

    def _answer(self):
        unix = self.utc + self._passed_ms / 1000
        frames = self.central.due(unix)
        for frame in self.link.sent[self._answered :]:
            frames += self.central.handle(json.dumps(frame), unix)
        self._answered = len(self.link.sent)
        for frame in frames:
            self.link.deliver(frame)

    def session(self, uid):
        """Plug, charge 500 Wh over two minutes, stop with the card, unplug. Whether the card was accepted."""
        self.plug()
        self.swipe(uid)
        self.wait(5)
        if not self.relay.closed and parts(self).transactions.running_id is None:
            self.unplug()
            return False
        self.wait(115)
        self.meter.energy_wh += 500
        if self.relay.closed:
            self.swipe(uid)
        self.run(1000)
        self.unplug()
        return True


def wrong_answers(action):
    return list(mutations(get_validator(CALL_RESULT, action, "1.6").schema, VALID[action]))


def told(action, payload):
    """A charger that has got this once as the answer to `action`, had a customer before and after, and time to deliver."""
    charger = Charger(OCPP_METER_VALUE_SAMPLE_INTERVAL="30", OCPP_HEARTBEAT_INTERVAL="60")
    charger.central.heartbeat_interval = 60
    charger.central.script.add(action, Behaviour(payload=payload))
    # A BootNotification without a usable answer is sent again after a minute.
    charger.wait(75 if action == "BootNotification" else 15)
    charger.first = charger.session("04AAAAAA")
    # A status is tried again after a minute, a start or a stop as well.
    charger.wait(150)
    assert charger.session("04BBBBBB")
    charger.wait(150)
    return charger


def complaint(action, mutation):
    """What one wrong answer has broken, or ""."""
    charger = told(action, mutation.payload)
    central = charger.central
    found = central.ledger.complaints() + [each.reason for each in central.violations]
    is_status = action == "StartTransaction" and mutation.path[-1:] == ("status",)
    status_misspelt = is_status and mutation.kind in ("enum", "empty", "letters")
    if status_misspelt:
        # It may be a refusal, as any status but Accepted is; then the stop is that of a start the books do not have.
        found = [each for each in found if each != "transaction 1 was stopped, but never started"]
    if len(charger.journal):
        found.append("a message is undelivered")
    if charger.relay.closed:
        found.append("the relay is closed")
    if action == "Authorize" and not usable(mutation):
        if charger.first:
            found.append("the card was accepted")
    elif not charger.first and not status_misspelt:
        found.append("the card was refused")
    booked = [each.energy_wh for each in central.ledger.transactions.values()]
    if booked != ([500, 500] if charger.first and not status_misspelt else [500]):
        found.append(f"the books have {booked} Wh")
    starts = {json.dumps(each, sort_keys=True) for each in charger.calls("StartTransaction")}
    stops = {json.dumps(each, sort_keys=True) for each in charger.calls("StopTransaction")}
    if len(starts) != len(stops):
        found.append(f"{len(starts)} starts and {len(stops)} stops")
    if action == "BootNotification" and not usable(mutation) and charger.calls()[1][0] != action:
        found.append(f"{charger.calls()[1][0]} follows a BootNotification that was not accepted")
    if any("Traceback" in line for line in charger.log_lines):
        found.append("an exception")
    return "; ".join(found)


def usable(mutation):
    """The status, without which an answer says nothing, is there and right."""
    return mutation.path != () and (mutation.path[-1] not in ("status", "idTagInfo"))


def judge(action, cases):
    return [f"{mutation}: {why}" for mutation in cases if (why := complaint(action, mutation))]


def test_the_story_has_two_sessions_where_nothing_is_wrong():
    charger = told("Heartbeat", VALID["Heartbeat"])
    assert [each.energy_wh for each in charger.central.ledger.transactions.values()] == [500, 500]
    assert {action for action, _ in charger.calls()} >= {*VALID} - {
        "DataTransfer",
        "DiagnosticsStatusNotification",
    }


@pytest.mark.requirement(
    "J 4.2.2", "An answer whose payload is wrong neither loses a transaction nor makes a second one of it"
)
@pytest.mark.parametrize("action", sorted(VALID))
def test_a_wrong_answer_costs_no_session_and_doubles_none(action):
    cases = wrong_answers(action)
    # Of the short ones, the whole payload's, all.
    assert judge(action, cases[:: STRIDE if len(cases) > 30 else 3]) == []


@pytest.mark.soak
@pytest.mark.parametrize("action", sorted(VALID))
def test_all_wrong_answers(action):
    assert judge(action, wrong_answers(action)) == []
