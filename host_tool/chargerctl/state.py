# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Where chargerctl keeps what it must remember on this laptop."""

from __future__ import annotations

from pathlib import Path

import click


def state_folder() -> Path:
    return Path(click.get_app_dir("chargerctl"))
