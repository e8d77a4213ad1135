# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""JSON on stdout, a value a line."""

from __future__ import annotations

import json

import click


def print_json(value: object) -> None:
    """UTF-8 as it is; what no encoding can carry, such as half a surrogate pair from the wire, as its escape."""
    text = json.dumps(value, ensure_ascii=False)
    click.echo(text.encode("utf-8", "backslashreplace").decode("utf-8"))
