# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What programs get to see: the objects of `--json` and of the JSON API, with the same names in both.

Plain dataclasses, whose docstrings are in the description of the API. Times are ISO 8601 in UTC, in whole seconds unless it
says otherwise, energy is in Wh.
"""
