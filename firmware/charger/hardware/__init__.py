# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The board's parts, one file each: the only modules beside net/ that import CircuitPython's own.

A part that is missing or breaks logs it once, sets `.lost`, tries itself again, and logs when it is back; nothing raises
out of a step. `now` is ticks in ms, `log(tag, text)` the console's, `stalls.allow(ms)` whether a call may block for that
long. Pins are pin objects, None where there is none. A module is imported only where its part is switched on: what is not
imported costs no memory. parts.py makes them all, by the settings and profiles.py.
"""
