# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The network that the virtual board lives in: access point, names, TCP, UDP, MQTT broker, time server."""
