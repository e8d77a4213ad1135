# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What can go wrong: one function for each, which draws when, how long and how much. Grouped in files by where it acts.

INGREDIENTS: name -> draw(random, at_s) -> acts.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from chargerctl.simulator.chaos import at_the_board, at_the_central, on_the_link
from chargerctl.simulator.chaos.acts import Act

Draw = Callable[[Random, float], list[Act]]

INGREDIENTS: dict[str, Draw] = {
    draw.__name__: draw for draw in (*on_the_link.ALL, *at_the_central.ALL, *at_the_board.ALL)
}
