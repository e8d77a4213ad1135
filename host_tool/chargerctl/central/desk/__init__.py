# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One thread that handles the frames of all chargers in groups: books them in one unit of work, and only then answers."""
