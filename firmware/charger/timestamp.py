# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Reads a time as ISO 8601 writes it. Loaded for it, and unloaded."""

from micropython import const

_DAY = const(86400)


def parse(text):
    """Unix seconds of an ISO 8601 time such as "2026-11-22T07:30:00.123+01:00"; ValueError when it is none.

    A time without a zone is taken as UTC, as OCPP asks for (SPEC 3.14).
    """
    if (
        len(text) < 19
        or text[4] != "-"
        or text[7] != "-"
        or text[10] not in "Tt "
        or text[13] != ":"
        or text[16] != ":"
    ):
        raise ValueError("not an ISO 8601 time")
    year = _digits(text[0:4])
    month = _digits(text[5:7])
    date = _digits(text[8:10])
    hour = _digits(text[11:13])
    minute = _digits(text[14:16])
    second = _digits(text[17:19])
    if not (
        1970 <= year < 2100
        and 1 <= month <= 12
        and 1 <= date <= 31
        and hour < 24
        and minute < 60
        and second < 61
    ):
        raise ValueError("not an ISO 8601 time")
    return _days(year, month, date) * _DAY + hour * 3600 + minute * 60 + second - _zone(text[19:])


def _days(year, month, date):
    """Days from 1 January 1970, by the same cycles as clock.iso."""
    if month < 3:
        month += 9
        year -= 1
    else:
        month -= 3
    year -= 1968
    return year // 4 * 1461 + year % 4 * 365 + (153 * month + 2) // 5 + date - 1 - 671


def _zone(text):
    """Seconds east of UTC of what follows the seconds: [.fraction][Z|+hh[:]mm|-hh[:]mm]."""
    if text[:1] == ".":
        end = 1
        while end < len(text) and text[end] in "0123456789":
            end += 1
        text = text[end:]
    if text in ("", "Z", "z"):
        return 0
    digits = text[1:].replace(":", "")
    if text[0] not in "+-" or len(digits) != 4:
        raise ValueError("not an ISO 8601 time zone")
    seconds = _digits(digits[:2]) * 3600 + _digits(digits[2:]) * 60
    return seconds if text[0] == "+" else -seconds


def _digits(text):
    # int() would also take "+1", " 1" and "1_0".
    for character in text:
        if character not in "0123456789":
            raise ValueError("not an ISO 8601 time")
    return int(text)
