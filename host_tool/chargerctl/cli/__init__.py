# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The command line: one thin file a command. A command parses, calls, prints."""
