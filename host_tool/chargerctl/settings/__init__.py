# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Settings on the laptop: reads, checks, explains, renders and merges them."""

from chargerctl.settings.differences import salted_hashes
from chargerctl.settings.effective import Effective, effective, effective_for_simulation, render
from chargerctl.settings.merge import MergeError, MergeResult, merge
from chargerctl.settings.problems import Place, Problem, SettingsError

__all__ = [
    "Effective",
    "MergeError",
    "MergeResult",
    "Place",
    "Problem",
    "SettingsError",
    "effective",
    "effective_for_simulation",
    "merge",
    "render",
    "salted_hashes",
]
