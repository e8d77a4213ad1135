# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Rare calls of the central system: the file of a topic is loaded for one call, and unloaded with its last job.

topics.py, a visitor itself, names the file of each action. A topic's file has

    ACTIONS = {action: handler(charger, payload) -> payload of the answer}

A handler may raise CallError. What takes longer than one step it leaves to a job: charger.visitors.jobs.append(job). When
the answer itself takes longer, the handler returns an object with step(now): the payload, or None while it is not known.
"""

from charger.ocpp.calls import CallError
from charger.visit import LOAD_MS, visit


class Charger:
    """What a handler may use, by name: board (as in core.py), rpc, transactions, samples, authorization, controller,
    availability, boot, interlock, configuration, limits (of [safety]), identity (as in boot.py), uptime, visitors. Without a
    method: that would keep more than the parts."""


class Visitors:
    """`charger`: a Charger.

    `jobs`: objects with step(now), that is True when the job is done; one step of each in every pass.
    """

    def __init__(self, charger, stalls):
        self._charger = charger
        self._stalls = stalls
        self.jobs = []

    def answer(self, action, payload):
        """What the handler returns for a call. Raises CallError, also when the topic's file cannot be loaded now."""
        if not self._stalls.allow(LOAD_MS):
            raise CallError("InternalError", "the relay is closed, and [safety] max_stall_ms is below 250")
        try:
            handler = visit("ocpp." + visit("ocpp.topics").topic(action)).ACTIONS[action]
        except ImportError:
            raise CallError("InternalError", "a file of the firmware cannot be loaded") from None
        return handler(self._charger, payload)

    def step(self, now):
        jobs = self.jobs
        # Not for an empty list, in every idle pass.
        if jobs:
            for job in jobs[:]:
                if job.step(now):
                    jobs.remove(job)
