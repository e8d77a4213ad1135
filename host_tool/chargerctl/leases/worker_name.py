# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The names of processes that speak to chargers: host, process id, and what makes it unlike any other: half of it says where
process ids mean the same, the other half is new each time."""

from __future__ import annotations

import os
import secrets
import socket
import uuid
from functools import cache
from hashlib import blake2b
from pathlib import Path

_HALF = 6


def own_name() -> str:
    """A new name of this process."""
    return name_of(os.getpid())


def name_of(process: int) -> str:
    """A new name of a process on this computer."""
    return f"{socket.gethostname()}-{process}-{_place()}{secrets.token_hex(_HALF // 2)}"


def has_ended(name: str) -> bool:
    """Whether this process is known not to run: it was on this computer, and is gone. Its lease may last still."""
    rest, _, unlike = name.rpartition("-")
    host, _, process = rest.rpartition("-")
    if os.name != "posix" or host != socket.gethostname() or unlike[:_HALF] != _place():
        return False
    try:
        os.kill(int(process), 0)
    except (ProcessLookupError, OverflowError):
        return True
    except (OSError, ValueError):  # somebody else's; or no name of ours
        return False
    return False


@cache
def _place() -> str:
    """Containers may have one host name, and each counts its processes from 1: so the start of the kernel, and the namespace
    of process ids, where there are some."""
    try:
        place = Path("/proc/sys/kernel/random/boot_id").read_text() + str(
            Path("/proc/self/ns/pid").readlink()
        )
    except OSError:
        place = str(uuid.getnode())
    return blake2b(place.encode(), digest_size=_HALF // 2).hexdigest()
