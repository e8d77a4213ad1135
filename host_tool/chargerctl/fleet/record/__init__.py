# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Every frame of every charger in a file, and a file of them sent again."""
