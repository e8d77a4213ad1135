# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The messages of OCPP 1.6: their schemas, valid payloads, and calls as a person types them."""
