# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a charger did not take of the profile is told."""

from chargerctl.central.conversation.conversation import Conversation
from chargerctl.central.conversation.manner import of_a_service
from chargerctl.central.desk.line import Line

from tests.host.central.service import NOW, Books


def test_a_refused_key_is_an_event_that_goes_with_its_unit_of_work():
    def make(serial, books, on_violation, on_outcome, on_refused, on_ended):
        return Conversation(
            on_violation=on_violation,
            books=Books(),
            on_outcome=on_outcome,
            on_refused=on_refused,
            manner=of_a_service({"HeartbeatInterval": "60"}),
        )

    line = Line("c-1", make, NOW)
    boot = '[2,"1","BootNotification",{"chargePointVendor":"v","chargePointModel":"m"}]'
    line.talk.handle(boot, NOW)
    line.lost()
    line.talk.handle(boot, NOW)
    [configuration] = line.talk.due(NOW)
    line.talk.handle(f'[3,"{configuration.split(chr(34))[1]}",{{}}]', NOW)
    [change] = line.talk.due(NOW)
    line.talk.handle(f'[3,"{change.split(chr(34))[1]}",{{"status":"Rejected"}}]', NOW)
    [event] = line.take_events(NOW)
    assert (event.what, event.serial) == ("profile", "c-1")
    assert event.text == "did not take of [central.profile]: HeartbeatInterval (Rejected)"
    assert event.details == {"keys": {"HeartbeatInterval": "Rejected"}}
