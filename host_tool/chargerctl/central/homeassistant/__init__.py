# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The chargers as devices in Home Assistant, by its MQTT discovery: what they do, and what it commands."""
