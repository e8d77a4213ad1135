# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Masks secrets in what a board prints: the values in the settings, and whatever is assigned to the name of a secret."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from chargerctl.settings.secret_names import is_secret
from chargerctl.settings.table import MASK

# Shorter ones are masked only as whole words: they may be a part of many.
_SHORT = 6
_LONGEST = 256  # characters; no setting takes more
# Of a secret that a lost connection has cut off, so much is masked.
_TELLING = 3
_ASSIGNED = re.compile(r"""(?<![\w.-])([\w.-]{1,99})["']?\s*=\s*(?=\S)""")

_is_secret = lru_cache(maxsize=512)(is_secret)


class Masker:
    """values: the secrets that are known; empty ones do not count."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        known = sorted({each[:_LONGEST] for each in values if each.strip()}, key=len, reverse=True)
        self._known = known
        self._encoded = [each.encode() for each in known]
        words = (
            rf"(?<!\w){re.escape(each)}(?!\w)" if len(each) < _SHORT else re.escape(each) for each in known
        )
        self._pattern = re.compile("|".join(words)) if known else None

    def masked(self, text: str, cut: bool = False) -> str:
        """cut: the text ends where a connection was lost, which may be within a secret."""
        if cut and self._known:
            beginning = _beginning(text, self._known)
            if beginning >= _TELLING:
                text = text[:-beginning] + MASK
        if self._pattern and any(each in text for each in self._known):
            text = self._pattern.sub(MASK, text)
        if "=" in text:
            for assigned in _ASSIGNED.finditer(text):
                if _is_secret(assigned[1]):
                    return text[: assigned.end()] + MASK
        return text

    def held(self, part: bytes) -> int:
        """How many bytes at its end may be the beginning of a secret."""
        return _beginning(part, self._encoded)


def _beginning(text: str | bytes, secrets: Iterable[str | bytes]) -> int:
    """The length of the longest end of the text that a secret begins with, and that is not the whole secret."""
    return max(
        (
            length
            for each in secrets
            for length in range(1, len(each))
            if text.endswith(each[:length])  # type: ignore[arg-type]
        ),
        default=0,
    )
