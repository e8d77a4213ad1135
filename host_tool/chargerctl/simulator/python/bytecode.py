# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A .mpy on a simulated drive is run as the text it was compiled from, which this laptop has to know."""

from __future__ import annotations

from functools import cache

from chargerctl.deploy.bytecode.compiler import NoCompilerError, compile_image, defect
from chargerctl.deploy.bytecode.source_record import SourceRecord
from chargerctl.deploy.image import firmware_image
from chargerctl.deploy.libraries.wheels import wheel_libraries
from chargerctl.files import state_folder


def text_of_mpy(mpy: bytes, file: str) -> tuple[bytes, str]:
    """(the text, the name that tracebacks have for it) of the compiled `file`, with the names that the board has.

    Raises ValueError, as a board does, for a .mpy that it cannot load; ImportError where the source is unknown.
    """
    if defect(mpy):
        is_micropython = mpy[:1] == b"M"
        raise ValueError(
            "MicroPython .mpy file; use CircuitPython mpy-cross"
            if is_micropython
            else "incompatible .mpy file"
        )
    # What another laptop has deployed may be this version all the same.
    made = SourceRecord(state_folder()).made(mpy) or _installed().made(mpy)
    if made is None:
        raise ImportError(
            f"source of {file} not found (damaged, or compiled on another laptop): run chargerctl deploy (libraries: --libs "
            "wheels), or put the .py beside it"
        )
    return made.source.encode(), made.path


@cache
def _installed() -> SourceRecord:
    record = SourceRecord(None)
    image = firmware_image() | wheel_libraries()
    try:
        compile_image(image, record)
        compile_image(image, record, own_names=True)
    except NoCompilerError:
        pass  # nothing that was compiled is known then
    return record
