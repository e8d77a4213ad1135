# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""How many connections this process can have: each is a file descriptor. Most systems allow 1,024 unless the program asks
for more; Windows has no such limit."""

from __future__ import annotations

import asyncio
import errno
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from chargerctl.errors import ChargerctlError
from chargerctl.events.event import Event, Tell

FEW = 1024
# What a process needs for itself: books, listening sockets, threads, standard streams.
_OWN = 30
# macOS has no hard limit, and takes no more than what its kernel allows.
_WHERE_UNLIMITED = (65_536, 10_240)
_REMEDY = "raise the limit: `ulimit -n`, or LimitNOFILE= in a systemd unit"
_TOLD_AGAIN_S = 60.0


def prepare(tell: Tell) -> None:
    """Allow as many as the system lets this process have; tell if they are few."""
    allowed = raise_limit()
    if allowed is not None and allowed < FEW:
        text = (
            f"{allowed} open files are allowed: at most about {max(0, allowed - _OWN)} connections; {_REMEDY}"
        )
        tell(Event("warning", text, details={"open_files": allowed}))


def raise_limit() -> int | None:
    """Raise the soft limit to the hard one; what it is now, None where there is none."""
    if sys.platform == "win32":
        return None
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    unlimited = hard == resource.RLIM_INFINITY
    for wanted in _WHERE_UNLIMITED if unlimited else (hard,):
        if soft == resource.RLIM_INFINITY or soft >= wanted:
            break
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (OSError, ValueError):
            continue
        return wanted
    return None if soft == resource.RLIM_INFINITY else soft


def enough_for(connections: int) -> None:
    """Raise the limit; ChargerctlError where this process still may not have so many."""
    allowed = raise_limit()
    if allowed is not None and allowed < connections + _OWN:
        raise ChargerctlError(
            f"{connections:,} connections need as many open files, and {allowed:,} are allowed: {_REMEDY}"
        )


def used_up(error: OSError) -> ChargerctlError:
    """No connection can be opened for lack of descriptors: EMFILE or ENFILE."""
    return ChargerctlError(f"no more connections can be opened: {error.strerror}; {_REMEDY}")


def share(most: int, part: int) -> int:
    """So many connections, and at most one of `part` of what the system lets this process have."""
    allowed = raise_limit()
    return most if allowed is None else min(most, allowed // part)


def watch(loop: asyncio.AbstractEventLoop, tell: Tell, clock: Callable[[], float] = time.monotonic) -> None:
    """Have it told, once a minute, that no more connections can be accepted. asyncio tries again each second, and would
    print a hundred tracebacks each time."""
    told_at = float("-inf")

    def handle(loop: asyncio.AbstractEventLoop, context: Mapping[str, Any]) -> None:
        nonlocal told_at
        error = context.get("exception")
        if not isinstance(error, OSError) or error.errno not in (errno.EMFILE, errno.ENFILE):
            loop.default_exception_handler(dict(context))
        elif clock() - told_at >= _TOLD_AGAIN_S:
            told_at = clock()
            text = f"no more connections can be accepted until some end: {error.strerror}; {_REMEDY}"
            tell(Event("descriptors", text))

    loop.set_exception_handler(handle)
