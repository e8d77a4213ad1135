# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A client's side of MQTT: one connection, the topics of all chargers, and what to do when a server is not reached."""
