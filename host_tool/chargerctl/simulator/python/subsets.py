# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Built-in modules that are CPython's with fewer names. What differs in behaviour is a module of its own."""

from __future__ import annotations

import importlib
from types import ModuleType

from chargerctl.simulator.python.module import new_module

SUBSETS = {
    "array": "array",
    "binascii": "a2b_base64 b2a_base64 crc32 hexlify unhexlify",
    "errno": """EPERM ENOENT EIO EBADF EAGAIN ENOMEM EACCES EEXIST ENODEV EISDIR EINVAL EOPNOTSUPP EADDRINUSE
        ECONNABORTED ECONNRESET ENOBUFS ENOTCONN ETIMEDOUT ECONNREFUSED EHOSTUNREACH EALREADY
        EINPROGRESS""",
    "math": """e pi acos acosh asin asinh atan atan2 atanh ceil copysign cos cosh degrees erf erfc exp expm1 fabs floor
        fmod frexp gamma isfinite isinf isnan ldexp lgamma log log10 log2 modf pow radians sin sinh sqrt tan tanh
        trunc""",
    "re": "compile match search sub",
    "zlib": "decompress",
}


def subset(name: str) -> ModuleType:
    """The board's edition of this module."""
    host = importlib.import_module(name)
    members = {entry: getattr(host, entry) for entry in SUBSETS[name].split()}
    if name == "errno":
        members["errorcode"] = {number: entry for entry, number in members.items()}
    return new_module(name, **members)
