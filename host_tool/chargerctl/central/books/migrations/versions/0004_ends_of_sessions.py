# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The sessions of a day are found by their ends, however long ago they began."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_index("ix_transactions_stopped_at", "transactions", ["stopped_at"])
