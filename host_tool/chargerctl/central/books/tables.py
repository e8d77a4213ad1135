# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The tables of the books, alike in SQLite and PostgreSQL.

A change here needs a migration beside those in migrations/versions; a test compares the two. Rows of `chargers` stand for
good, for transactions need them, so that their ids may be remembered; only strangers go (serials.py).
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Sequence,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)
from sqlalchemy.types import TypeDecorator

from chargerctl.leases import tables as leases

LARGEST_TRANSACTION_ID = 2**31 - 1
LARGEST_ID = 2**63 - 1


def milliseconds(moment: float) -> int:
    """How the database keeps a Unix time in seconds."""
    return round(moment * 1000)


def seconds(moment: int) -> float:
    """The other way."""
    return moment / 1000


class Moment(TypeDecorator[float]):
    """Unix time: seconds in Python, whole milliseconds in the database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: float | None, dialect: Dialect) -> int | None:
        return None if value is None else milliseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> float | None:
        return None if value is None else seconds(value)


# An ascending id. SQLite numbers only what is declared as INTEGER.
Id = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

chargers = Table(
    "chargers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("serial", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False, server_default=""),
    # Entered by the owner, or learnt. Others have a row so that the owner can see who asks to be let in.
    Column("known", Boolean, nullable=False, server_default=false()),
    Column("allowed", Boolean, nullable=False, server_default=true()),
    # Mosquitto's $7$ format (passwords.py).
    Column("password_hash", Text),
    Column("first_seen", Moment, nullable=False),
    Column("last_seen", Moment),
    # What it is connected over, or null; since when; and the worker that speaks to it.
    Column("transport", Text),
    Column("connected_at", Moment),
    Column("worker", Text),
    # Its last BootNotification.req as JSON, when it came, and the status that it got.
    Column("boot", Text),
    Column("booted_at", Moment),
    Column("registration", Text),
)


connectors = Table(
    "connectors",
    metadata,
    Column("charger_id", Integer, ForeignKey("chargers.id"), nullable=False),
    Column("connector_id", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("error_code", Text, nullable=False),
    Column("info", Text, nullable=False, server_default=""),
    Column("vendor_id", Text, nullable=False, server_default=""),
    Column("vendor_error_code", Text, nullable=False, server_default=""),
    # As the charger wrote it, if it did.
    Column("time", Text),
    Column("received_at", Moment, nullable=False),
    PrimaryKeyConstraint("charger_id", "connector_id"),
)

configuration = Table(
    "configuration",
    metadata,
    Column("charger_id", Integer, ForeignKey("chargers.id"), nullable=False),
    Column("key", Text, nullable=False),
    Column("value", Text),
    Column("readonly", Boolean, nullable=False),
    Column("received_at", Moment, nullable=False),
    PrimaryKeyConstraint("charger_id", "key"),
)

cards = Table(
    "cards",
    metadata,
    Column("id", Integer, primary_key=True),
    # The idTag in upper case: it is case-insensitive (OCPP 1.6, 7.28, errata 3.73).
    Column("id_tag", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False, server_default=""),
    Column("parent", Text, nullable=False, server_default=""),
    Column("valid_until", Moment),
    Column("blocked", Boolean, nullable=False, server_default=false()),
    # At every charger, or only at those of card_chargers: an empty list must not mean all.
    Column("everywhere", Boolean, nullable=False, server_default=true()),
    Column("added_at", Moment, nullable=False),
)

card_chargers = Table(
    "card_chargers",
    metadata,
    Column("card_id", Integer, ForeignKey("cards.id", ondelete="CASCADE"), nullable=False),
    Column("charger_id", Integer, ForeignKey("chargers.id"), nullable=False),
    PrimaryKeyConstraint("card_id", "charger_id"),
)

# Cards that a charger was refused, a few for each (refused.py).
refused_cards = Table(
    "refused_cards",
    metadata,
    Column("charger_id", Integer, ForeignKey("chargers.id"), nullable=False),
    # As in cards.
    Column("id_tag", Text, nullable=False),
    # Of the last IdTagInfo that the charger got for it, and when.
    Column("status", Text, nullable=False),
    Column("at", Moment, nullable=False),
    PrimaryKeyConstraint("charger_id", "id_tag"),
    Index(None, "at"),
)

# PostgreSQL only: no two workers ever choose the same id.
transaction_ids = Sequence("transaction_ids", metadata=metadata, minvalue=1, maxvalue=LARGEST_TRANSACTION_ID)

_RUNNING = text("stop_received_at IS NULL AND closed_at IS NULL")

transactions = Table(
    "transactions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("charger_id", Integer, ForeignKey("chargers.id"), nullable=False),
    Column("connector_id", BigInteger),
    # As in cards.
    Column("id_tag", Text, nullable=False),
    # Of the IdTagInfo that the charger got.
    Column("status", Text, nullable=False),
    # Watt-hours. Null: it does not fit into 64 bits; a complaint keeps it.
    Column("meter_start", BigInteger),
    # As the charger wrote it, and as UTC: its own time, or when it was received if its clock cannot be right.
    Column("start_time", Text, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("start_received_at", Moment, nullable=False),
    Column("reservation_id", BigInteger),
    # The same StartTransaction.req is the same transaction.
    Column("start_digest", LargeBinary, nullable=False),
    # When its stop was given up: another one began on its connector, or its owner said so. If it comes, it counts.
    Column("closed_at", Moment),
    # Null while it runs. Between start and stop; of one that was given up, until its last meter value (given_up.py).
    Column("energy_wh", BigInteger),
    # The most that energy_wh was before the stop came: what counts energy (queries/totals.py) must never fall.
    Column("counted_wh", BigInteger),
    # All of these are null until it was stopped.
    Column("meter_stop", BigInteger),
    Column("stop_time", Text),
    Column("stopped_at", Moment),
    Column("stop_received_at", Moment),
    Column("stop_reason", Text),
    Column("stop_id_tag", Text),
    Column("stop_digest", LargeBinary),
    UniqueConstraint("charger_id", "start_digest"),
    CheckConstraint("id > 0", name="positive_id"),
    Index(None, "started_at"),
    Index(None, "stopped_at"),
    Index(None, "charger_id", "started_at"),
    Index(None, "id_tag", "started_at"),
    # Those that run.
    Index(
        "ix_transactions_running",
        "charger_id",
        sqlite_where=_RUNNING,
        postgresql_where=_RUNNING,
    ),
)

meter_values = Table(
    "meter_values",
    metadata,
    Column("id", Id, primary_key=True),
    Column("charger_id", Integer, ForeignKey("chargers.id"), nullable=False),
    Column("connector_id", BigInteger),
    # As the charger sent it: no key of transactions, for it may name one that is not there.
    Column("transaction_id", BigInteger),
    # As the charger wrote it, and as UTC.
    Column("time", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("received_at", Moment, nullable=False),
    # One SampledValue, with OCPP's defaults filled in (7.43). The value is exact as text.
    Column("value", Text, nullable=False),
    Column("context", Text, nullable=False),
    Column("format", Text, nullable=False),
    Column("measurand", Text, nullable=False),
    Column("phase", Text, nullable=False),
    Column("location", Text, nullable=False),
    Column("unit", Text, nullable=False),
    # Of all that the charger said.
    Column("digest", LargeBinary, nullable=False),
    UniqueConstraint("charger_id", "digest"),
    Index(None, "charger_id", "transaction_id", "at"),
)

# What a charger sent that fits nothing in the books: kept as it came, for a person to judge.
complaints = Table(
    "complaints",
    metadata,
    Column("id", Id, primary_key=True),
    Column("charger_id", Integer, ForeignKey("chargers.id"), nullable=False),
    Column("transaction_id", BigInteger),
    Column("at", Moment, nullable=False),
    Column("reason", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    UniqueConstraint("charger_id", "digest"),
)

frames = Table(
    "frames",
    metadata,
    Column("id", Id, primary_key=True),
    Column("charger_id", Integer, ForeignKey("chargers.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("outgoing", Boolean, nullable=False),
    Column("text", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Index(None, "charger_id", "id"),
    Index(None, "at", "size"),
)

calls = Table(
    "calls",
    metadata,
    Column("id", Id, primary_key=True),
    Column("charger_id", Integer, ForeignKey("chargers.id"), nullable=False),
    Column("action", Text, nullable=False),
    # JSON. Secrets are taken out once the call was given out.
    Column("payload", Text, nullable=False),
    Column("timeout_s", Float, nullable=False),
    # queued, taken (by a worker), sent (to the charger) or ended.
    Column("state", Text, nullable=False, server_default="queued"),
    Column("asked_at", Moment, nullable=False),
    # It is not sent later: it ends.
    Column("expires_at", Moment, nullable=False),
    Column("sent_at", Moment),
    Column("ended_at", Moment),
    Column("worker", Text),
    Column("answer", Text),
    Column("error", Text, nullable=False, server_default=""),
    Column("detail", Text, nullable=False, server_default=""),
    Index(None, "charger_id", "id"),
    Index(None, "state", "id"),
)

# Processes that speak to chargers, and which charger each of them holds: with SQLite, where only one process is at work,
# the second one is empty.
workers = leases.workers.to_metadata(metadata)
held = leases.chargers.to_metadata(metadata)

# Who may use the web page. Names as users.normal() has them.
users = Table(
    "users",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    # Argon2, as its library writes it: with its parameters.
    Column("password_hash", Text, nullable=False),
    Column("read_only", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
)

# Who is logged in. Nothing in here lets anybody in: of the cookie's secret there is only a hash.
web_sessions = Table(
    "web_sessions",
    metadata,
    Column("secret_hash", LargeBinary, primary_key=True),
    Column("user_id", Integer, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("csrf", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("last_used_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Index(None, "user_id"),
)

# Programs that use the API or read the metrics.
tokens = Table(
    "tokens",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("secret_hash", LargeBinary, nullable=False, unique=True),
    Column("read_only", Boolean, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("last_used_at", Moment),
)
