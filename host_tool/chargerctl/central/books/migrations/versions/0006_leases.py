# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Processes share the chargers by leases."""

from alembic import op
from chargerctl.leases.tables import prepare

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    # Those that beat in it had no leases, and must not run beside those that have.
    op.drop_table("workers")
    prepare(op.get_bind())
