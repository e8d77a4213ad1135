# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The value of every setting, for the parts of chargerctl that depend on them: values.mqtt.port."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from chargerctl.settings.table import board_check, board_settings


class Values(dict[str, Any]):
    """By name, values["mqtt.port"], or by section, values.mqtt.port.

    Types are those of the firmware: timezone_offset_hours in hundredths, None for a vital setting with a bad value.
    """

    @classmethod
    def of(cls, texts: Mapping[str, str]) -> Values:
        """What the firmware makes of {variable: text}."""
        values, _ = board_settings.load(board_check, texts.get)
        return cls(values)

    def __getattr__(self, section: str) -> SimpleNamespace:
        keys = {name.partition(".")[2]: self[name] for name in self if name.startswith(f"{section}.")}
        if not keys:
            raise AttributeError(section)
        return SimpleNamespace(**keys)
