# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What CircuitPython says around a program, in the language of the build, and the titles between its lines."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    output: str
    done: str
    press: str
    reboot: str
    traceback: str
    line: str


LANGUAGES = {
    "en": Words(
        "code.py output:",
        "Code done running.",
        "Press any key to enter the REPL. Use CTRL-D to reload.",
        "soft reboot",
        "Traceback (most recent call last):",
        ", line ",
    ),
    "de": Words(
        "Ausgabe von code.py:",
        "Das Programm ist zu Ende.",
        "Drücke eine Taste für die REPL, STRG-D für einen Neustart.",
        "weicher Neustart",
        "Rückverfolgung (jüngster Aufruf zuletzt):",
        ", Zeile ",
    ),
    "zh": Words(
        "code.py shūchū:",
        "Chéngxù yǐ jiéshù.",
        "Àn rènyì jiàn jìnrù REPL. Àn CTRL-D chóngxīn jiāzài.",
        "ruǎn chóngqǐ",
        "Zhuīsù (zuìjìn yīcì dǎ diànhuà):",
        ", xíng ",
    ),
}


def spoken(out: bytes, words: Words) -> bytes:
    """What the VM printed, as a board sends it: ends of lines as for a terminal, tracebacks in this language."""
    out = re.sub(rb"(?<!\r)\n", b"\r\n", out)
    english = LANGUAGES["en"]
    out = out.replace(english.traceback.encode(), words.traceback.encode())
    return re.sub(rb", line (?=\d+, in )", words.line.encode(), out)


def titled(out: bytes, title: str) -> bytes:
    """The title of the terminal's window between lines, and before and after what a statement answers."""
    sequence = f"\x1b]0;{title}\x1b\\".encode()
    return sequence + re.sub(rb"(\n|\x04)", rb"\1" + sequence.replace(b"\\", rb"\\"), out)
