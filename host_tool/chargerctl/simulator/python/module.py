# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the built-in modules are made of."""

from __future__ import annotations

from types import ModuleType
from typing import Any


def new_module(name: str, *members: Any, **named: object) -> ModuleType:
    """A module with these `members`, under their own names, those that are `named`, and no others; the `__module__` of
    its classes is its name."""
    module = ModuleType(name)
    module.__dict__.clear()
    module.__dict__.update(__name__=name, **{member.__name__: member for member in members}, **named)
    for member in (*members, *named.values()):
        if isinstance(member, type) and member.__module__.startswith("chargerctl."):
            member.__module__ = name
    return module


def choices(name: str, *names: str) -> Any:
    """A class with its only instances, as digitalio.Direction has INPUT and OUTPUT, and their repr."""
    cls: Any = type(name, (), {})
    for each in names:
        setattr(cls, each, cls())
    texts = {id(getattr(cls, each)): each for each in names}
    cls.__repr__ = lambda self: f"{cls.__module__}.{name}.{texts[id(self)]}"
    return cls


class Resource:
    """What holds pins of the board until `deinit()`."""

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.deinit()

    def deinit(self) -> None:
        raise NotImplementedError


def deinitialized() -> ValueError:
    return ValueError("Object has been deinitialized and can no longer be used. Create a new object.")
