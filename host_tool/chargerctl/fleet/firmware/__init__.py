# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The firmware's package in this process: loaded from its sources, apart from this Python's own modules."""
