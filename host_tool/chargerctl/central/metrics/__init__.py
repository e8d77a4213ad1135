# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What Prometheus can ask the central system: counted while it works, or read from the books when it is asked."""
