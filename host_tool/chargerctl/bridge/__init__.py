# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""From chargers that speak OCPP over MQTT to a central system that speaks OCPP-J: one WebSocket for each charger, on which
frames pass as they are. docs/bridge.md has the rules."""
