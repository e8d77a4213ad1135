# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The script language on a fleet: each charger carries the script out, as far as it is for it."""
