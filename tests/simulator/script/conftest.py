# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
from tests.command import chargerctl, play, simulate, warm

__all__ = ["chargerctl", "play", "simulate", "warm"]
