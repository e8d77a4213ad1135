# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The topics of every charger, and whose topic one is. What others publish is hostile: only a serial becomes a name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from chargerctl.errors import InputError

STATE = "/connection"

_PLACE = "{serial}"


@dataclass(frozen=True)
class Topics:
    """from_charger, to_charger: with {serial} in one of their levels. InputError where that is not a whole one."""

    from_charger: str = "/charger/{serial}"
    to_charger: str = "/system/{serial}"

    def __post_init__(self) -> None:
        if self.from_charger.split("/").count(_PLACE) != 1 or self.from_charger.count(_PLACE) != 1:
            raise InputError(
                f"charger_topic {self.from_charger}: {_PLACE} must be one whole level, as in /charger/{_PLACE}, so that "
                "all chargers can be subscribed to at once"
            )

    @property
    def subscriptions(self) -> tuple[str, str]:
        frames = self.from_charger.replace(_PLACE, "+")
        return frames, frames + STATE

    def whose(self, topic: str) -> tuple[str, bool] | None:
        """(the level where the serial stands, whether it is about the connection); None for any other topic."""
        match = self._pattern.fullmatch(topic)
        return (match[1], match[2] is not None) if match else None

    def frames_to(self, serial: str) -> str:
        return self.to_charger.replace(_PLACE, serial)

    def state_to(self, serial: str) -> str:
        return self.frames_to(serial) + STATE

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        before, _, after = self.from_charger.partition(_PLACE)
        return re.compile(f"{re.escape(before)}([^/]*){re.escape(after)}({re.escape(STATE)})?", re.DOTALL)
