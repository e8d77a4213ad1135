# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What reads and writes a board's files, behind one small interface (volume): a folder, or a preview in memory."""
