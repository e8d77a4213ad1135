# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a share tells the program whose share it is, and asks of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Protocol

from chargerctl.leases.register import Gained


class Holder(Protocol):
    """The program whose share it is. Called from the threads of the keeper, and must not wait."""

    def gained(self, chargers: Mapping[str, Gained]) -> None:
        """It speaks to these chargers from now on."""

    def lost(self, serials: Collection[str], still_ours: bool) -> None:
        """It does not any more. still_ours: nobody else does yet, while the share is_parting, since no renewal came in
        time; else somebody may already."""

    def give_up(self, serials: Collection[str]) -> None:
        """These had better be with another worker: release() them in a quiet moment, or not. Asked once."""

    def is_well(self) -> bool:
        """Whether the program still works through what arrives. While it does not, nothing is renewed."""
