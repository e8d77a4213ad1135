# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The first tables. Times are whole milliseconds since 1970, UTC."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
RUNNING = sa.text("stop_received_at IS NULL AND closed_at IS NULL")


def upgrade() -> None:
    # No two workers ever choose the same transaction id. SQLite has one writer at a time, and no sequences.
    if op.get_context().dialect.name == "postgresql":
        op.execute("CREATE SEQUENCE transaction_ids MINVALUE 1 MAXVALUE 2147483647")
    op.create_table(
        "cards",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("id_tag", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("parent", sa.Text(), server_default="", nullable=False),
        sa.Column("valid_until", sa.BigInteger()),
        sa.Column("blocked", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("everywhere", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cards"),
        sa.UniqueConstraint("id_tag", name="uq_cards_id_tag"),
    )
    op.create_table(
        "chargers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("known", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("allowed", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("password_hash", sa.Text()),
        sa.Column("first_seen", sa.BigInteger(), nullable=False),
        sa.Column("last_seen", sa.BigInteger()),
        sa.Column("transport", sa.Text()),
        sa.Column("connected_at", sa.BigInteger()),
        sa.Column("worker", sa.Text()),
        sa.Column("boot", sa.Text()),
        sa.Column("booted_at", sa.BigInteger()),
        sa.Column("registration", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_chargers"),
        sa.UniqueConstraint("serial", name="uq_chargers_serial"),
    )
    op.create_table(
        "workers",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("last_seen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_workers"),
    )
    op.create_table(
        "calls",
        sa.Column("id", ID, nullable=False),
        sa.Column("charger_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("timeout_s", sa.Float(), nullable=False),
        sa.Column("state", sa.Text(), server_default="queued", nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger()),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("worker", sa.Text()),
        sa.Column("answer", sa.Text()),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["charger_id"], ["chargers.id"], name="fk_calls_charger_id"),
        sa.PrimaryKeyConstraint("id", name="pk_calls"),
    )
    op.create_index("ix_calls_charger_id_id", "calls", ["charger_id", "id"])
    op.create_index("ix_calls_state_id", "calls", ["state", "id"])
    op.create_table(
        "card_chargers",
        sa.Column("card_id", sa.Integer(), nullable=False),
        sa.Column("charger_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["card_id"], ["cards.id"], name="fk_card_chargers_card_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["charger_id"], ["chargers.id"], name="fk_card_chargers_charger_id"),
        sa.PrimaryKeyConstraint("card_id", "charger_id", name="pk_card_chargers"),
    )
    op.create_table(
        "complaints",
        sa.Column("id", ID, nullable=False),
        sa.Column("charger_id", sa.Integer(), nullable=False),
        sa.Column("transaction_id", sa.BigInteger()),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["charger_id"], ["chargers.id"], name="fk_complaints_charger_id"),
        sa.PrimaryKeyConstraint("id", name="pk_complaints"),
        sa.UniqueConstraint("charger_id", "digest", name="uq_complaints_charger_id_digest"),
    )
    op.create_table(
        "configuration",
        sa.Column("charger_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text()),
        sa.Column("readonly", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["charger_id"], ["chargers.id"], name="fk_configuration_charger_id"),
        sa.PrimaryKeyConstraint("charger_id", "key", name="pk_configuration"),
    )
    op.create_table(
        "connectors",
        sa.Column("charger_id", sa.Integer(), nullable=False),
        sa.Column("connector_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("error_code", sa.Text(), nullable=False),
        sa.Column("info", sa.Text(), server_default="", nullable=False),
        sa.Column("vendor_id", sa.Text(), server_default="", nullable=False),
        sa.Column("vendor_error_code", sa.Text(), server_default="", nullable=False),
        sa.Column("time", sa.Text()),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["charger_id"], ["chargers.id"], name="fk_connectors_charger_id"),
        sa.PrimaryKeyConstraint("charger_id", "connector_id", name="pk_connectors"),
    )
    op.create_table(
        "frames",
        sa.Column("id", ID, nullable=False),
        sa.Column("charger_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("outgoing", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["charger_id"], ["chargers.id"], name="fk_frames_charger_id"),
        sa.PrimaryKeyConstraint("id", name="pk_frames"),
    )
    op.create_index("ix_frames_at_size", "frames", ["at", "size"])
    op.create_index("ix_frames_charger_id_id", "frames", ["charger_id", "id"])
    op.create_table(
        "meter_values",
        sa.Column("id", ID, nullable=False),
        sa.Column("charger_id", sa.Integer(), nullable=False),
        sa.Column("connector_id", sa.BigInteger()),
        sa.Column("transaction_id", sa.BigInteger()),
        sa.Column("time", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("context", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("measurand", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["charger_id"], ["chargers.id"], name="fk_meter_values_charger_id"),
        sa.PrimaryKeyConstraint("id", name="pk_meter_values"),
        sa.UniqueConstraint("charger_id", "digest", name="uq_meter_values_charger_id_digest"),
    )
    op.create_index(
        "ix_meter_values_charger_id_transaction_id_at", "meter_values", ["charger_id", "transaction_id", "at"]
    )
    op.create_table(
        "transactions",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("charger_id", sa.Integer(), nullable=False),
        sa.Column("connector_id", sa.BigInteger()),
        sa.Column("id_tag", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("meter_start", sa.BigInteger()),
        sa.Column("start_time", sa.Text(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("start_received_at", sa.BigInteger(), nullable=False),
        sa.Column("reservation_id", sa.BigInteger()),
        sa.Column("start_digest", sa.LargeBinary(), nullable=False),
        sa.Column("closed_at", sa.BigInteger()),
        sa.Column("meter_stop", sa.BigInteger()),
        sa.Column("energy_wh", sa.BigInteger()),
        sa.Column("stop_time", sa.Text()),
        sa.Column("stopped_at", sa.BigInteger()),
        sa.Column("stop_received_at", sa.BigInteger()),
        sa.Column("stop_reason", sa.Text()),
        sa.Column("stop_id_tag", sa.Text()),
        sa.Column("stop_digest", sa.LargeBinary()),
        sa.CheckConstraint("id > 0", name="ck_transactions_positive_id"),
        sa.ForeignKeyConstraint(["charger_id"], ["chargers.id"], name="fk_transactions_charger_id"),
        sa.PrimaryKeyConstraint("id", name="pk_transactions"),
        sa.UniqueConstraint("charger_id", "start_digest", name="uq_transactions_charger_id_start_digest"),
    )
    op.create_index("ix_transactions_charger_id_started_at", "transactions", ["charger_id", "started_at"])
    op.create_index("ix_transactions_id_tag_started_at", "transactions", ["id_tag", "started_at"])
    op.create_index(
        "ix_transactions_running",
        "transactions",
        ["charger_id"],
        sqlite_where=RUNNING,
        postgresql_where=RUNNING,
    )
    op.create_index("ix_transactions_started_at", "transactions", ["started_at"])
