# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The configuration keys by their numbers: attributes and ranges. Loaded for one call, and at the start."""

from micropython import const

_RANGES = (
    (1, 86400),  # HeartbeatInterval
    (0, 86400),  # MeterValueSampleInterval
    (5, 3600),  # ConnectionTimeOut; at most [safety] stale_authorization_seconds
    (0, 1),  # AllowOfflineTxForUnknownId
    (0, 3600),  # MinimumStatusDuration
    (0, 86400),  # ClockAlignedDataInterval
    (0, 3),  # MeterValuesSampledData
    (0, 3),  # MeterValuesAlignedData
    (0, 3),  # StopTxnSampledData
    (0, 3),  # StopTxnAlignedData
    (1, 100),  # TransactionMessageAttempts
    (1, 3600),  # TransactionMessageRetryInterval
    (5, 600),  # MessageTimeout
    (0, 10),  # ResetRetries
    (0, 1),  # AuthorizationCacheEnabled
    (0, 1),  # LocalAuthorizeOffline
    (0, 1),  # LocalPreAuthorize
    (0, 1),  # AuthorizeRemoteTxRequests
    (0, 1),  # StopTransactionOnInvalidId
    (0, 1000000),  # MaxEnergyOnInvalidId
    (0, 1),  # StopTransactionOnEVSideDisconnect
    (0, 1),  # UnlockConnectorOnEVSideDisconnect
)
_ROTATION = const(40)  # ConnectorPhaseRotation, four bits for each connector
_ROTATIONS = const(8)


def read(configuration):
    """The values of all of them: the place of each is its number, so new ones go to the end."""
    c = configuration
    return [
        c.heartbeat_interval_s,
        c.meter_value_sample_interval_s,
        c.connection_timeout_s,
        c.allow_offline_tx_for_unknown_id,
        c.minimum_status_duration_s,
        c.clock_aligned_data_interval_s,
        c.meter_values_sampled_data,
        c.meter_values_aligned_data,
        c.stop_txn_sampled_data,
        c.stop_txn_aligned_data,
        c.transaction_message_attempts,
        c.transaction_message_retry_interval_s,
        c.message_timeout_s,
        c.reset_retries,
        c.authorization_cache_enabled,
        c.local_authorize_offline,
        c.local_pre_authorize,
        c.authorize_remote_tx_requests,
        c.stop_transaction_on_invalid_id,
        c.max_energy_on_invalid_id_wh,
        c.stop_transaction_on_ev_side_disconnect,
        c.unlock_connector_on_ev_side_disconnect,
    ]


def write(configuration, present):
    """Set the attributes to a list as `read` gives it."""
    # Not by their names in strings: a name that is in one cannot have a shorter one on the board (docs/memory.md).
    c = configuration
    each = iter(present)
    c.heartbeat_interval_s = next(each)
    c.meter_value_sample_interval_s = next(each)
    c.connection_timeout_s = next(each)
    c.allow_offline_tx_for_unknown_id = next(each)
    c.minimum_status_duration_s = next(each)
    c.clock_aligned_data_interval_s = next(each)
    c.meter_values_sampled_data = next(each)
    c.meter_values_aligned_data = next(each)
    c.stop_txn_sampled_data = next(each)
    c.stop_txn_aligned_data = next(each)
    c.transaction_message_attempts = next(each)
    c.transaction_message_retry_interval_s = next(each)
    c.message_timeout_s = next(each)
    c.reset_retries = next(each)
    c.authorization_cache_enabled = next(each)
    c.local_authorize_offline = next(each)
    c.local_pre_authorize = next(each)
    c.authorize_remote_tx_requests = next(each)
    c.stop_transaction_on_invalid_id = next(each)
    c.max_energy_on_invalid_id_wh = next(each)
    c.stop_transaction_on_ev_side_disconnect = next(each)
    c.unlock_connector_on_ev_side_disconnect = next(each)


def fits(number, value):
    """Whether `value`, an int of at least 0, is one of that key; of a number that is no key's, any is."""
    if number == _ROTATION:
        return value & 15 <= _ROTATIONS and value >> 4 <= _ROTATIONS
    if number >= len(_RANGES):
        return True
    lowest, highest = _RANGES[number]
    return lowest <= value <= highest
