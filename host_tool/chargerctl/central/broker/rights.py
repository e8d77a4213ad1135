# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Who has an account at the broker, and which topics it may read and write. Nothing here knows a broker's file formats."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from chargerctl.errors import InputError
from chargerctl.mqtt.topics import Topics

# The same names as in [charger] serial. Everything else could be a wildcard, another level of a topic, or the end of a
# field in a broker's file.
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,25}")
# Behind a serial: no serial has an @.
DOCTOR = "@doctor"


@dataclass(frozen=True)
class Rights:
    """The topics that an account may read and write. It may do nothing else."""

    name: str
    read: tuple[str, ...]
    write: tuple[str, ...]


def has_valid_name(serial: str) -> bool:
    """Whether a charger of this serial can have an account. Those that speak OCPP-J may have other serials."""
    return _NAME.fullmatch(serial) is not None


def rights(chargers: Iterable[str], programs: Iterable[str], topics: Topics) -> Iterator[Rights]:
    """Of all accounts. InputError where a program's name is none, or a charger's."""
    if topics.to_charger.split("/").count("{serial}") != 1 or topics.to_charger.count("{serial}") != 1:
        raise InputError(
            f"system_topic {topics.to_charger}: {{serial}} must be one whole level, as in /system/{{serial}}: a broker "
            "gives no rights to parts of one"
        )
    serials = list(chargers)
    for name in programs:
        if not has_valid_name(name):
            raise InputError(f"a program's account has 1 to 25 letters, digits, _ . -, not {name!r}")
        if name in serials:
            raise InputError(f"{name} is a charger: give the program's account another name (--program)")
        yield _of_program(name, topics)
    for serial in serials:
        yield _of_charger(serial, topics)
        yield _of_doctor(serial, topics)


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
