# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The [safety] settings that interlock and controller obey. A visitor: the names of the settings are not kept."""


class Limits:
    """Milliseconds, and a count. Without a method: that would keep this module."""

    cable_settle_ms = unplug_confirm_ms = lock_settle_ms = relay_settle_ms = 0
    min_off_ms = most_cycles = stale_authorization_ms = 0


def make(values):
    limits = Limits()
    limits.cable_settle_ms = values["safety.cable_settle_ms"]
    limits.unplug_confirm_ms = values["safety.unplug_confirm_ms"]
    limits.lock_settle_ms = values["safety.lock_settle_ms"]
    limits.relay_settle_ms = values["safety.relay_settle_ms"]
    limits.min_off_ms = values["safety.min_off_seconds"] * 1000
    limits.most_cycles = values["safety.max_cycles_per_hour"]
    limits.stale_authorization_ms = values["safety.stale_authorization_seconds"] * 1000
    return limits
