# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""OCPP-J frames as a log for a person: `BootNotification {...}`, `-> {...}`, each answer with the action that it answers."""

from __future__ import annotations

import json
from typing import Any

from chargerctl.central.messages.schemas import CALL, CALL_ERROR, CALL_RESULT

_REMEMBERED = 256


class FrameText:
    """For the frames of one charger, the oldest first: the answer to a call is known by its id."""

    def __init__(self) -> None:
        self._actions: dict[tuple[bool, str], str] = {}

    def of(self, frame: str, outgoing: bool) -> tuple[str, str, str]:
        """(kind, action, rest): kind is call, result, error or other; action "" where it is not known; rest: the payload as
        JSON, an error's code and description, or the frame where it is none."""
        try:
            message: Any = json.loads(frame)
            kind, number = message[0], message[1]
            if kind == CALL:
                action = str(message[2])
                self._remember((outgoing, str(number)), action)
                return "call", action, _compact(message[3])
            # It answers a call in the other direction.
            action = self._actions.get((not outgoing, str(number)), "")
            if kind == CALL_RESULT:
                return "result", action, _compact(message[2])
            if kind == CALL_ERROR:
                details = f" {_compact(message[4])}" if message[4] else ""
                return "error", action, f"{message[2]}: {message[3]}{details}"
        except (ValueError, LookupError, TypeError, RecursionError):
            pass
        return "other", "", frame

    def _remember(self, key: tuple[bool, str], action: str) -> None:
        self._actions[key] = action
        if len(self._actions) > _REMEMBERED:
            del self._actions[next(iter(self._actions))]


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": "))
