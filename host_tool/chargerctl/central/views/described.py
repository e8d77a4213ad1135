# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What makes the docstring below each field its description, for whoever describes these classes as a schema (pydantic)."""

from __future__ import annotations

from typing import Any, ClassVar


class Described:
    __pydantic_config__: ClassVar[dict[str, Any]] = {"use_attribute_docstrings": True}
