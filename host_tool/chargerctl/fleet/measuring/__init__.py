# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What is measured of a fleet: all of it can be added up over processes, and is plain JSON."""
