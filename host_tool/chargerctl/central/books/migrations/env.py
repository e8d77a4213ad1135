# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Alembic runs this for its commands: with the connection that migrate.py gives it."""

from alembic import context
from chargerctl.central.books.migrate import VERSION_TABLE
from chargerctl.central.books.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    # SQLite alters a table by making it anew.
    render_as_batch=True,
    # All steps or none, also in SQLite. The caller has begun the transaction, and ends it.
    transactional_ddl=True,
)
context.run_migrations()
