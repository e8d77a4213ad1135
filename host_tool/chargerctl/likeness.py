# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Finds the known word that a misspelt word probably means, for `did you mean` hints."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str], cutoff: float = 0.7) -> str | None:
    """The most similar known word. cutoff: 0 (any word) to 1 (only the same word)."""
    import difflib  # only after a mistake

    return next(iter(difflib.get_close_matches(word, list(known), n=1, cutoff=cutoff)), None)


def did_you_mean(near: str | None, otherwise: str = "is not a setting") -> str:
    return f"did you mean {near}?" if near else otherwise
