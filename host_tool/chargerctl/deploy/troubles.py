# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Turns an OSError of a drive into an error message: the cause, the state of the board, and what to do."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from chargerctl.errors import ChargerctlError
from chargerctl.transport.names import shortened
from chargerctl.transport.volume import BoardError, ForeignError, TooMuchError

_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}
_NAME_TAKEN = {errno.EEXIST, errno.EISDIR, errno.ENOTDIR}
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG} if hasattr(errno, "EDQUOT") else {errno.ENOSPC}


def explain(error: OSError, drive: str, committed: bool, reading: bool = False) -> ChargerctlError:
    """committed: whether the deploy had passed its commit, so that the board holds or finishes it. reading: nothing was to
    be written."""
    if isinstance(error, BoardError):
        cause = error.message
    elif isinstance(error, ForeignError):
        cause = (
            f"{error.path} on {drive} is {error.what}, and chargerctl uses only files and folders of the drive itself: "
            "remove it, then run this again"
        )
    elif isinstance(error, TooMuchError):
        cause = f"{drive} is no board's drive: {error.what} than any has; name another with --drive"
    elif reading and error.errno in _READ_ONLY:
        cause = f"{error.filename or drive} cannot be read ({error.strerror}): see who may read it, then run this again"
    elif reading and error.errno in _NAME_TAKEN:
        cause = (
            f"{error.filename or drive} is not the file that should be there ({error.strerror}): "
            "remove it, then run this again"
        )
    elif error.errno == errno.ENAMETOOLONG and error.filename == drive:
        cause = (
            f"{shortened(drive)} is too long for a name: name the folder where the board's drive is mounted"
        )
    elif error.errno in _READ_ONLY:
        cause = (
            f"{drive} is read-only: the firmware owns it ([storage] kind = file: hold the service button while "
            "pressing reset), or it was unplugged while in use (eject it, plug it in again)"
        )
    elif error.errno in _FULL:
        cause = (
            f"{drive} is full: another program wrote to it during the deploy; "
            "delete files that are not needed, then run this again"
        )
    elif error.errno in _NAME_TAKEN:
        cause = (
            f"{error.filename or 'a file'} cannot be written to {drive}: a file or folder with that name, maybe in other "
            f"case, exists ({error.strerror}): rename or remove it, then run this again"
        )
    else:
        what = error.strerror or str(error)
        cause = f"{drive} was unplugged or fails ({what}): plug the board in again and run this again"
    return ChargerctlError(f"{cause}. {_state(committed)}", errno=error.errno, committed=committed)


class StoppedError(ChargerctlError):
    """Ctrl-C while a drive was written: the exit status that a shell has for it."""

    exit_status = 130


def stopped(committed: bool, finished: bool = False) -> StoppedError:
    """Ctrl-C; committed: as above; finished: and all of it was carried out."""
    state = "Everything was written before that." if finished else _state(committed)
    return StoppedError(f"stopped. {state}", committed=committed)


def _state(committed: bool) -> str:
    if committed:
        return "The board holds its outputs safe; a reset or the next deploy finishes this one."
    return "Nothing on the board has changed."


@contextmanager
def explained(drive: str) -> Iterator[None]:
    """For code that only reads a drive: its OSError becomes a ChargerctlError."""
    try:
        yield
    except OSError as error:
        raise explain(error, drive, committed=False, reading=True) from error
