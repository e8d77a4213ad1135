# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The topics and ids that Home Assistant knows chargers by. Pure.

A serial may have characters that are not allowed in them, so it is written in another way there: each serial in its own, and
always in the same one. Topics and ids are made of that alone, never of a charger's name.

Facts, from components/ in the package homeassistant 2026.11.0 on PyPI (home-assistant/core at this tag):
  - mqtt/discovery.py, TOPIC_MATCHER: <prefix>/<component>/[<node id>/]<object id>/config, ids of [a-zA-Z0-9_-].
  - mqtt/const.py, DEFAULT_PREFIX "homeassistant"; DEFAULT_BIRTH and DEFAULT_WILL: `online` and `offline` on
    homeassistant/status, not retained.
  - Device discovery, one message with all entities on <prefix>/device/<object id>/config, is in the
    package of 2024.11.3 and not in that of 2024.10.4.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from chargerctl.mqtt.topics import Topics
from chargerctl.serials import is_serial

PREFIX = "homeassistant"
BIRTH = f"{PREFIX}/status"
BORN = b"online"

_BASE = re.compile(r"[A-Za-z0-9_-]{1,32}")
_PLAIN = re.compile(r"[A-Za-z0-9-]")
_ESCAPED = re.compile(r"_([0-9A-F]{2})")
_WRITTEN = re.compile(r"(?:[A-Za-z0-9-]|_[0-9A-F]{2}){1,144}")
# Home Assistant's own, and that of a broker.
_TAKEN = (PREFIX, "$SYS")


def is_base(text: str) -> bool:
    """Whether all our topics can be below this one level."""
    return _BASE.fullmatch(text) is not None and text not in _TAKEN


def written(serial: str) -> str:
    """Letters, digits and - as they are, everything else as _ with its code, such as _2E for a dot."""
    return "".join(each if _PLAIN.fullmatch(each) else f"_{ord(each):02X}" for each in serial)


def read(text: str) -> str | None:
    """The serial that is written so; None if there is none."""
    if not _WRITTEN.fullmatch(text):
        return None
    serial = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    return serial if is_serial(serial) and written(serial) == text else None


@dataclass(frozen=True)
class Names:
    """base: the first level of our topics, and the beginning of our ids. Two central systems at one broker need two."""

    base: str = "chargerctl"

    def device(self, serial: str) -> str:
        return f"{self.base}_{written(serial)}"

    def discovery(self, serial: str) -> str:
        return f"{PREFIX}/device/{self.device(serial)}/config"

    @property
    def alive(self) -> str:
        """Whether anybody publishes: `online` or `offline`."""
        return f"{self.base}/online"

    def state(self, serial: str) -> str:
        """All that is shown of a charger, as JSON."""
        return f"{self.base}/{written(serial)}/state"

    def online(self, serial: str) -> str:
        """Whether the charger is connected: `online` or `offline`."""
        return f"{self.base}/{written(serial)}/online"

    def command(self, serial: str, entity: str) -> str:
        return f"{self.base}/{written(serial)}/set/{entity}"

    @property
    def commands(self) -> str:
        """The filter of all commands."""
        return f"{self.base}/+/set/+"

    @property
    def discoveries(self) -> str:
        """The filter of the messages that announce devices."""
        return f"{PREFIX}/device/+/config"

    @property
    def subscriptions(self) -> tuple[str, ...]:
        """Home Assistant's birth; commands; and what was published before, by whomever."""
        return BIRTH, self.commands, f"{self.base}/+/state", self.alive

    def whose_state(self, topic: str) -> str | None:
        """The serial; None for any other topic."""
        match topic.split("/"):
            case [self.base, text, "state"]:
                return read(text)
        return None

    def whose_command(self, topic: str) -> tuple[str, str] | None:
        """The serial and the entity, which may be one that there is not; None for any other topic."""
        match topic.split("/"):
            case [self.base, text, "set", entity]:
                serial = read(text)
                return (serial, entity) if serial is not None else None
        return None

    def are_apart(self, topics: Topics) -> bool:
        """Whether no topic of a charger can be one of Home Assistant's."""
        firsts = {each.split("/")[0] for each in (topics.from_charger, topics.to_charger)}
        return not firsts & {self.base, PREFIX, "{serial}"}
