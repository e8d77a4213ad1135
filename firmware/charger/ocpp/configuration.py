# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The OCPP configuration (SPEC 9) as far as it is used: from the settings, until the central system changes it. A visitor:
the names of the settings are not kept."""

from micropython import const

from charger import journal
from charger.visit import visit

# The numbers of the keys that are settings too: HeartbeatInterval, MeterValueSampleInterval, ConnectionTimeOut and
# AllowOfflineTxForUnknownId.
_SETTINGS = (0, 1, 2, 3)


# Facts beside those of the keys: what the drive says about these four, by the number of the key.
_DRIVE = const(80)  # journal.KEYS + 48


class Configuration:
    """By the names of the standard's keys in Python's spelling (attributes.py): seconds, counts, watt-hours, 0 or 1; sets of
    measurands are bits (ocpp/keys.py). Ours, not OCPP's: authorize_timeout_s, how long a card waits for its answer.
    Without a method: that would keep this module."""


def make(values, records):
    """By the drive's settings (`values`), and what the central system has changed since (`records`: the journal).

    The last word counts: a key's value holds until the owner changes that setting on the drive.
    """
    present = [
        values["ocpp.heartbeat_interval"],
        values["ocpp.meter_value_sample_interval"],
        values["ocpp.connection_timeout"],
        int(values["ocpp.offline_authorization"]),
        0,  # MinimumStatusDuration
        0,  # ClockAlignedDataInterval
        1,  # MeterValuesSampledData
        1,  # MeterValuesAlignedData
        0,  # StopTxnSampledData
        0,  # StopTxnAlignedData
        3,  # TransactionMessageAttempts
        60,  # TransactionMessageRetryInterval
        30,  # MessageTimeout
        0,  # ResetRetries
        1,  # AuthorizationCacheEnabled
        1,  # LocalAuthorizeOffline
        0,  # LocalPreAuthorize
        0,  # AuthorizeRemoteTxRequests
        1,  # StopTransactionOnInvalidId
        0,  # MaxEnergyOnInvalidId
        1,  # StopTransactionOnEVSideDisconnect
        1,  # UnlockConnectorOnEVSideDisconnect
    ]
    for number in _SETTINGS:
        if records.get(_DRIVE + number) != present[number]:
            records.put(journal.KEYS + number, None)
            records.put(_DRIVE + number, present[number])
    for number in range(len(present)):
        value = records.get(journal.KEYS + number)
        if value is not None:
            present[number] = value
    configuration = Configuration()
    configuration.authorize_timeout_s = values["ocpp.authorize_timeout"]
    visit("ocpp.attributes").write(configuration, present)
    # Whoever plugs in later than that could not charge. It may have become shorter since the key was set.
    longest = values["safety.stale_authorization_seconds"]
    configuration.connection_timeout_s = min(configuration.connection_timeout_s, longest)
    return configuration
