# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The cards that each charger was refused last, so that the owner can add one by holding it to the charger."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "refused_cards",
        sa.Column("charger_id", sa.Integer(), nullable=False),
        sa.Column("id_tag", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["charger_id"], ["chargers.id"], name="fk_refused_cards_charger_id"),
        sa.PrimaryKeyConstraint("charger_id", "id_tag", name="pk_refused_cards"),
    )
    op.create_index("ix_refused_cards_at", "refused_cards", ["at"])
