# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""OCPP-J frames over the link: one call of ours outstanding, answers matched by id, incoming calls answered meanwhile.

Knows frames and ids, nothing of what actions mean (J 4): each topic adds its own to `actions`.
"""

import json

from micropython import const

from charger import ticks

CALL = 2
CALLRESULT = 3
CALLERROR = 4

_MAX_ID = const(36)  # J 4.1.4
_TIMEOUT_MS = const(30000)
_ANSWER_PLACES = const(5)
_REMEMBERED = const(5)


class CallError(Exception):
    """Raised by a handler of `actions`: becomes a CALLERROR. `code` as spelt in J 4.2.3."""

    def __init__(self, code, description=""):
        super().__init__(code)
        self.code = code
        self.description = description


class Rpc:
    """`link`: connected, publish(text) -> bool, receive() -> text or None. `boot_id`: 16 hex digits, new at each boot.

    `actions`: {action: handler(payload) -> payload of the answer}; a handler may raise CallError. `registration`: None
    until BootNotification is answered, then Accepted, Pending or Rejected. `called_s`: the uptime of our last call.
    """

    def __init__(self, link, boot_id, uptime, log):
        self._link = link
        self._boot_id = boot_id
        self._uptime = uptime
        self._log = log
        self.actions = {}
        self.registration = None
        self.called_s = 0
        self._count = 0
        self._id = None
        self._action = None
        self._done = None
        self._sent_at = 0
        # The link takes no frame now: none is made before the next step.
        self._waits = False
        self._answers = []
        # The central system's last calls with our answers: a repeated call is not a second action.
        self._remembered = []

    @property
    def connected(self):
        return self._link.connected

    @property
    def online(self):
        """The central system has accepted us and can be asked."""
        return self.registration == "Accepted" and self._link.connected

    @property
    def free(self):
        """Accepted, no call is outstanding, and the link took what it was given in this pass: another can be made."""
        return self._id is None and not self._waits and self.online

    @property
    def all_answered(self):
        """Every answer has been sent."""
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
            self._waits = True
            return False
        self._id = unique_id
        self._action = action
        self._done = done
        self._sent_at = now
        self.called_s = self._uptime.seconds
        return True

    def step(self, now):
        self._waits = False
        # A frame is parsed in calls that have returned before it is acted on: both go deep.
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
            # Taken out first: an answer that cannot be sent at all must not block the others.
            answer = self._answers.pop(0)
            if not self._link.publish(answer):
                self._answers.insert(0, answer)
                self._waits = True

    def _given_up(self, now):
        """(None, error) when our call will get no answer any more, else None."""
        if not self._link.connected:
            return None, "LinkLost"
        if ticks.diff(now, self._sent_at) >= _TIMEOUT_MS:
            self._log("ocpp", "no answer to " + self._action)
            return None, "Timeout"
        return None

    def _receive(self):
        """The next message: a call as it is; the answer to our call as CALLRESULT, id, payload, error; or None."""
        frame = self._link.receive()
        if frame is None:
            return None
        try:
            # RuntimeError: nested deeper than the parser can follow.
            message = json.loads(frame)
        except (ValueError, RuntimeError):
            self._log("ocpp", "ignored {} characters: not JSON".format(len(frame)))
            return None
        except MemoryError:
            self._log("ocpp", "ignored {} characters: no memory to read them".format(len(frame)))
            return None
        if not isinstance(message, list) or len(message) < 3 or not _is_int(message[0]):
            self._log("ocpp", "ignored JSON: not an OCPP frame")
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
            self._log("ocpp", "ignored an answer to " + shown(unique_id) + ": no such call is outstanding")
        elif kind == CALLERROR:
            code = shown(message[2])
            self._log("ocpp", "{} was answered with {}".format(self._action, code))
            return CALLRESULT, unique_id, None, code
        elif isinstance(message[2], dict):
            return CALLRESULT, unique_id, message[2], None
        else:
            self._log("ocpp", "{} was answered without a valid payload".format(self._action))
            return CALLRESULT, unique_id, None, "FormationViolation"
        return None

    def _called(self, message):
        unique_id = message[1]
        for known, answer in self._remembered:
            if known == unique_id:
                self._log("ocpp", "call " + unique_id + " repeated: same answer sent")
                self._answers.append(answer)
                return
        try:
            if len(message) != 4 or not isinstance(message[2], str) or not isinstance(message[3], dict):
                raise CallError("FormationViolation", "a call is [2, id, action, payload]")
            self._log("ocpp", "received call " + shown(message[2]))
            if self.registration == "Rejected":
                # SPEC 4.2: while rejected, a charge point does not respond to the central system.
                return
            handler = self.actions.get(message[2])
            if handler is None:
                raise CallError("NotImplemented", "this charge point does not support the action")
            answer = json.dumps([CALLRESULT, unique_id, handler(message[3])])
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


def required(payload, name, kind):
    """A field of a call's payload, a str or an int. Raises CallError."""
    value = optional(payload, name, kind)
    if value is None:
        raise CallError("ProtocolError", name + " is missing")
    return value


def optional(payload, name, kind):
    """As `required`, but None when it is missing."""
    value = payload.get(name)
    if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
        raise CallError(
            "TypeConstraintViolation", name + (" is a string" if kind is str else " is an integer")
        )
    return value


def _is_int(value):
    return isinstance(value, int) and not isinstance(value, bool)


def printable(text):
    """Only printable ASCII: JSON can also spell what no encoding can carry, such as half a surrogate pair."""
    return all(" " <= character <= "~" for character in text)


def shown(value):
    """Text from outside, short enough for a line of the log and without control characters."""
    return "".join([character if printable(character) else "?" for character in str(value)[:36]])
