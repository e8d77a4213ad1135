# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""OCPP-J frames over the link: one call of ours outstanding, answers matched by id, incoming calls answered meanwhile.

Knows frames and ids, nothing of what actions mean (J 4): each topic adds its own to `actions`.
"""

import json

from micropython import const

from charger import ticks
from charger.ocpp.calls import Calls, printable, shown

# Types of frames (J 4.1.3).
_CALL = const(2)
_CALLRESULT = const(3)
_CALLERROR = const(4)

# Outcomes of a call without an answer. Ints: the code of a CALLERROR is text, and cannot spell them.
TIMEOUT = 1
LOST = 2  # with the connection: send it again at once

# A longer id is not answered, not even with an error.
_MAX_ID = const(128)
_ANSWER_PLACES = const(5)
# What is urgent does not wait longer than this for the answer to another call; twice that if something for us has come
# from the central system since, so that it is there.
_PATIENCE_MS = const(5000)
# These give way to nothing: a second one must not overtake the answer to the first.
_STARTS_AND_STOPS = const(("StartTransaction", "StopTransaction"))
# After a reconnect the central system may not be back yet, as when the broker was restarted. Until something comes, so
# many calls are sent again after this time.
_BACK_MS = const(10000)
_DOUBTS = const(2)
# Floats of a board have 30 bits: above this they are not exact. And no id needs more than 64 bits.
_EXACT = const(1 << 22)
_LARGEST = const(1 << 62)


class Rpc:
    """`link`: connected, publish(text) -> bool, receive() -> text or None. `boot_id`: 16 hex digits, new at each boot.
    `configuration`: message_timeout_s is used.

    `calls`, `actions`: as in calls.py. `registration`: None until BootNotification is answered, then Accepted, Pending or
    Rejected. `called_s`: the uptime of our last call. `connected`: the link, when this pass began; `reconnected`: it has
    come up since the last. `answers`: those that are still to be sent.
    """

    def __init__(self, link, boot_id, configuration, uptime, log):
        self._link = link
        self._boot_id = boot_id
        self._configuration = configuration
        self._uptime = uptime
        self._log = log
        self.calls = Calls(uptime, log)
        self.actions = self.calls.actions
        self.registration = None
        self.called_s = 0
        self.connected = self.reconnected = False
        # How many calls in a row the central system has left unanswered.
        self.lost = 0
        self._doubts = 0
        self._count = 0
        self._id = self._action = self._owner = None
        self._sent_at = self._patience_ms = 0
        # None: the MessageTimeout of ERR 3.82.
        self._timeout_ms = None
        # owner -> the id of its last call, if that got no answer in time.
        self._late = {}
        # The link takes no frame now: none is made before the next step.
        self._waits = False
        self.answers = []

    @property
    def online(self):
        """The central system has accepted us and can be asked."""
        return self.registration == "Accepted" and self.connected

    @property
    def free(self):
        """Accepted and `idle`."""
        return self.idle and self.online

    @property
    def idle(self):
        """No call is outstanding, no answer waits, and the link took what it was given in this pass: another call can be
        made. Before the central system has accepted us only BootNotification and what it triggers (SPEC 4.2)."""
        return self._id is None and not self._waits and not self.answers and self.connected

    def call(self, owner, action, payload, now, timeout_ms=None, unique_id=None):
        """Send a call; False when it could not be handed to the link. `unique_id`: of a call that is sent again unchanged,
        so that the central system can tell; None: a new one.

        `owner.answered(payload, error)` gets the answer's payload and None; or None and the CALLERROR's code, TIMEOUT or
        LOST. After these two it gets a late answer, too, unless the owner has made another call by then.
        """
        if unique_id is None:
            self._count += 1
            unique_id = self._boot_id + "-" + str(self._count)
        # Compact: a frame has at most 2048 bytes.
        frame = json.dumps([_CALL, unique_id, action, payload], separators=(",", ":"))
        if not self._link.publish(frame):
            self._waits = True
            return False
        self._late.pop(owner, None)
        self._id = unique_id
        self._action = action
        self._owner = owner
        self._sent_at = now
        self._timeout_ms = timeout_ms
        self._patience_ms = _PATIENCE_MS
        self.called_s = self._uptime.seconds
        return True

    def make_way(self, now):
        """Like `free`, for a call that is urgent: it takes the place of one that is not answered for a while, which counts
        as timed out."""
        if (
            self._id is not None
            and self.online
            and self._action not in _STARTS_AND_STOPS
            and ticks.diff(now, self._sent_at) >= self._patience_ms
        ):
            # With the next step.
            self._timeout_ms = 0
        return self.free

    def step(self, now):
        self._waits = False
        connected = self._link.connected
        self.reconnected = connected and not self.connected
        if self.connected and not connected:
            # Here, since a call may come before the connection counts as one.
            self.calls.remembered = []
        self.connected = connected
        if self.reconnected:
            self._doubts = _DOUBTS if self.registration else 0
        # A frame is parsed in calls that have returned before it is acted on: both go deep.
        outcome = None if self._id is None else self._given_up(now)
        if outcome is None and len(self.answers) < _ANSWER_PLACES:
            outcome = self._received()
            if outcome is not None:
                # The central system is there.
                self._doubts = self.lost = 0
                self._patience_ms = _PATIENCE_MS * 2
        if outcome is not None:
            if outcome[0] is None:
                outcome = self.calls.answer(outcome[1])
                if outcome is not None:
                    self.answers.append(outcome)
            else:
                outcome[0].answered(outcome[1], outcome[2])
        if self.calls.later:
            outcome = self.calls.late(now)
            if outcome is not None:
                self.answers.append(outcome)
        if self.answers:
            # Taken out first: an answer that cannot be sent at all must not block the others.
            outcome = self.answers.pop(0)
            if not self._link.publish(outcome):
                self.answers.insert(0, outcome)
                self._waits = True

    def _given_up(self, now):
        """(owner, None, error) when our call will get no answer any more, else None."""
        error = LOST
        if self.connected:
            timeout_ms = self._timeout_ms
            doubtful = False
            if timeout_ms is None:
                timeout_ms = self._configuration.message_timeout_s * 1000
                doubtful = self._doubts
                if doubtful and self._action != "StartTransaction":
                    # Two of a StartTransaction may be two transactions, when the central system is only slow.
                    timeout_ms = min(timeout_ms, _BACK_MS)
            if ticks.diff(now, self._sent_at) < timeout_ms:
                return None
            self._log("ocpp", "no answer to " + self._action)
            self.lost += 1
            if doubtful:
                self._doubts -= 1
            else:
                error = TIMEOUT
        owner = self._owner
        self._late[owner] = self._id
        self._id = None
        return owner, None, error

    def _received(self):
        """The next message: (None, call); (owner, payload, error) for an answer to a call of ours; or None."""
        frame = self._link.receive()
        if frame is None:
            return None
        try:
            # RuntimeError: nested deeper than the parser can follow.
            message = json.loads(frame)
        except (ValueError, RuntimeError, MemoryError) as error:
            why = "no memory to read them" if isinstance(error, MemoryError) else "not JSON"
            self._log("ocpp", "ignored {} characters: {}".format(len(frame), why))
            return None
        if (
            not isinstance(message, list)
            or len(message) < 3
            or message[0] not in (_CALL, _CALLRESULT, _CALLERROR)
        ):
            self._log("ocpp", "ignored JSON: not an OCPP frame")
            return None
        unique_id = message[1]
        if not isinstance(unique_id, str) or not 0 < len(unique_id) <= _MAX_ID or not printable(unique_id):
            self._log("ocpp", "ignored a frame without a valid id")
        elif message[0] != _CALL:
            return self._answer(message)
        elif self.registration != "Rejected":
            return None, message
        else:
            # SPEC 4.2: while rejected, a charge point does not respond to the central system.
            self._log("ocpp", "ignored a call: Rejected")
        return None

    def _answer(self, message):
        """(owner, payload, error), or None when it is not for a call of ours."""
        owner = self._owner
        action = self._action
        if message[1] == self._id:
            self._id = None
        else:
            action = "an earlier call"
            for owner in self._late:
                if self._late[owner] == message[1]:
                    del self._late[owner]
                    break
            else:
                self._log("ocpp", "ignored an answer to {}: no such call".format(shown(message[1])))
                return None
        payload = message[2]
        error = None
        if message[0] == _CALLERROR:
            error = shown(payload) if isinstance(payload, str) else "CALLERROR"
        elif payload is None:
            payload = {}  # J 4.2.2
        elif not isinstance(payload, dict):
            error = "FormationViolation"
        if error is not None:
            self._log("ocpp", "{} was answered with {}".format(action, error))
            payload = None
        return owner, payload, error


def whole(value):
    """An integer of an answer, which cannot be refused as a call can: it may be spelt 17.0. None for anything else."""
    if isinstance(value, float) and -_EXACT < value < _EXACT and value == int(value):
        return int(value)
    valid = isinstance(value, int) and not isinstance(value, bool) and -_LARGEST < value < _LARGEST
    return value if valid else None
