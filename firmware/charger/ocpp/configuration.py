# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The OCPP configuration (SPEC 9) as far as it is used: from the settings, until the central system changes it. A visitor:
the names of the settings are not kept."""


class Configuration:
    """Seconds, counts, watt-hours and booleans by the names of the standard's keys, in Python's spelling. Without a method:
    that would keep this module. Sets of measurands: ENERGY and POWER are bits (ocpp/keys.py)."""

    heartbeat_interval_s = connection_timeout_s = minimum_status_duration_s = 0
    meter_value_sample_interval_s = clock_aligned_data_interval_s = 0
    meter_values_sampled_data = meter_values_aligned_data = 1
    stop_txn_sampled_data = stop_txn_aligned_data = 0
    transaction_message_attempts = 3
    transaction_message_retry_interval_s = 60
    message_timeout_s = 30
    reset_retries = 0
    # Ours, not OCPP's: how long a card waits for its answer.
    authorize_timeout_s = 0
    authorization_cache_enabled = local_authorize_offline = True
    local_pre_authorize = allow_offline_tx_for_unknown_id = False
    authorize_remote_tx_requests = False
    stop_transaction_on_invalid_id = True
    max_energy_on_invalid_id_wh = 0
    stop_transaction_on_ev_side_disconnect = unlock_connector_on_ev_side_disconnect = True


def make(values):
    configuration = Configuration()
    configuration.heartbeat_interval_s = values["ocpp.heartbeat_interval"]
    configuration.meter_value_sample_interval_s = values["ocpp.meter_value_sample_interval"]
    # At most [safety] stale_authorization_seconds, as settings.py has it: a longer one is bounded.
    configuration.connection_timeout_s = values["ocpp.connection_timeout"]
    configuration.authorize_timeout_s = values["ocpp.authorize_timeout"]
    configuration.allow_offline_tx_for_unknown_id = values["ocpp.offline_authorization"]
    return configuration
