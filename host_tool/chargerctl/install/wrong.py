# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What is wrong with an image, without its name: whoever read the file adds that."""

from __future__ import annotations


class WrongImageError(ValueError):
    """str(): a sentence that begins with "it" or "its"."""
