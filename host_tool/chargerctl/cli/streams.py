# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Makes stdin, stdout and stderr usable where they are closed, or have an encoding that lacks our characters."""

from __future__ import annotations

import errno
import io
import os
import sys
from contextlib import suppress

# What writing to stdout or stderr can fail with.
_OUTPUT_FAILS = (errno.EPIPE, errno.ENOSPC, errno.EIO, errno.EBADF, errno.EFBIG)

_STREAMS = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))


def open_streams() -> None:
    """Open a closed stream as /dev/null; let characters that an encoding lacks through as escapes."""
    for number, (name, mode) in enumerate(_STREAMS):
        stream = getattr(sys, name)
        if stream is None:
            # In this order each gets its own number back. Otherwise the next file that is opened would get it, and what is
            # printed would be written there.
            descriptor = os.open(os.devnull, os.O_RDWR)
            if descriptor != number:
                os.dup2(descriptor, number)
                os.close(descriptor)
            os.set_inheritable(number, True)
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="surrogateescape" if mode == "r" else "backslashreplace")


def output_failed(error: OSError) -> bool:
    """Whether `error` comes from writing to stdout or stderr."""
    return error.filename is None and error.errno in _OUTPUT_FAILS


def give_up_output(error: OSError) -> None:
    """Say so on stderr, if it can be said, unless the reader of a pipe has exited, as head does."""
    if error.errno != errno.EPIPE:
        with suppress(OSError):
            print(f"chargerctl: cannot write the output: {error.strerror}", file=sys.stderr, flush=True)
    # Python writes what is still in its buffers when it exits, and would fail again.
    for stream in (sys.stdout, sys.stderr):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
