# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The OCPP configuration (SPEC 9) as far as it is used: from the settings, until the central system changes it. A visitor:
the names of the settings are not kept."""


class Configuration:
    """Seconds, counts and booleans by the names of the standard's keys, in Python's spelling. Without a method: that would
    keep this module."""

    heartbeat_interval_s = meter_value_sample_interval_s = connection_timeout_s = 0
    transaction_message_attempts = 3
    transaction_message_retry_interval_s = 60
    authorize_timeout_s = 0
    accepts_offline = False


def make(values):
    configuration = Configuration()
    configuration.heartbeat_interval_s = values["ocpp.heartbeat_interval"]
    configuration.meter_value_sample_interval_s = values["ocpp.meter_value_sample_interval"]
    # At most [safety] stale_authorization_seconds, as settings.py has it: a longer one is bounded.
    configuration.connection_timeout_s = values["ocpp.connection_timeout"]
    # Ours, not OCPP's: how long a card waits for its answer, and whether any card is accepted without one.
    configuration.authorize_timeout_s = values["ocpp.authorize_timeout"]
    configuration.accepts_offline = values["ocpp.offline_authorization"]
    return configuration
