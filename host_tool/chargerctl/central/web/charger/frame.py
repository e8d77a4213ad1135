# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A frame of the log as it is shown: whose it is, what it says, and what of it OCPP does not allow."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from chargerctl.central.books.unit import LONGEST_FRAME
from chargerctl.central.messages.frame_text import FrameText
from chargerctl.central.messages.schemas import (
    CALL,
    CALL_ERROR,
    CALL_RESULT,
    ERROR_CODES,
    FrameError,
    check_payload,
    parse,
    storable,
)
from chargerctl.central.web.charger.meaning import meaning, shortened

# Of a payload that is laid out; a longer one stays as it is.
_LONGEST_PRETTY = 65_536
_BEGINNING = re.compile(r'\s*\[\s*([234])\s*,\s*"([^"\\]{1,36})"(?:\s*,\s*"(\w{1,50})")?')
_KINDS = {str(CALL): "call", str(CALL_RESULT): "result", str(CALL_ERROR): "error"}


@dataclass(frozen=True)
class Frame:
    """kind: call, result, error or other; action: "" where it is not known; trouble: what is wrong with it, or ""."""

    id: int
    at: float
    outgoing: bool
    kind: str
    action: str
    meaning: str
    trouble: str
    text: str


class Reader:
    """Of one charger's frames, the oldest first: an answer has the action of its call."""

    def __init__(self) -> None:
        self._text = FrameText()

    def remember(self, row: Any) -> None:
        """A call before the first frame that is read."""
        self._text.of(row.text, row.outgoing)

    def read(self, row: Any) -> Frame:
        """row: id, at, outgoing, text."""
        kind, action, rest = self._text.of(row.text, row.outgoing)
        if len(row.text) >= LONGEST_FRAME and kind == "other":
            return _cut(row)
        trouble = _trouble(row.text, kind, action, row.outgoing)
        says = meaning(kind, action, rest) if kind in ("call", "result") else shortened(rest)
        return Frame(row.id, row.at, row.outgoing, kind, shortened(action), says, trouble, row.text)


def message_id(text: str) -> str:
    """Of a call or an answer; "" where it has none."""
    found = _BEGINNING.match(text)
    return found[2] if found else ""


def pretty(text: str) -> str:
    """Its JSON laid out on lines, or the text as it is."""
    try:
        laid_out = json.dumps(storable(json.loads(text)), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return text
    return laid_out if len(laid_out) <= _LONGEST_PRETTY else text


def _cut(row: Any) -> Frame:
    found = _BEGINNING.match(row.text)
    kind = _KINDS[found[1]] if found else "other"
    action = found[3] or "" if found and kind == "call" else ""
    says = f"its first {LONGEST_FRAME} characters: the books keep no more of a frame"
    return Frame(row.id, row.at, row.outgoing, kind, action, says, "", row.text)


def _trouble(text: str, kind: str, action: str, outgoing: bool) -> str:
    if outgoing:
        # What is wrong is in the call that it answers.
        return "the central system refused it" if kind == "error" else ""
    try:
        message = parse(text)
        if kind == "call":
            check_payload(CALL, action, message[3])
        elif kind == "result" and action:
            check_payload(CALL_RESULT, action, message[2])
    except FrameError as error:
        return shortened(str(error))
    if kind != "error":
        return ""
    if message[2] not in ERROR_CODES:
        return shortened(f"{message[2]!r} is not an error code of OCPP")
    return "the charger could not carry it out"
