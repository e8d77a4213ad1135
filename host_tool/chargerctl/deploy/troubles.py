# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Turns an OSError of a drive into an error message: the cause, the state of the board, and what to do."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from chargerctl.errors import ChargerctlError

_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}
_IN_THE_WAY = {errno.EEXIST, errno.EISDIR, errno.ENOTDIR}
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG} if hasattr(errno, "EDQUOT") else {errno.ENOSPC}


def explain(error: OSError, drive: str, committed: bool) -> ChargerctlError:
    """committed: whether the deploy had passed its commit, so that the board holds or finishes it."""
    if error.errno in _READ_ONLY:
        cause = (
            f"{drive} is read-only: the firmware owns it ([storage] kind = file: hold the service button while "
            "pressing reset), or it was unplugged while in use (eject it, plug it in again)"
        )
    elif error.errno in _FULL:
        cause = (
            f"{drive} is full: another program wrote to it during the deploy; "
            "delete files that are not needed, then run this again"
        )
    elif error.errno in _IN_THE_WAY:
        cause = (
            f"{error.filename or 'a file'} cannot be written to {drive}: a file or folder with that name, maybe in other "
            f"case, exists ({error.strerror}): rename or remove it, then run this again"
        )
    else:
        what = error.strerror or str(error)
        cause = f"{drive} was unplugged or fails ({what}): plug the board in again and run this again"
    state = (
        "The board holds its outputs safe; a reset or the next deploy finishes this one."
        if committed
        else "Nothing on the board has changed."
    )
    return ChargerctlError(f"{cause}. {state}", errno=error.errno, committed=committed)


@contextmanager
def explained(drive: str) -> Iterator[None]:
    """For code that only reads a drive: its OSError becomes a ChargerctlError."""
    try:
        yield
    except OSError as error:
        raise explain(error, drive, committed=False) from error
