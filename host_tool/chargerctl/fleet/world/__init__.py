# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a fleet's chargers have around them: time, network, and a central system where it is our own."""
