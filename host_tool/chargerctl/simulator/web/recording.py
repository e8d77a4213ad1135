# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A session that was played by hand, as a script: the lines with the time between them, and what held before each.

What is expected are relay, lock and status, where they had been the same for a while: in a replay, which runs in virtual
time, an answer of the network takes another few milliseconds. Where another central system answers (--central none),
nothing is expected: what it did is not in the script, and chargerctl's own, which answers in a replay, may do otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chargerctl.simulator.script.values import STATUSES

_MOST = 5_000  # lines
_SETTLED_S = 0.5
_HEAD = """\
# A session played by hand on the page of the virtual board.
# Play it again, with the settings that it had: chargerctl simulate --script FILE
"""
_ALONE = """\
# Another central system answered. What it did is not in here, so nothing is expected.
"""


class Recording:
    """It gets every event; script() is the session so far. Lines of a script that runs as well are recorded, too."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._alone = False  # without what the other side did
        self._acts = 0
        self._written_ms = 0  # how far the waits so far go
        self._now = 0.0
        # What is, since when; and what the script has expected, at first what holds at every power-on.
        self._state: dict[str, tuple[str, float]] = {}
        self._expected = {"relay": "open", "lock": "unlocked"}

    def __len__(self) -> int:
        """How many lines have acted."""
        return self._acts

    def take(self, event: Mapping[str, Any]) -> None:
        self._now = max(self._now, event.get("t", 0.0))
        match event:
            case {"kind": "board", "central": central}:
                self._alone = central == "none"
            case {"kind": "relay", "closed": closed}:
                self._is("relay", "closed" if closed else "open")
            case {"kind": "lock", "locked": locked}:
                self._is("lock", "locked" if locked else "unlocked")
            case {"kind": "reset"}:
                # Not sent yet, from here on.
                self._state.pop("status", None)
                self._expected.pop("status", None)
            case {"kind": "frame", "dir": "out", "frame": [2, _, "StatusNotification", dict() as payload]}:
                if payload.get("connectorId") == 1 and payload.get("status") in STATUSES:
                    self._is("status", payload["status"])
            case {"kind": "hand" | "script", "text": text} if "error" not in event:
                self._acted(text)

    def script(self) -> str:
        """The lines so far, and at the end what holds now."""
        end = self._until(self._now, settled_s=0.0)[0] if self._acts <= _MOST else []
        cut = ["# It went on: more is not recorded."] if self._acts > _MOST else []
        head = _HEAD + (_ALONE if self._alone else "")
        return head + "".join(f"{line}\n" for line in [*self._lines, *end, *cut])

    def _is(self, what: str, value: str) -> None:
        if self._state.get(what, ("", 0.0))[0] != value:
            self._state[what] = value, self._now

    def _acted(self, text: str) -> None:
        self._acts += 1
        if self._acts > _MOST:
            return
        lines, self._written_ms, self._expected = self._until(self._now, _SETTLED_S)
        self._lines += [*lines, text]

    def _until(self, at: float, settled_s: float) -> tuple[list[str], int, dict[str, str]]:
        """The wait until then, and what is expected there: as lines, with how far they go and all that is expected then."""
        at_ms = max(round(at * 1000), self._written_ms)
        lines = [f"wait {_seconds(at_ms - self._written_ms)}"] if at_ms > self._written_ms else []
        expected = dict(self._expected)
        for what, (value, since) in () if self._alone else self._state.items():
            if at - since >= settled_s and expected.get(what) != value:
                expected[what] = value
                lines.append(f"expect {what} {value}")
        return lines, at_ms, expected


def _seconds(ms: int) -> str:
    return f"{ms // 1000}.{ms % 1000:03d}".rstrip("0").rstrip(".")
