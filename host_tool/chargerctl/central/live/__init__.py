# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the chargers are doing, followed in the books: for the page and for Home Assistant."""
