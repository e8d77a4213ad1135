# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The pages of one charger: what it does and can be told to do, its configuration, its log of frames."""
