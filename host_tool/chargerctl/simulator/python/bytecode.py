# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A .mpy on a simulated drive is run as the text it was compiled from, which this laptop has to know."""

from __future__ import annotations

from functools import cache

from chargerctl.deploy.bytecode import NoCompilerError, compile_image, defect
from chargerctl.deploy.image import firmware_image
from chargerctl.deploy.requirements import required_libraries
from chargerctl.deploy.source_record import Made, SourceRecord
from chargerctl.deploy.wheels import wheel_libraries
from chargerctl.state import state_folder


def text_of_mpy(mpy: bytes, file: str) -> tuple[bytes, str]:
    """(the text, the name that tracebacks have for it) of the compiled `file`, with the names that the board has.

    Raises ValueError, as a board does, for what is no .mpy for it; ImportError for one of which the text is not known.
    """
    if defect(mpy):
        is_micropython = mpy[:1] == b"M"
        raise ValueError(
            "MicroPython .mpy file; use CircuitPython mpy-cross"
            if is_micropython
            else "incompatible .mpy file"
        )
    made = SourceRecord(state_folder()).made(mpy) or _made_of_the_installed(mpy)
    if made is None:
        raise ImportError(
            f"{file} cannot be simulated: it is damaged, or was compiled elsewhere from a text that is not known here; "
            "chargerctl deploy from this laptop mends the charger package, with --libs wheels the libraries too; or put "
            "the .py file beside it"
        )
    return made.source.encode(), made.path


def _made_of_the_installed(mpy: bytes) -> Made | None:
    """What another laptop has deployed may be this version all the same."""
    return _installed().made(mpy)


@cache
def _installed() -> SourceRecord:
    record = SourceRecord(None)
    image = firmware_image() | wheel_libraries(required_libraries())
    try:
        compile_image(image, record)
        compile_image(image, record, own_names=True)
    except NoCompilerError:
        pass  # nothing that was compiled is known then
    return record
