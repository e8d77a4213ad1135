# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The statements of the leases, for PostgreSQL. Locks are taken in one order: workers by name, then chargers by serial."""

from __future__ import annotations

from sqlalchemy import text

from chargerctl.leases.validity import LEASE_S

_CLOCK = "(extract(epoch from clock_timestamp()) * 1000)::bigint"
_UNTIL = f"{_CLOCK} + {round(LEASE_S * 1000)}"
_ME = "realm = :realm AND name = :me"
# What nobody has asked for: a worker that was killed is shown for a day, a charger that nobody wants for an hour.
_WORKER_FORGOTTEN_MS, _CHARGER_FORGOTTEN_MS = 86_400_000, 3_600_000
MOST_FREE = 10_000

LOCK = text(
    "SELECT name FROM lease_workers WHERE realm = :realm AND name = ANY(:names) ORDER BY name FOR UPDATE"
)
JOIN = text(
    f"INSERT INTO lease_workers (realm, name, started_at, last_seen, lease_until, epoch, takes) "
    f"VALUES (:realm, :me, {_CLOCK}, {_CLOCK}, {_UNTIL}, 1, :takes) "
    f"ON CONFLICT (realm, name) DO UPDATE SET last_seen = {_CLOCK}, lease_until = {_UNTIL}, "
    "epoch = lease_workers.epoch + 1, takes = :takes RETURNING epoch"
)
RENEW = text(
    f"UPDATE lease_workers SET last_seen = {_CLOCK}, lease_until = {_UNTIL}, takes = :takes "
    f"WHERE {_ME} AND lease_until > {_CLOCK} RETURNING epoch"
)
LIVING = text(
    f"SELECT name, takes FROM lease_workers WHERE realm = :realm AND lease_until > {_CLOCK} ORDER BY name"
)
# One that another process ends just now, or that still writes, is left to the next time.
OVER = text(
    f"SELECT name, lease_until FROM lease_workers WHERE realm = :realm AND lease_until <= {_CLOCK} ORDER BY name "
    "FOR UPDATE SKIP LOCKED"
)
END = text(
    "UPDATE lease_workers SET lease_until = NULL, epoch = epoch + 1 WHERE realm = :realm AND name = :name"
)
FREE_ALL = text(
    "UPDATE lease_chargers SET worker = NULL, note = NULL, "
    f"free_since = COALESCE(CAST(:since AS bigint), {_CLOCK}) WHERE realm = :realm AND worker = :name"
)
UNTIL = text(f"SELECT LEAST(lease_until, {_CLOCK} - :quiet) FROM lease_workers WHERE {_ME}")
FREE = text(f"SELECT serial FROM lease_chargers WHERE realm = :realm AND worker IS NULL LIMIT {MOST_FREE}")
HELD = text("SELECT serial FROM lease_chargers WHERE realm = :realm AND worker = :me")
# A row that is claimed cannot be taken away before the transaction ends.
STANDS = text(f"SELECT epoch FROM lease_workers WHERE {_ME} AND lease_until > {_CLOCK} FOR KEY SHARE")
CLAIM = text(
    "INSERT INTO lease_chargers AS mine (realm, serial, worker) "
    "SELECT :realm, serial, :me FROM unnest(CAST(:serials AS text[])) AS serial ORDER BY serial "
    # Its own are among them: the answer to an earlier claim may have been lost.
    "ON CONFLICT (realm, serial) DO UPDATE SET worker = :me WHERE mine.worker IS NULL OR mine.worker = :me "
    f"RETURNING serial, {_CLOCK} - free_since, note"
)
HOLDERS = text(
    "SELECT DISTINCT worker FROM lease_chargers WHERE realm = :realm AND serial = ANY(:serials) "
    "AND worker IS NOT NULL"
)
TAKE = text(
    "INSERT INTO lease_chargers AS mine (realm, serial, worker) "
    "SELECT :realm, serial, :me FROM unnest(CAST(:serials AS text[])) AS serial ORDER BY serial "
    "ON CONFLICT (realm, serial) DO UPDATE SET worker = :me, note = NULL, "
    f"free_since = CASE WHEN mine.worker IS NULL THEN mine.free_since ELSE {_CLOCK} END "
    # Only from those whose rows are locked: their epochs are raised.
    "WHERE mine.worker IS NULL OR mine.worker = ANY(:locked) "
    f"RETURNING serial, {_CLOCK} - free_since"
)
RAISE = text("UPDATE lease_workers SET epoch = epoch + 1 WHERE realm = :realm AND name = ANY(:names)")
RELEASE = text(
    f"UPDATE lease_chargers SET worker = NULL, free_since = {_CLOCK} - :quiet, note = :note "
    "WHERE realm = :realm AND serial = :serial AND worker = :me"
)
LEAVE = text("UPDATE lease_workers SET lease_until = NULL, epoch = epoch + 1 WHERE " + _ME)
FORGET = (
    text(
        f"DELETE FROM lease_workers WHERE realm = :realm AND lease_until IS NULL "
        f"AND last_seen < {_CLOCK} - {_WORKER_FORGOTTEN_MS}"
    ),
    text(
        "DELETE FROM lease_chargers WHERE ctid IN (SELECT ctid FROM lease_chargers WHERE realm = :realm "
        f"AND worker IS NULL AND free_since < {_CLOCK} - {_CHARGER_FORGOTTEN_MS} FOR UPDATE SKIP LOCKED)"
    ),
)
# Those that leave do so one after the other, so that the last one knows that it is.
ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtext('chargerctl leases ' || :realm))")
LISTEN = "LISTEN chargerctl_leases"
NOTIFY = text("SELECT pg_notify('chargerctl_leases', :realm)")
