# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""displayio: Blinka's, where it differs put back to what CircuitPython's C code does, and the picture on the panel."""
