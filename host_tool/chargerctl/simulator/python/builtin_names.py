# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The built-in names of CircuitPython: what CPython has beyond them is a NameError on the board, and here."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any

from chargerctl.simulator.machine.errors import ReloadException
from chargerctl.simulator.machine.hardware import Hardware

# py/modbuiltins.c with the options of a full build.
_NAMES = """
    __build_class__ bool bytes bytearray complex dict enumerate filter float frozenset int list map memoryview object
    property range reversed set slice str super tuple type zip classmethod staticmethod Ellipsis NotImplemented
    abs all any bin callable chr delattr dir divmod getattr setattr globals hasattr hash hex id isinstance issubclass
    iter len locals max min next oct ord pow repr round sorted sum
    BaseException ArithmeticError AssertionError AttributeError EOFError Exception GeneratorExit ImportError
    IndentationError IndexError KeyboardInterrupt KeyError LookupError MemoryError NameError NotImplementedError
    OSError TimeoutError ConnectionError BrokenPipeError OverflowError RuntimeError StopAsyncIteration StopIteration
    SyntaxError SystemExit TypeError UnicodeError ValueError ZeroDivisionError Warning FutureWarning
"""
NAMES = frozenset(_NAMES.split())


def board_builtins(
    board: Hardware, import_name: Callable[..., Any], execute: Callable[..., Any]
) -> dict[str, Any]:
    """The namespace of the `builtins` module for a VM that imports and executes with these."""

    def program_print(*values: object, sep: str = " ", end: str = "\n", file: Any = None) -> None:
        text = sep.join(map(str, values)) + end
        if file is None:
            board.console.print(text)
        else:
            file.write(text)

    def program_input(prompt: str = "") -> str:
        board.console.print(prompt)
        line = bytearray()
        while True:
            board.clock.wait(lambda: board.console.typed)
            byte = board.console.typed.pop(0)
            if byte in b"\r\n":
                board.console.print("\n")
                return line.decode()
            board.console.print(chr(byte))
            line.append(byte)

    def program_open(file: str, mode: str = "r", buffering: int = -1, encoding: str | None = None) -> Any:
        return board.drive.open(file, mode)

    def program_exec(source: str, scope: dict[str, Any] | None = None, *_: object) -> None:
        execute(source, "<string>", {} if scope is None else scope)

    def program_eval(source: str, scope: dict[str, Any] | None = None, *_: object) -> Any:
        return execute(source, "<string>", {} if scope is None else scope, "eval")

    return {name: getattr(builtins, name) for name in NAMES} | {
        "__name__": "builtins",
        "__import__": import_name,
        "ReloadException": ReloadException,
        "print": program_print,
        "input": program_input,
        "open": program_open,
        "exec": program_exec,
        "eval": program_eval,
        "help": lambda *_: board.console.print("Welcome to Adafruit CircuitPython!\n"),
    }
