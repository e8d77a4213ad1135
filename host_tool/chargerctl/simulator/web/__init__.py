# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The virtual board as a page in the browser: `simulate --web`."""
