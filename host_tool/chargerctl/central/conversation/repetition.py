# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Knows the calls of a charger again that it repeats, for lack of an answer, with the same id and content."""

from __future__ import annotations

from typing import Any, NamedTuple

from chargerctl.central.conversation.kept import Memory


class Received(NamedTuple):
    """A call of the charger: the hash of its frame, and its answer's payload once there was one that is valid."""

    digest: int
    answer: Any = None


class Repetitions:
    """The last `size` calls. A frame may be large, so its hash stands for it: 64 bit, and another one in each process."""

    def __init__(self, size: int) -> None:
        self._received: Memory[Received] = Memory(size)

    def find(self, call_id: str, frame: str) -> tuple[Any, bool]:
        """The answer that this frame got, None if it got none yet; and whether its id belongs to another one."""
        before = self._received.get(call_id)
        if before is None:
            return None, False
        is_other = before.digest != hash(frame)
        return None if is_other else before.answer, is_other

    def remember(self, call_id: str, frame: str, answer: Any) -> None:
        """This frame got this answer; None: none that the charger can use."""
        self._received.remember(call_id, Received(hash(frame), answer))

    def saved(self) -> None:
        self._received.saved()

    def lost(self) -> None:
        self._received.lost()

    def clear(self) -> None:
        self._received.clear()
