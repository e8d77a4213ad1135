# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Sends the frames of a record again, and says what was answered otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from chargerctl.cli.output import Answer, Output
from chargerctl.errors import InputError


def run(output: Output, count: int | None, given: Mapping[str, Any]) -> Answer:
    """given: the options of the command."""
    if count is not None:
        raise click.UsageError("--replay has the chargers of the record: leave out N")
    raise InputError("--replay is not there yet")
