# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""For programs: the JSON API with its description, and the metrics."""
