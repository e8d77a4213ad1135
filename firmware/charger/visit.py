# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Modules that are loaded for one job and unloaded after it: what a pass, a session and a lost link do not need.

A visitor imports only what stays loaded anyway, or what it hands to `leave` itself.
"""

import sys

# Reading and linking modules of 4 KB of bytecode in all; from source a board compiles them, too. Ask
# stalls.allow(LOAD_MS) first wherever the relay may be closed.
LOAD_MS = 250


def visit(name):
    """The module `charger.<name>`, read from the drive now. It lives as long as the caller holds on to it, or to anything
    that it made. Raises MemoryError when there is no room for it: then postpone the job, or refuse it."""
    name = "charger." + name
    try:
        __import__(name)
        return sys.modules[name]
    finally:
        leave(name)


def leave(*names):
    """Unload modules: delete every name that holds them. Objects that still use a part of one keep that part."""
    for name in names:
        if name in sys.modules:
            # Not by pop(): MicroPython clears a deleted entry, so that the module can be collected.
            del sys.modules[name]
        package, _, module = name.rpartition(".")
        if package and hasattr(sys.modules[package], module):
            delattr(sys.modules[package], module)
