# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The names of processes that speak to chargers: host, process id, and what makes it unlike any other."""

from __future__ import annotations

import os
import secrets
import socket


def own_name() -> str:
    """A new name of this process."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"


def has_ended(name: str) -> bool:
    """Whether this process is known not to run: it was on this computer, and is gone. Its lease may last still."""
    host, _, rest = name.rpartition("-")[0].rpartition("-")
    if host != socket.gethostname() or not rest.isdecimal() or os.name != "posix":
        return False
    try:
        os.kill(int(rest), 0)
    except (ProcessLookupError, OverflowError):
        return True
    except OSError:  # somebody else's
        return False
    return False
