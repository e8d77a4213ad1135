# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The pages of cards: who may charge, and where; a new one is added by holding it to a charger."""
