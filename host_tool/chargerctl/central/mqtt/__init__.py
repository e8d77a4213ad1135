# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Chargers that come over MQTT: the central system's connection to a broker, and a broker in this process."""
