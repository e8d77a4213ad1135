# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""chargerctl: configure, deploy, simulate and watch a CircuitPython EV charger."""

import sys

__version__ = "0.1.0"

# pip refuses older ones; not with --ignore-requires-python, and not where the files are run from their folder.
if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit(
        f"chargerctl needs Python 3.11 or newer, and this is {sys.version_info[0]}.{sys.version_info[1]}"
    )
