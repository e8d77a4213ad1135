# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Built-in modules that are CPython's or Blinka's with fewer names. What differs in behaviour is a module of its own."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

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
# As far as Blinka has them: bitmaptools is without replace_color.
OF_BLINKA = {
    "bitmaptools": """BlendMode DitherAlgorithm alphablend arrayblit blit boundary_fill dither draw_circle draw_line
        draw_polygon fill_region readinto rotozoom""",
    "busdisplay": "BusDisplay",
    "displayio": """Bitmap CIRCUITPYTHON_TERMINAL ColorConverter Colorspace Group OnDiskBitmap Palette TileGrid
        release_displays""",
    "fourwire": "FourWire",
    "i2cdisplaybus": "I2CDisplayBus",
    "vectorio": "Circle Polygon Rectangle",
}


def subset(board: Any, name: str) -> ModuleType | None:
    """The board's edition of this module; None when it is none of these."""
    if name in OF_BLINKA:
        # Imported when it is used, as the modules are: it needs the VM.
        displays = importlib.import_module("chargerctl.simulator.display.displays")
        names, whole = OF_BLINKA[name], displays.core(board).blinka.load(name)
    elif name in SUBSETS:
        names, whole = SUBSETS[name], importlib.import_module(name)
    else:
        return None
    members = {entry: getattr(whole, entry) for entry in names.split()}
    if name == "errno":
        members["errorcode"] = {number: entry for entry, number in members.items()}
    return new_module(name, **members)
