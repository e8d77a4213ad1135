# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
from tests.command import chargerctl, play, warm

__all__ = ["chargerctl", "play", "warm"]
