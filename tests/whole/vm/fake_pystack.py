# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Runs on the VM, which has no pystack: counts one, for modules into which tests/whole/vm/depth.py has put the calls."""

import builtins


class Pystack:
    """`deepest` bytes so far, by `chain`: [(name, bytes)]. Beyond `size` a call raises as on a board."""

    def __init__(self):
        self.size = 1 << 20
        self.used = self.deepest = 0
        self.frames = []
        self.chain = ()

    def enter(self, size, name):
        if self.used + size > self.size:
            raise RuntimeError("pystack exhausted")
        self.used += size
        self.frames.append((name, size))
        if self.used > self.deepest:
            self.deepest = self.used
            self.chain = tuple(self.frames)
        return len(self.frames) - 1

    def leave(self, depth, value=None):
        """Give back everything since the `enter` that gave `depth`; `value`."""
        while len(self.frames) > depth:
            self.used -= self.frames.pop()[1]
        return value

    def arguments(self, called, size, always):
        """A call of `called` begins; a bound method's arguments take `size`, a starred one's `always`."""
        return self.enter(always + (size if type(called) is _BOUND else 0), "arguments")

    def forget(self):
        self.deepest = 0
        self.chain = ()


pystack = Pystack()
_BOUND = type(pystack.forget)
builtins._pystack = pystack
