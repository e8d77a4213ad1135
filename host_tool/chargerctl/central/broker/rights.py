# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Who has an account at the broker, and which topics it may read and write. Nothing here knows a broker's file formats."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from chargerctl.central.homeassistant.names import BIRTH, PREFIX, Names
from chargerctl.errors import InputError
from chargerctl.mqtt.topics import Topics

# The same names as in [charger] serial. Everything else could be a wildcard, another level of a topic, or the end of a
# field in a broker's file.
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,25}")
# Behind a serial: no serial has an @.
DOCTOR = "@doctor"
# Of Home Assistant itself, and of what publishes the chargers for it: a broker has one connection for each account.
HOME_ASSISTANT = "homeassistant"
PUBLISHER = "central-homeassistant"
OF_HOME_ASSISTANT = (HOME_ASSISTANT, PUBLISHER)


@dataclass(frozen=True)
class Rights:
    """The topics that an account may read and write. It may do nothing else."""

    name: str
    read: tuple[str, ...]
    write: tuple[str, ...]

    def may_read(self, wanted: str) -> bool:
        """Whether every topic of this filter is among them."""
        return any(_covers(each.split("/"), wanted.split("/")) for each in self.read)

    def may_write(self, topic: str) -> bool:
        return any(_covers(each.split("/"), topic.split("/")) for each in self.write)


def has_valid_name(serial: str) -> bool:
    """Whether a charger of this serial can have an account. Those that speak OCPP-J may have other serials."""
    return _NAME.fullmatch(serial) is not None


def rights(
    chargers: Iterable[str], programs: Iterable[str], topics: Topics, home_assistant: Names | None = None
) -> Iterator[Rights]:
    """Of all accounts. home_assistant: None where it has none. InputError where a program's name is none, or a charger's."""
    if topics.to_charger.split("/").count("{serial}") != 1 or topics.to_charger.count("{serial}") != 1:
        raise InputError(
            f"system_topic {topics.to_charger}: {{serial}} must be one whole level, as in /system/{{serial}}: a broker "
            "gives no rights to parts of one"
        )
    serials, programs = list(chargers), list(programs)
    for name in programs:
        if not has_valid_name(name):
            raise InputError(f"a program's account has 1 to 25 letters, digits, _ . -, not {name!r}")
        if name in serials:
            raise InputError(f"{name} is a charger: give the program's account another name (--program)")
        yield _of_program(name, topics)
    if home_assistant is not None:
        for taken in {*OF_HOME_ASSISTANT} & {*serials, *programs}:
            raise InputError(f"{taken} has another account already: it would be that of Home Assistant")
        yield of_home_assistant(HOME_ASSISTANT, home_assistant, topics)
        yield _of_publisher(PUBLISHER, home_assistant)
    for serial in serials:
        yield _of_charger(serial, topics)
        yield _of_doctor(serial, topics)


def of_home_assistant(name: str, names: Names, topics: Topics) -> Rights:
    """It finds chargers, reads what they do, commands them, and takes back devices that its owner deletes. InputError where
    topics of chargers are among its own."""
    if not names.are_apart(topics):
        raise InputError(
            f"topics of chargers may not begin with {PREFIX} or {names.base}: those are Home Assistant's, too "
            "(home_assistant_topic)"
        )
    return Rights(name, read=(f"{PREFIX}/#", f"{names.base}/#"), write=(f"{PREFIX}/#", names.commands))


def _of_publisher(name: str, names: Names) -> Rights:
    return Rights(name, read=(BIRTH, f"{names.base}/#"), write=(names.discoveries, f"{names.base}/#"))


def _of(topics: Topics, serial: str) -> tuple[str, str]:
    """`serial` may be the wildcard +."""
    return topics.from_charger.replace("{serial}", serial), topics.frames_to(serial)


def _of_program(name: str, topics: Topics) -> Rights:
    """The central system, or the bridge: all chargers."""
    out, back = _of(topics, "+")
    return Rights(name, read=_with_connection(out), write=_with_connection(back))


def _of_charger(serial: str, topics: Topics) -> Rights:
    out, back = _of(topics, serial)
    return Rights(serial, read=_with_connection(back), write=_with_connection(out))


def _of_doctor(serial: str, topics: Topics) -> Rights:
    """`chargerctl doctor` in the name of a charger that is connected meanwhile: it has the charger's password, listens to
    what it says and hears, and sends no frame."""
    out, back = _of(topics, serial)
    return Rights(
        f"{serial}{DOCTOR}",
        read=(*_with_connection(out), *_with_connection(back)),
        write=_with_connection(out)[1:],
    )


def _with_connection(topic: str) -> tuple[str, str]:
    return topic, f"{topic}/connection"


def _covers(allowed: list[str], wanted: list[str]) -> bool:
    """Whether every topic that the second filter matches is matched by the first (MQTT 3.1.1, 4.7); both in levels."""
    for place, level in enumerate(allowed):
        if level == "#":
            return True
        if place == len(wanted):
            return False
        if wanted[place] == "#" or (level != "+" and level != wanted[place]):
            return False
    return len(allowed) == len(wanted)
