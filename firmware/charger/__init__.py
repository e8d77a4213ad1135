# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The charger. Only hardware/ and net/ touch the board; everything else runs on any Python."""

VERSION = "0.1.0"
