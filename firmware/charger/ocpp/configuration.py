# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The OCPP configuration (SPEC 9) as far as it is used: from the settings, until the central system changes it."""


class Configuration:
    """Seconds, counts and booleans by the names of the standard's keys, in Python's spelling."""

    def __init__(self, values):
        self.heartbeat_interval_s = values["ocpp.heartbeat_interval"]
        self.meter_value_sample_interval_s = values["ocpp.meter_value_sample_interval"]
        self.connection_timeout_s = values["ocpp.connection_timeout"]
        self.transaction_message_attempts = 3
        self.transaction_message_retry_interval_s = 60
        # Ours, not OCPP's: accept any card while the central system cannot be asked.
        self.offline_authorization = values["ocpp.offline_authorization"]
