# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What bench/fleet.py is made of: fleets in real and virtual time, what stands under them, what each process takes, and the
books held against the chargers' meters."""
