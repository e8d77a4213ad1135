# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The errors that CircuitPython's modules raise, in its words."""

from __future__ import annotations

import errno

_TEXTS = {
    "EPERM": "Operation not permitted",
    "ENOENT": "No such file/directory",
    "EIO": "Input/output error",
    "EACCES": "Permission denied",
    "EEXIST": "File exists",
    "ENODEV": "No such device",
    "EINVAL": "Invalid argument",
    "ENOSPC": "No space left on device",
    "EROFS": "Read-only filesystem",
}


def os_error(name: str, what: str = "") -> OSError:
    """An OSError with its errno set, which on CPython needs two arguments; most have no text on a board."""
    text = _TEXTS.get(name, name)
    return OSError(getattr(errno, name), f"{text}: {what}" if what else text)


class ReloadException(BaseException):
    """Raised in the program to end it for a reload; passes `except Exception`."""


class IDFError(OSError):
    """espidf.IDFError: ESP-IDF gave up. It has a text and no errno."""


class EspMemoryError(MemoryError):
    """espidf.MemoryError: ESP-IDF's own memory ran out. No OSError, and no matter of the program's heap."""


# As the board prints them.
EspMemoryError.__name__ = EspMemoryError.__qualname__ = "MemoryError"
