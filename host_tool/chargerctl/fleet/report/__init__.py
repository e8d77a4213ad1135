# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What is said about a fleet: live, at its end, and whether it passed."""
