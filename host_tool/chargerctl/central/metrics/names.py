# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Every metric, in one table: what is exported, and what docs/metrics.md says of it.

Names and units as Prometheus asks for them (https://prometheus.io/docs/practices/naming/): base units, so energy is in
joules, 3,600 to the watt-hour. The rate of such a counter is a power in watts, without a factor.
"""

from __future__ import annotations

from typing import NamedTuple


class Metric(NamedTuple):
    """kind: counter, gauge or histogram, whose buckets are the upper bounds."""

    name: str
    kind: str
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)

# Counted by this process, since it began.

MESSAGES = Metric(
    "chargerctl_messages_total",
    "counter",
    "Calls that have ended. direction: received (from a charger) or sent (to one). outcome: result, the code of a "
    "CALLERROR, violation (a frame that is no call and answers none), or, of what was sent, Timeout, NotConnected, "
    "Cancelled, InvalidAnswer.",
    ("direction", "action", "outcome"),
)
ANSWER = Metric(
    "chargerctl_answer_duration_seconds",
    "histogram",
    "From the arrival of a charger's frame until its answer was on its way: the books had kept it by then.",
    (),
    _SECONDS,
)
CALL = Metric(
    "chargerctl_call_duration_seconds",
    "histogram",
    "From the sending of a call to a charger until its answer was read.",
    ("action",),
    (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0),
)
UNIT_FRAMES = Metric(
    "chargerctl_unit_frames",
    "histogram",
    "Frames that were written into the books together, in one unit of work that had any.",
    (),
    (1, 2, 5, 10, 20, 50, 100, 200, 500),
)
UNIT = Metric(
    "chargerctl_unit_duration_seconds",
    "histogram",
    "From the beginning of a unit of work that had frames until the books had kept it.",
    (),
    _SECONDS,
)
UNIT_FAILURES = Metric(
    "chargerctl_unit_failures_total",
    "counter",
    "Units of work of which nothing was kept. reason: books (they could not be written) or bug.",
    ("reason",),
)
DROPPED = Metric(
    "chargerctl_frames_dropped_total",
    "counter",
    "Frames that were not handled. reason: rate (one charger sent too many), room (too much waited), size (too large), age "
    "(the books could not be written for too long), books (they refused this one), bug. rate and room are counted once a "
    "minute.",
    ("reason",),
)
EVENTS = Metric(
    "chargerctl_events_total",
    "counter",
    "What happened, as in the log of central serve, with what that leaves out: boot, start, stop, violation, flood …",
    ("event",),
)

# Of this process, at the moment.

INBOX_FRAMES = Metric("chargerctl_inbox_frames", "gauge", "Frames that have arrived and are not handled yet.")
INBOX_BYTES = Metric("chargerctl_inbox_bytes", "gauge", "Their size.")
LOG_LINES = Metric("chargerctl_log_lines", "gauge", "Lines of the log that wait to be written.")
CONNECTIONS = Metric(
    "chargerctl_connections",
    "gauge",
    "Chargers that are connected to this process. transport: mqtt or websocket (OCPP-J).",
    ("transport",),
)
BROKER = Metric(
    "chargerctl_broker_connected", "gauge", "1 while this process is connected to its MQTT broker, else 0."
)
BUILD = Metric("chargerctl_build_info", "gauge", "Always 1; the versions are labels.", ("version", "python"))

# Read from the books, the same in every process that works on them.

BOOKS_UP = Metric(
    "chargerctl_books_up",
    "gauge",
    "1 if the books could be read for this scrape. If 0, everything that is read from them is missing.",
)
BOOKS_READ = Metric(
    "chargerctl_books_read_seconds", "gauge", "How long it took to read the books for this scrape."
)
FRAMES_KEPT = Metric(
    "chargerctl_books_frames_characters", "gauge", "Size of the frames that the books keep, as last measured."
)
CHARGERS = Metric(
    "chargerctl_chargers",
    "gauge",
    "Chargers that are in the books, or let in without that and connected. transport: mqtt, websocket, or none (offline); "
    "registration: the status of the last BootNotification, or none.",
    ("transport", "registration"),
)
ASKING = Metric(
    "chargerctl_chargers_asking",
    "gauge",
    "Chargers that are not in the books, and not accepted, but have asked to be.",
)
CONNECTORS = Metric(
    "chargerctl_connectors",
    "gauge",
    "Connectors by their last OCPP status, of chargers that are online (true) or not (false).",
    ("status", "online"),
)
CHARGER_ONLINE = Metric(
    "chargerctl_charger_online", "gauge", "1 while the charger is connected, else 0.", ("charger",)
)
CHARGER_SEEN = Metric(
    "chargerctl_charger_last_seen_timestamp_seconds",
    "gauge",
    "When the last frame of the charger came, as Unix time.",
    ("charger",),
)
CHARGER_FAULTED = Metric(
    "chargerctl_charger_faulted_connectors",
    "gauge",
    "Connectors of the charger whose last status is Faulted; the charger itself (connector 0) counts as one.",
    ("charger",),
)
RUNNING = Metric("chargerctl_sessions_running", "gauge", "Sessions that run.", ("charger",))
SESSION_ENERGY = Metric(
    "chargerctl_session_energy_joules",
    "gauge",
    "Energy of the sessions that run, by their last meter values; when they end, also without a stop, it goes to the energy "
    "delivered.",
    ("charger",),
)
SESSION_POWER = Metric(
    "chargerctl_session_power_watts",
    "gauge",
    "Power of the sessions that run, by their last meter values.",
    ("charger",),
)
STARTED = Metric(
    "chargerctl_sessions_started_total",
    "counter",
    "Sessions in the books, also those whose card was refused.",
    ("charger",),
)
STOPPED = Metric(
    "chargerctl_sessions_stopped_total",
    "counter",
    "Those of them that have ended, also without a stop.",
    ("charger",),
)
ENERGY = Metric(
    "chargerctl_energy_delivered_joules_total",
    "counter",
    "Energy of the sessions in the books that have ended, from the meter's readings at start and stop; without a stop until "
    "their last meter values.",
    ("charger",),
)
CALLS = Metric(
    "chargerctl_calls_waiting",
    "gauge",
    "Calls to chargers that have not ended. state: queued, taken (by a process), sent (to the charger).",
    ("state",),
)
WORKERS = Metric(
    "chargerctl_workers", "gauge", "Processes that speak to chargers, and have said so within 15 s."
)
WORKER_SEEN = Metric(
    "chargerctl_worker_last_seen_timestamp_seconds",
    "gauge",
    "When the process last said in the books that it works, as Unix time; it does every few seconds.",
    ("worker",),
)
WORKER_CHARGERS = Metric(
    "chargerctl_worker_chargers",
    "gauge",
    "Chargers that this process holds by its lease; without one, those that are connected to it.",
    ("worker",),
)

OF_THE_PROCESS = (
    MESSAGES,
    ANSWER,
    CALL,
    UNIT_FRAMES,
    UNIT,
    UNIT_FAILURES,
    DROPPED,
    EVENTS,
    INBOX_FRAMES,
    INBOX_BYTES,
    LOG_LINES,
    CONNECTIONS,
    BROKER,
    BUILD,
)
OF_THE_BOOKS = (
    BOOKS_UP,
    BOOKS_READ,
    FRAMES_KEPT,
    CHARGERS,
    ASKING,
    CONNECTORS,
    CHARGER_ONLINE,
    CHARGER_SEEN,
    CHARGER_FAULTED,
    RUNNING,
    SESSION_ENERGY,
    SESSION_POWER,
    STARTED,
    STOPPED,
    ENERGY,
    CALLS,
    WORKERS,
    WORKER_SEEN,
    WORKER_CHARGERS,
)
