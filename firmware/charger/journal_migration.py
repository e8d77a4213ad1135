# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What earlier versions of the journal's records say, as records of this one. A visitor.

MIGRATIONS = {version: function(kind, payload) -> (kind, payload)}. Version 1 was never released; it keeps this way open.
"""

from charger import records


def _from_1(kind, payload):
    """A start did not say whether a card was presented here, and a meter value had no power."""
    if kind == records.START:
        payload = payload[:12] + b"\x01" + payload[12:]
    elif kind == records.METER:
        payload += bytes(4)
    return kind, payload


MIGRATIONS = {1: _from_1}
