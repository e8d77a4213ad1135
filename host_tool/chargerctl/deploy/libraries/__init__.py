# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Which libraries go on a board, in which version, and where they come from: a bundle, or the installed packages."""
