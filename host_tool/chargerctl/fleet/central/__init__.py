# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a fleet in virtual time talks to: our own central system on the fleet's clock."""
