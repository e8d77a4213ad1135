# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Several processes share chargers by leases in PostgreSQL: one worker speaks to one charger.

share.py is what a program uses, holder.py what it is told, keeper.py the threads; register.py is what a share asks of the
database, postgres.py is that in PostgreSQL, and memory.py for tests. Nothing here knows OCPP, MQTT or WebSockets.
"""
