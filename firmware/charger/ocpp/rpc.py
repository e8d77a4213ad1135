# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""OCPP-J frames over the link: one call of ours outstanding, answers matched by id, their calls answered meanwhile.

Knows frames and ids, nothing of what actions mean (J 4).
"""

import json

from micropython import const

from charger import ticks

CALL = 2
CALLRESULT = 3
CALLERROR = 4

MAX_FRAME = 2048
_MAX_ID = const(36)  # J 4.1.4
_ANSWER_PLACES = const(5)
_REMEMBERED = const(5)


class CallError(Exception):
    """Raised by a command: becomes a CALLERROR. `code` as spelt in J 4.2.3."""

    def __init__(self, code, description=""):
        super().__init__(code)
        self.code = code
        self.description = description


class Rpc:
    """`link`: connected, publish(text) -> bool, receive() -> bytes or None. `boot_id`: 16 hex digits, new at each boot."""

    def __init__(self, link, boot_id, timeout_ms, log):
        self._link = link
        self._boot_id = boot_id
        self._answer = None
        self._timeout_ms = timeout_ms
        self._log = log
        self._count = 0
        self._id = None
        self._action = None
        self._done = None
        self._sent_at = 0
        self._answers = []
        # The last calls of the central system and what we said: a repeated call is not a second action.
        self._remembered = []

    def serve(self, answer):
        """`answer(action, payload) -> payload` does what is asked. It raises CallError, or returns None to be silent."""
        self._answer = answer

    @property
    def connected(self):
        return self._link.connected

    @property
    def free(self):
        """A call can be made now."""
        return self._id is None and self._link.connected

    @property
    def all_answered(self):
        """No answer of ours is still waiting to be sent."""
        return not self._answers

    def call(self, action, payload, done, now):
        """Send a call; False when it could not be handed to the link.

        `done(payload, error)` is called once: with the answer's payload and None, or with None and the CALLERROR's
        code, "Timeout" or "LinkLost".
        """
        self._count += 1
        unique_id = "{}-{}".format(self._boot_id, self._count)
        frame = json.dumps([CALL, unique_id, action, payload])
        if not self._link.publish(frame):
            return False
        self._id = unique_id
        self._action = action
        self._done = done
        self._sent_at = now
        return True

    def step(self, now):
        # What a frame is, is found out in calls that are over before anything is done about it: that goes deep.
        outcome = None if self._id is None else self._given_up(now)
        if outcome is None and len(self._answers) < _ANSWER_PLACES:
            message = self._receive()
            if message is not None:
                if message[0] == CALL:
                    self._called(message)
                else:
                    outcome = message[2], message[3]
        if outcome is not None:
            done = self._done
            self._id = self._done = None
            done(outcome[0], outcome[1])
        if self._answers and self._link.connected:
            # Taken out first: an answer that cannot be sent at all must not stand in the way of the others.
            answer = self._answers.pop(0)
            if not self._link.publish(answer):
                self._answers.insert(0, answer)

    def _given_up(self, now):
        """Why nothing more is to be expected of our call, as (None, error), or None."""
        if not self._link.connected:
            return None, "LinkLost"
        if ticks.diff(now, self._sent_at) >= self._timeout_ms:
            self._log("ocpp", "no answer to " + self._action)
            return None, "Timeout"
        return None

    def _receive(self):
        """The next message if it is a call, or what our call was answered with: CALLRESULT, id, payload, error."""
        frame = self._link.receive()
        if frame is None:
            return None
        if len(frame) > MAX_FRAME:
            self._log("ocpp", "ignored a frame of {} bytes: the limit is {}".format(len(frame), MAX_FRAME))
            return None
        try:
            # RuntimeError: nested deeper than the parser can follow.
            message = json.loads(frame)
        except (ValueError, RuntimeError):
            self._log("ocpp", "ignored {} bytes that are no JSON".format(len(frame)))
            return None
        except MemoryError:
            self._log("ocpp", "ignored {} bytes: no memory to read them".format(len(frame)))
            return None
        if not isinstance(message, list) or len(message) < 3 or not _is_int(message[0]):
            self._log("ocpp", "ignored JSON that is no OCPP frame")
            return None
        kind = message[0]
        unique_id = message[1]
        if not isinstance(unique_id, str) or not 0 < len(unique_id) <= _MAX_ID or not printable(unique_id):
            self._log("ocpp", "ignored a frame without a valid id")
        elif kind == CALL:
            return message
        elif kind not in (CALLRESULT, CALLERROR):
            self._log("ocpp", "ignored a frame of unknown type {}".format(kind))
        elif unique_id != self._id:
            self._log("ocpp", "ignored an answer to " + shown(unique_id) + ": nothing of ours waits for it")
        elif kind == CALLERROR:
            code = shown(message[2])
            self._log("ocpp", "{} was answered with {}".format(self._action, code))
            return CALLRESULT, unique_id, None, code
        elif isinstance(message[2], dict):
            return CALLRESULT, unique_id, message[2], None
        else:
            self._log("ocpp", "{} was answered with something that is no payload".format(self._action))
            return CALLRESULT, unique_id, None, "FormationViolation"
        return None

    def _called(self, message):
        unique_id = message[1]
        for known, answer in self._remembered:
            if known == unique_id:
                self._log("ocpp", "call " + unique_id + " came again: same answer")
                self._answers.append(answer)
                return
        try:
            if len(message) != 4 or not isinstance(message[2], str) or not isinstance(message[3], dict):
                raise CallError("FormationViolation", "a call is [2, id, action, payload]")
            self._log("ocpp", "called: " + shown(message[2]))
            payload = self._answer(message[2], message[3])
            if payload is None:
                return
            answer = json.dumps([CALLRESULT, unique_id, payload])
        except CallError as error:
            self._log("ocpp", "answered with {}: {}".format(error.code, error.description))
            answer = json.dumps([CALLERROR, unique_id, error.code, error.description, {}])
        except MemoryError:
            self._log("ocpp", "answered with InternalError: no memory")
            answer = json.dumps([CALLERROR, unique_id, "InternalError", "no memory for it now", {}])
        self._remembered.append((unique_id, answer))
        if len(self._remembered) > _REMEMBERED:
            self._remembered.pop(0)
        self._answers.append(answer)


def _is_int(value):
    return isinstance(value, int) and not isinstance(value, bool)


def printable(text):
    """Only printable ASCII: JSON can also spell what no encoding can carry, such as half a surrogate pair."""
    return all(" " <= character <= "~" for character in text)


def shown(value):
    """Text from outside, short enough for a line of the log and without control characters."""
    return "".join([character if printable(character) else "?" for character in str(value)[:36]])
