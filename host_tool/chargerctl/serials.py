# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the serial of a charger may be, or its identity in OCPP-J, which is the same: one level of an MQTT topic, a row of
the books, part of a path and of a line of the log. Who is heard under a name can also be booked under it."""

from __future__ import annotations

import re

MOST_CHARACTERS = 48

# No `/`, `+` or `#`, nothing that is invisible, and not dots alone, which are another place in a path. OCPP-J 3.1.1 has
# "RDAM 123" as an example, hence the space; a MAC address has colons. Our own may begin with any of their characters.
_SERIAL = re.compile(
    r"(?!\.+$)[A-Za-z0-9_.-]([A-Za-z0-9 ._~!$&'()*,;=:@-]{0,46}[A-Za-z0-9._~!$&'()*,;=:@-])?"
)


def why_no_serial(text: str) -> str:
    """What is wrong with one that is none, for its owner; of a text that is too long only its beginning is repeated."""
    shown, rule = (
        text,
        "letters, digits and ._~!$&'()*,;=:@-, spaces inside, and a letter, a digit, _, . or - in front",
    )
    if len(text) > MOST_CHARACTERS:
        shown, rule = f"{text[:20]}…", f"characters, not {len(text)}"
    return f"{shown!r} cannot be the serial of a charger: it is 1 to {MOST_CHARACTERS} {rule}"


def is_serial(text: str) -> bool:
    """1 to 48 letters, digits and `._~!$&'()*,;=:@-`, spaces inside; the first is a letter, a digit, `_`, `.` or `-`."""
    return _SERIAL.fullmatch(text) is not None
