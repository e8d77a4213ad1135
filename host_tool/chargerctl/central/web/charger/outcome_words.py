# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What became of a call to a charger, in a sentence for its owner: the charger's word first, then what it means, and what to
do next where there is something to do."""

from __future__ import annotations

from dataclasses import dataclass

from chargerctl.central.books.interface import Outcome
from chargerctl.central.remote import reason
from chargerctl.visible import visible_text

_LONGEST = 300

# The statuses of answers (OCPP 1.6, chapter 7), by action.
_STATUSES: dict[str, dict[str, str]] = {
    "RemoteStartTransaction": {
        "Accepted": "the charger accepted the request, and charges as soon as a car is plugged in",
        "Rejected": "the charger refused; is the cable plugged in and the connector free?",
    },
    "RemoteStopTransaction": {
        "Accepted": "the charger ends the session",
        "Rejected": "the charger refused; it says that this session does not run there",
    },
    "UnlockConnector": {
        "Unlocked": "the connector is unlocked, and a session there ends",
        "UnlockFailed": "the lock did not open; pull the plug gently and try again",
        "NotSupported": "the charger has no lock that it can open, or no connector of this number",
    },
    "Reset": {
        "Accepted": "the charger restarts; its BootNotification shows that it is back",
        "Rejected": "the charger refused to restart now",
    },
    "ChangeAvailability": {
        "Accepted": "done",
        "Scheduled": "it follows when the session that runs has ended",
        "Rejected": "the charger refused; is there a connector of this number?",
    },
    "TriggerMessage": {
        "Accepted": "the charger sends it now",
        "Rejected": "the charger refused to send it now",
        "NotImplemented": "the charger does not know this message",
    },
    "ClearCache": {
        "Accepted": "the charger has forgotten the cards that it knew",
        "Rejected": "the charger refused; it may have no list of its own",
    },
    "ChangeConfiguration": {
        "Accepted": "the charger uses the new value",
        "RebootRequired": "the charger uses the new value after a restart (Reset)",
        "Rejected": "the charger refused the value; is it one that this key can have, and may it be changed?",
        "NotSupported": "the charger does not know this key",
    },
}
_ANY_STATUS = {"Rejected": "the charger refused", "NotSupported": "the charger cannot do that"}

# CALLERROR (OCPP-J 1.6, 4.2.3), and what the central system itself finds.
_ERRORS = {
    "NotImplemented": "the charger does not know this call",
    "NotSupported": "the charger knows this call, and does not support it",
    "InternalError": "the charger could not carry it out because of an error of its own",
    "ProtocolError": "the charger says that the call is incomplete",
    "SecurityError": "the charger refused it for reasons of security",
    "FormationViolation": "the charger could not read the call",
    "PropertyConstraintViolation": "the charger says that a value cannot be used",
    "OccurenceConstraintViolation": "the charger says that a field is missing, or is there too often",
    "OccurrenceConstraintViolation": "the charger says that a field is missing, or is there too often",
    "TypeConstraintViolation": "the charger says that a field has the wrong type",
    "GenericError": "the charger could not carry it out, and does not say why",
    "NotConnected": "nothing was sent",
    "Timeout": "the charger may have carried it out: look at its state before you try again",
    "InvalidAnswer": "the charger answered with what OCPP does not allow; it may have carried it out",
    "Cancelled": "nothing was sent",
}
_WAITING = {
    "queued": "waiting for the central system",
    "taken": "waiting until the charger has answered the call before it",
    "sent": "sent, waiting for the charger",
}


@dataclass(frozen=True)
class Said:
    """done: what was asked for is done, or will be. word: Accepted, Rejected, Timeout ...; text: all of it in a sentence."""

    done: bool
    word: str
    text: str


def said(action: str, outcome: Outcome) -> Said:
    """Of a call that has ended."""
    if outcome.answer is None:
        return Said(False, outcome.error, _failure(action, outcome))
    done = not reason(outcome)
    if "status" not in outcome.answer:
        return Said(done, "answered", f"{action}: answered")
    word = visible_text(str(outcome.answer["status"]))[:_LONGEST]
    meaning = _STATUSES.get(action, {}).get(word) or _ANY_STATUS.get(word)
    return Said(done, word, f"{action}: {word}{f': {meaning}' if meaning else ''}")


def waiting(action: str, state: str) -> Said:
    """Of a call that has not ended. state: queued, taken or sent."""
    return Said(False, state, f"{action}: {_WAITING.get(state, state)}")


def _failure(action: str, outcome: Outcome) -> str:
    word = visible_text(outcome.error)[:_LONGEST]
    meaning = _ERRORS.get(outcome.error, "the charger could not carry it out")
    detail = visible_text(outcome.detail)[:_LONGEST]
    return f"{action}: {word}: {f'{detail}; ' if detail else ''}{meaning}"
