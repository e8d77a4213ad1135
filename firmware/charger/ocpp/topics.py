# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Which file answers a rare call of the central system: {action: module in charger/ocpp/}. Loaded for one look."""

TOPICS = {
    "ChangeConfiguration": "keys",
    "ClearCache": "cache",
    "DataTransfer": "data_transfer",
    "GetConfiguration": "keys",
}
