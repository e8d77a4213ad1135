# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Settings on the laptop: reads, checks, explains, renders and merges them.

Here is what nearly every command needs; merge.py and edit.py are loaded by those that write.
"""

from chargerctl.settings.effective import Effective, effective, effective_for_simulation, render
from chargerctl.settings.problems import Place, Problem, SettingsError

__all__ = [
    "Effective",
    "Place",
    "Problem",
    "SettingsError",
    "effective",
    "effective_for_simulation",
    "render",
]
