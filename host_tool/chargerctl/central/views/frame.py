# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What was said between a charger and the central system."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from chargerctl.central.views.described import Described

if TYPE_CHECKING:
    from chargerctl.central.messages.frame_text import FrameText


@dataclass(frozen=True)
class Frame(Described):
    """A frame of OCPP-J, as it is kept: without secrets, and of a very long one the beginning."""

    id: int
    """It grows with time."""
    time: str
    """In milliseconds."""
    direction: Literal["in", "out"]
    """in: from the charger."""
    kind: str
    """call, result, error, or other: it is no frame of OCPP-J."""
    action: str | None
    """Of the call, or of the one that it answers; null where that is not known."""
    frame: str
    text: str
    """For a person: the payload as JSON, or the error."""


def frame(row: Any, text: FrameText) -> Frame:
    """row: of last_frames(); text: what the frames before it were given to."""
    kind, action, rest = text.of(row.text, row.outgoing)
    time = datetime.fromtimestamp(row.at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return Frame(row.id, time, "out" if row.outgoing else "in", kind, action or None, row.text, rest)
