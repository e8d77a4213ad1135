# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What bench/simulators.py is made of: charge point simulators of npm and PyPI, a central system that drives and records
them, what is asked of them, and what they cost."""
