# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the built-in modules are made of."""

from __future__ import annotations

from types import ModuleType


def new_module(name: str, **members: object) -> ModuleType:
    """A module with these names and no others; classes in it say that they are from there."""
    module = ModuleType(name)
    module.__dict__.clear()
    module.__dict__.update(__name__=name, **members)
    for member in members.values():
        if isinstance(member, type) and member.__module__.startswith("chargerctl."):
            member.__module__ = name
    return module


def choices(cls: type, *names: str) -> None:
    """Give the class its only instances, as digitalio.Direction has INPUT and OUTPUT, and them their repr."""
    for name in names:
        setattr(cls, name, object.__new__(cls))
    texts = {id(getattr(cls, name)): name for name in names}

    def text(self: object) -> str:
        return f"{cls.__module__}.{cls.__name__}.{texts[id(self)]}"

    cls.__repr__ = text  # type: ignore[method-assign, assignment]
