# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The OCPP-J side of the central system: anybody's chargers connect to its WebSocket server."""
