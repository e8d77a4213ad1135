# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Calls of the central system: carried out once, answered always (J 4.2), and the fields of their payloads."""

import binascii
import json

from micropython import const

# Types of frames (J 4.1.3).
_CALLRESULT = const(3)
_CALLERROR = const(4)

_MAX_ID = const(36)  # J 4.1.4
_PLACES = const(12)
_REMEMBERED_S = const(600)
_LATER = const(4)
# The end of an answer that says so: something was done.
_ACCEPTED = const('"Accepted"}]')


class CallError(Exception):
    """Raised by a handler of `actions`, with a code as spelt in J 4.2.3 and a description: becomes a CALLERROR."""


class Calls:
    """`actions`: {action: handler(payload) -> payload of the answer}, of the calls that are no visitors; a handler may
    raise CallError. `visitors`: answer(action, payload) for all others, as in visitors.py; set before the first call.

    `remembered`: (id, action, checksum, answer, uptime) of calls on this connection, since a repeated one is not a second
    action; ids start anew with the next connection (J 4.1.4). What was refused leaves it first: it did nothing. `later`:
    ((id, action, checksum), job) of calls whose handler returned no payload, but an object with step(now), which is the
    payload when it is known, and None until then, or raises CallError.
    """

    def __init__(self, uptime, log):
        self._uptime = uptime
        self._log = log
        self.actions = {}
        self.visitors = None
        self.remembered = []
        self.later = []

    def answer(self, message):
        """Our answer to a call, or None when it comes later, from `late`."""
        what = None
        try:
            if len(message) == 4 and isinstance(message[2], str):
                if message[3] is None:
                    message[3] = {}  # J 4.2.1
                if isinstance(message[3], dict):
                    what = _checksum(message[3])
                    for call, _ in self.later:
                        if call == (message[1], message[2], what):
                            return None
                    for known in self.remembered:
                        if (
                            known[:3] == (message[1], message[2], what)
                            and self._uptime.seconds - known[4] <= _REMEMBERED_S
                        ):
                            self._log("ocpp", "call " + message[1] + " repeated: same answer sent")
                            return known[3]
            payload = self._payload(message)
            if not isinstance(payload, dict):
                self.later.append(((message[1], message[2], what), payload))
                return None
            answer = _result(message[1], payload)
        except (CallError, MemoryError) as error:
            answer = self._refusal(message, error)
        if what is not None:
            self._add((message[1], message[2], what, answer, self._uptime.seconds))
        return answer

    def late(self, now):
        """The answer to a call of `later`, or None."""
        for each in self.later:
            call, job = each
            try:
                payload = job.step(now)
                answer = payload and _result(call[0], payload)
            except (CallError, MemoryError) as error:
                answer = self._refusal((None, call[0]), error)
            if answer is not None:
                self._add(call + (answer, self._uptime.seconds))
                self.later.remove(each)
                return answer
        return None

    def _add(self, call):
        remembered = self.remembered
        if len(remembered) >= _PLACES:
            for known in remembered:
                if not known[3].endswith(_ACCEPTED):
                    break
            else:
                known = remembered[0]
            remembered.remove(known)
        remembered.append(call)

    def _payload(self, message):
        if len(message[1]) > _MAX_ID:
            raise CallError("FormationViolation", "an id has at most 36 characters")
        if len(message) != 4 or not isinstance(message[2], str) or not isinstance(message[3], dict):
            raise CallError("FormationViolation", "a call is [2, id, action, payload]")
        self._log("ocpp", "received call " + shown(message[2]))
        handler = self.actions.get(message[2])
        if handler is None:
            if len(self.later) >= _LATER:
                raise CallError("InternalError", "too many calls are still carried out")
            return self.visitors.answer(message[2], message[3])
        return handler(message[3])

    def _refusal(self, message, error):
        code, why = error.args if isinstance(error, CallError) else ("InternalError", "no memory")
        self._log("ocpp", "answered with {}: {}".format(code, why))
        return json.dumps([_CALLERROR, message[1], code, why, {}])


def _result(unique_id, payload):
    # Compact: a list of all configuration keys has to fit a frame.
    return json.dumps([_CALLRESULT, unique_id, payload], separators=(",", ":"))


def _checksum(payload):
    """The same in whatever order the fields came; true and 1 differ in it."""
    try:
        fields = sorted([json.dumps([name, payload[name]]) for name in payload])
    except RuntimeError:
        # The parser keeps its place in the heap, this on the C stack: what came in may be nested too deeply to go out.
        raise CallError("FormationViolation", "nested too deeply") from None
    return binascii.crc32("".join(fields).encode())


def required(payload, name, kind):
    """A field of a call's payload, a str or an int. Raises CallError."""
    value = optional(payload, name, kind)
    if value is None:
        raise CallError("ProtocolError", name + " is missing")
    return value


def optional(payload, name, kind):
    """As `required`, but None when it is missing. A field that is null is of the wrong type."""
    value = payload.get(name)
    if name in payload and (not isinstance(value, kind) or isinstance(value, bool)):
        raise CallError(
            "TypeConstraintViolation", name + (" is a string" if kind is str else " is an integer")
        )
    return value


def printable(text):
    """Only printable ASCII: JSON can also spell what no encoding can carry, such as half a surrogate pair."""
    return all(" " <= character <= "~" for character in text)


def shown(text):
    """Text from outside, short enough for a line of the log and without control characters."""
    return "".join([character if printable(character) else "?" for character in text[:36]])
