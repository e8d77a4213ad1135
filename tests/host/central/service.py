# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A conversation as a service has it: with books that know the charger or not, and that may not keep what they are told."""

from __future__ import annotations

import json

from chargerctl.central.conversation.conversation import Conversation
from chargerctl.central.conversation.ledger import Ledger
from chargerctl.central.conversation.manner import of_a_service

NOW = 1_795_332_600.0  # 2026-11-22T07:30:00Z


class Books(Ledger):
    """Whose answers the test decides."""

    def __init__(self) -> None:
        super().__init__()
        self.status = "Accepted"
        self.known = False
        self.booked = []
        self.answers = []

    def registration(self, boot, now):
        return self.status

    def registered(self):
        return self.known

    def book(self, action, payload, answer, now):
        self.booked.append((action, payload))
        super().book(action, payload, answer, now)

    def told(self, action, payload, answer, now):
        self.answers.append((action, payload, answer))


class Service:
    """`out` has the calls that went to the charger, `outcomes` what became of them, (key, outcome) each."""

    def __init__(self, profile=None, **manner) -> None:
        self.books = Books()
        self.now = NOW
        self.outcomes = []
        self.refused = []
        self.conversation = Conversation(
            books=self.books,
            manner=of_a_service(profile or {}),
            on_outcome=lambda key, outcome: self.outcomes.append((key, outcome)),
            on_refused=self.refused.append,
            id_prefix="0123456789abcdef",
        )
        self._count = 0

    def send(self, frame):
        text = frame if isinstance(frame, str) else json.dumps(frame)
        return [json.loads(each) for each in self.conversation.handle(text, self.now)]

    def call(self, action, **payload):
        self._count += 1
        return self.send([2, f"id-{self._count}", action, payload])

    def boot(self, **more):
        return self.call("BootNotification", chargePointVendor="v", chargePointModel="m", **more)

    def due(self):
        return [json.loads(each) for each in self.conversation.due(self.now)]

    def next_call(self):
        """The call that goes out now: its id, action and payload."""
        [[kind, call_id, action, payload]] = self.due()
        assert kind == 2
        return call_id, action, payload

    def answer(self, call_id, payload):
        assert self.send([3, call_id, payload]) == []

    def reasons(self):
        return [each.reason for each in self.conversation.violations]

    def converse(self, answers, most=50):
        """Answer what the conversation asks, by `answers(action, payload)`; the calls as (action, payload). A FrameError's
        code as an answer is a CALLERROR, None is no answer."""
        calls = []
        for _each in range(most):
            frames = self.due()
            if not frames:
                break
            [[_kind, call_id, action, payload]] = frames
            calls.append((action, payload))
            answer = answers(action, payload)
            if answer is None:
                self.now += 60
            elif isinstance(answer, str):
                self.send([4, call_id, answer, "", {}])
            else:
                self.answer(call_id, answer)
        return calls
