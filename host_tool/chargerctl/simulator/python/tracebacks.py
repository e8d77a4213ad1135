# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Exceptions in the words of CircuitPython: only the program's frames, only the types a board has."""

from __future__ import annotations

from collections.abc import Callable
from types import FrameType, TracebackType

# What is among CircuitPython's translated texts ends in \r\n, what is not in \n.
_HEADER = "Traceback (most recent call last):\r\n"
_CAUSE = "\nThe above exception was the direct cause of the following exception:\n\n"
_CONTEXT = "\nDuring handling of the above exception, another exception occurred:\n\n"


def type_name(error: BaseException) -> str:
    """CPython splits OSError by errno, and ImportError and others by cause; a board does not."""
    kind = type(error)
    made_by_name = isinstance(error, OSError) and error.errno is None
    if kind.__module__ == "builtins" and not made_by_name:
        for base in (OSError, ImportError, UnicodeError, NameError, RecursionError):
            if issubclass(kind, base):
                return "RuntimeError" if base is RecursionError else base.__name__
    return kind.__name__


def format_exception(
    error: BaseException,
    *,
    chain: bool = True,
    limit: int | None = None,
    is_program: Callable[[FrameType], bool] = lambda frame: True,
) -> str:
    """The text that a board prints, ending in a line feed."""
    text = ""
    if chain:
        if error.__cause__ is not None:
            text = format_exception(error.__cause__, is_program=is_program) + _CAUSE
        elif error.__context__ is not None and not error.__suppress_context__:
            text = format_exception(error.__context__, is_program=is_program) + _CONTEXT
    lines = _frames(error.__traceback__, is_program)
    if isinstance(error, SyntaxError):
        lines.append(f'  File "{error.filename}", line {error.lineno}\r\n')
    if limit is not None:
        lines = lines[:limit]
    return text + _HEADER + "".join(lines) + describe(error) + "\n"


def describe(error: BaseException) -> str:
    """The last line: type and text."""
    if isinstance(error, SyntaxError):
        return f"{type_name(error)}: {'invalid syntax' if type(error) is SyntaxError else error.msg}"
    return f"{type_name(error)}: {error}"


def _frames(traceback: TracebackType | None, is_program: Callable[[FrameType], bool]) -> list[str]:
    lines = []
    while traceback is not None:
        if is_program(traceback.tb_frame):
            code = traceback.tb_frame.f_code
            lines.append(f'  File "{code.co_filename}", line {traceback.tb_lineno}, in {code.co_name}\r\n')
        traceback = traceback.tb_next
    return lines
