# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The laptop's own central system for OCPP 1.6, and its MQTT broker."""
