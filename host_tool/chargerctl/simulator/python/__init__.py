# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""CircuitPython itself: one start of its VM, the modules built into it, and what its frames and objects cost."""
