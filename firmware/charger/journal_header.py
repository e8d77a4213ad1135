# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Reads the header of a log; journal_rewriting.py makes it. A visitor."""

import struct
from binascii import crc32


def opened(head):
    """(version, sequence, identity) of these 16 bytes; None: they are no header, or a damaged one."""
    if head[:2] != b"CJ" or head[12:] != struct.pack("<I", crc32(head[:12]) & 0xFFFFFFFF):
        return None
    return head[2], head[3], head[4:12]
