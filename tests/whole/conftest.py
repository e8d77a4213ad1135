# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
from tests.command import chargerctl

__all__ = ["chargerctl"]
