# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The files that CircuitPython runs by itself, of each group the first that is there. After its main.c."""

SAFE_MODE_FILES = ("safemode.py", "safemode.txt")
BOOT_FILES = ("boot.py", "boot.txt")
CODE_FILES = (
    *("code.txt", "code.py", "main.py", "main.txt"),
    *("code.txt.py", "code.py.txt", "code.txt.txt", "code.py.py"),
    *("main.txt.py", "main.py.txt", "main.txt.txt", "main.py.py"),
)
