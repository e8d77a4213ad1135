# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""ClearCache (SPEC 5.4). Loaded for one call."""


def _clear(charger, payload):
    # There is no cache (ERR 3.23).
    return {"status": "Rejected"}


ACTIONS = {"ClearCache": _clear}
