# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The firmware and the first calls of a central system, after a boot and after the central system's own restart."""

import json

from chargerctl.central.conversation.conversation import Conversation
from chargerctl.central.conversation.manner import of_a_service

from tests.firmware.rig import Rig
from tests.host.central.service import Books

UNIX = 1_795_332_600.0  # 2026-11-22T07:30:00Z


class Charger(Rig):
    """A rig that talks to a central system with a profile."""

    def __init__(self, **profile):
        super().__init__()
        self.books = Books()
        self.refused = []
        self.starts = 0
        self._profile = profile
        self.start_central()

    def start_central(self):
        """Anew, with the same books."""
        self.starts += 1
        self.central = Conversation(
            books=self.books,
            manner=of_a_service(self._profile),
            on_refused=self.refused.append,
            id_prefix=f"run-{self.starts}",
        )

    def _answer(self):
        frames = []
        for frame in self.link.sent[self._answered :]:
            frames += self.central.handle(json.dumps(frame), UNIX)
        self._answered = len(self.link.sent)
        for frame in frames + self.central.due(UNIX):
            self.link.deliver(frame)
        self.central.saved()

    def asked(self):
        """Our calls that the charger has answered, since the last time."""
        asked = [(action, answer) for action, _payload, answer in self.books.answers]
        self.books.answers.clear()
        return asked


def test_after_its_boot_it_is_asked_for_its_configuration_and_gets_the_profile():
    charger = Charger(ConnectionTimeOut="30", NumberOfConnectors="2", NoSuchKey="x")
    charger.run(20_000)
    [(action, configuration), *changes] = charger.asked()
    assert action == "GetConfiguration"
    assert len(configuration["configurationKey"]) > 10
    assert ("ChangeConfiguration", {"status": "Accepted"}) in changes
    [refused] = charger.refused
    assert set(refused) == {"NumberOfConnectors", "NoSuchKey"}
    assert refused["NoSuchKey"] == "NotSupported"
    assert list(charger.central.violations) == []


def test_after_the_restart_of_the_central_system_it_tells_its_statuses_again():
    charger = Charger()
    charger.run(20_000)
    charger.asked()
    charger.books.known = True
    charger.books.statuses.clear()
    charger.start_central()
    charger.plug()
    charger.run(20_000)
    assert ("TriggerMessage", {"status": "Accepted"}) in charger.asked()
    assert {connector: each["status"] for connector, each in charger.books.statuses.items()} == {
        0: "Available",
        1: "Preparing",
    }
    assert [action for action, _payload in charger.calls()].count("BootNotification") == 1
    assert list(charger.central.violations) == []
