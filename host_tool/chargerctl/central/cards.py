# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A card as a person writes it: what may be its uid, how long it is valid, at which chargers. Pure.

Every function here raises ValueError with the reason and what to do.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from chargerctl.visible import visible

LONGEST_UID = 20  # CiString20 (OCPP 1.6, 7.28)
LONGEST_NAME = 100
NOWHERE = "none"

_BYTES = re.compile(r"[0-9A-Fa-f]{2}(?P<between>[: ])[0-9A-Fa-f]{2}(?:(?P=between)[0-9A-Fa-f]{2}){2,8}")
_ROUNDED = re.compile(r"\d([.,]\d+)?E\+\d+", re.IGNORECASE)
_DAY = re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)")
_DOTTED = re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})")
_YES = ("yes", "true", "1")
_NO = ("", "no", "false", "0")


def uid(text: str) -> str:
    """A card's uid as the chargers send it; bytes between colons or blanks, as readers show them, are joined."""
    text = text.strip()
    if _BYTES.fullmatch(text):
        text = text.replace(":", "").replace(" ", "")
    if not text:
        raise ValueError("must not be empty")
    if _ROUNDED.fullmatch(text):
        raise ValueError(
            f"{text} is a number that a spreadsheet has rounded: format the column as text, and enter the uid again"
        )
    if len(text) > LONGEST_UID:
        raise ValueError(f"must be at most {LONGEST_UID} characters (OCPP), has {len(text)}")
    if not text.isascii() or not text.isprintable():
        raise ValueError("may have printable ASCII characters only: OCPP allows no others")
    return text.upper()


def name(text: str) -> str:
    """The display name of a card or a charger."""
    text = text.strip()
    if len(text) > LONGEST_NAME:
        raise ValueError(f"must be at most {LONGEST_NAME} characters, has {len(text)}")
    _refuse_hidden(text)
    return text


def valid_until(text: str) -> float | None:
    """Unix time. A day counts to its end, here; a time without an offset from UTC is local; None for an empty text."""
    text = text.strip()
    if not text:
        return None
    wrong = ValueError(f"{visible(text[:40])} is not a date: write 2027-12-31, or 2027-12-31T18:00")
    try:
        day = _DAY.fullmatch(text) or _DOTTED.fullmatch(text)
        if day:
            begin = datetime(int(day["year"]), int(day["month"]), int(day["day"]))
            moment = begin + timedelta(days=1) - timedelta(seconds=1)
        else:
            moment = datetime.fromisoformat(text)
        stamp = moment.timestamp()
    except (ValueError, OverflowError, OSError):
        raise wrong from None
    if not 0 <= stamp < datetime(2200, 1, 1, tzinfo=UTC).timestamp():
        raise wrong
    return float(int(stamp))


def blocked(text: str) -> bool:
    word = text.strip().lower()
    if word not in _YES + _NO:
        raise ValueError(f"must be yes or no, not {visible(word[:24])}")
    return word in _YES


def chargers(text: str) -> tuple[str, ...] | None:
    """Serials with | between them, which no serial has in it; () for the word none, None for an empty text: every one."""
    if text.strip() == NOWHERE:
        return ()
    return tuple(dict.fromkeys(word.strip() for word in text.split("|") if word.strip())) or None


def _refuse_hidden(text: str) -> None:
    if visible(text).replace("\t", " ") != text:
        raise ValueError("has a character that cannot be seen: type it again")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("is not UTF-8") from None
