# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a web page needs beyond the base installation: the extra `page`."""

from __future__ import annotations

from importlib.util import find_spec

from chargerctl.errors import ChargerctlError

# As they are imported; pyproject.toml has them by their names of distribution.
_MODULES = ("argon2", "fastapi", "jinja2", "prometheus_client", "python_multipart", "uvicorn")


def require(what: str) -> None:
    """Raises ChargerctlError when a part of the extra is not installed. what: the option that asks for a page."""
    missing = [name for name in _MODULES if find_spec(name) is None]
    if missing:
        raise ChargerctlError(
            f"{what} needs packages that are not installed ({', '.join(missing)}): pip install 'chargerctl[page]'"
        )
