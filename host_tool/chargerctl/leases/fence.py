# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Whether a worker still has all that it had, asked within a transaction in the database of the leases.

The answer holds until that transaction ends: whoever wants to end the lease, or to take a charger, waits for it. Ask as late
as possible, for they wait; a renewal does not.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import BigInteger, Select, bindparam, literal_column, select

from chargerctl.leases.tables import workers

CLOCK = literal_column("(extract(epoch from clock_timestamp()) * 1000)::bigint", BigInteger)
"""PostgreSQL's own, in milliseconds."""


@dataclass(frozen=True)
class Token:
    """What a worker had at some moment: its chargers of then, if no more of them have gone than it has released itself."""

    realm: str
    worker: str
    epoch: int

    @property
    def values(self) -> dict[str, object]:
        """For FENCE."""
        return {"realm": self.realm, "name": self.worker, "epoch": self.epoch}


def _fence() -> Select[tuple[int]]:
    this = (workers.c.realm == bindparam("realm")) & (workers.c.name == bindparam("name"))
    stands = (workers.c.epoch == bindparam("epoch")) & (workers.c.lease_until > CLOCK)
    # KEY SHARE: an update of lease_until does not wait for it, FOR UPDATE does.
    return select(workers.c.epoch).where(this, stands).with_for_update(key_share=True, read=True)


FENCE = _fence()
"""Has a row while it does; its values are those of a Token."""
