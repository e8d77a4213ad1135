# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Makes the conversations of a central system for real chargers: that of `central serve`, and that of a fleet in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from chargerctl.central.books.interface import Books, Outcome
from chargerctl.central.conversation.conversation import Conversation
from chargerctl.central.conversation.ended import Ended
from chargerctl.central.conversation.manner import of_a_service
from chargerctl.central.conversation.violation import Violation


class Serving:
    """Of all chargers. heartbeat_s: for BootNotification.conf. profile: as of Manner. id_prefix(serial): what ids of calls
    to this charger begin with, at most 24 characters."""

    def __init__(self, heartbeat_s: int, profile: Mapping[str, str], id_prefix: Callable[[str], str]) -> None:
        self._heartbeat_s = heartbeat_s
        self._profile = profile
        self._id_prefix = id_prefix

    def talk(
        self,
        serial: str,
        books: Books,
        on_violation: Callable[[Violation], object],
        on_outcome: Callable[[Any, Outcome], object],
        on_refused: Callable[[Mapping[str, str]], object],
        on_ended: Callable[[Ended], object],
    ) -> Conversation:
        """With this charger, as the desk wants it."""
        return Conversation(
            self._heartbeat_s,
            on_violation,
            books,
            on_outcome=on_outcome,
            on_refused=on_refused,
            on_ended=on_ended,
            manner=of_a_service(self._profile),
            id_prefix=self._id_prefix(serial),
        )
