# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What an error of the file system means for the person with the drive: cause, state of the board, remedy."""

from __future__ import annotations

import errno

from chargerctl.errors import ChargerctlError

_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}
_IN_THE_WAY = {errno.EEXIST, errno.EISDIR, errno.ENOTDIR}
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG} if hasattr(errno, "EDQUOT") else {errno.ENOSPC}


def explain(error: OSError, drive: str, committed: bool) -> ChargerctlError:
    """One line. committed: whether the board will finish, or hold, what was begun."""
    if error.errno in _READ_ONLY:
        cause = (
            f"{drive} is read-only: the charger's program owns it ([storage] kind = file: hold the service "
            "button while pressing reset), or it was unplugged while in use (eject it, plug it in again)"
        )
    elif error.errno in _FULL:
        cause = (
            f"{drive} is full: something else wrote to it meanwhile; "
            "delete what is not needed, then run this again"
        )
    elif error.errno in _IN_THE_WAY:
        cause = (
            f"on {drive} something of another kind or spelling stands where {error.filename or 'a file'} has to go "
            f"({error.strerror}): rename or remove it, then run this again"
        )
    else:
        what = error.strerror or str(error)
        cause = f"{drive} went away or fails ({what}): plug the board in again and run this again"
    state = (
        "The board holds its outputs safe and finishes by itself at a reset, or with the next deploy."
        if committed
        else "The board still has what it had."
    )
    return ChargerctlError(f"{cause}. {state}", errno=error.errno, committed=committed)
