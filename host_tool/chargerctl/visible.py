# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Makes what a terminal would carry out, and not show, visible: names, texts and frames come from strangers."""

from __future__ import annotations

# Control characters but the tab, line ends among them: one line of ours stays one line. Then what reverses the direction of
# text, the two line ends of Unicode, and what has no width. The two joiners are not among them: scripts and emoji need them.
_HIDDEN = [
    *range(0x20),
    *range(0x7F, 0xA0),
    0xAD,
    0x61C,
    0x180E,
    0x200B,
    0x200E,
    0x200F,
    *range(0x2028, 0x202F),
    *range(0x2060, 0x2070),
    0xFEFF,
    *range(0xE0000, 0xE0080),
]
_SHOWN = {code: ascii(chr(code))[1:-1] for code in _HIDDEN if code != ord("\t")}


def visible(line: str) -> str:
    r"""The line with such characters as Python writes them: \x1b, \u202e."""
    return line.translate(_SHOWN)


def visible_text(text: str) -> str:
    r"""The same for a text that stands in a line of ours: its tabs, too, which would move what follows, as \t."""
    return visible(text).replace("\t", r"\t")
