# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the central system knows for good: chargers, cards, transactions, meter values, frames, calls. interface.py says what
the conversation asks of them; a database behind SQLAlchemy keeps them."""
