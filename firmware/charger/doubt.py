# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Whether a time that would set the clock by more than a day is believed. Loaded for one answer."""

from micropython import const

_DAY = const(86400)


def judge(clock, text, step, source, may, doubts, log):
    """None when it is believed, else why not: only a second answer that agrees is, whoever gave the first.

    `text`: the answer for the log. `step`: what it would add to the clock. `may`: this source may set the clock now.
    `doubts`: by source (NTP, the central system), the step to its last answer where that was not believed, else None.
    """
    agreed = [doubt is not None and abs(step - doubt) <= _DAY for doubt in doubts]
    if may and True in agreed:
        # They were steps from the time that the clock has now.
        doubts[:] = [None] * len(doubts)
        return None
    if not agreed[source]:
        log("clock", text + "? More than a day off: asking again")
        clock.asks = source > 0
    doubts[source] = step
    clock.waits = clock.waits or (may and source > 0)
    return "more than a day off"
