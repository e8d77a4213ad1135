# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a fleet's chargers connect by in real time: MQTT and WebSockets, over sockets that never block."""
