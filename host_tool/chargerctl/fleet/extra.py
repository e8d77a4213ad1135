# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a fleet needs beyond the base installation: the extras `sim` and `central`."""

from __future__ import annotations

from importlib.util import find_spec

from chargerctl.errors import ChargerctlError

# As they are imported; pyproject.toml has them by their names of distribution.
_MODULES = ("alembic", "amqtt", "jsonschema_rs", "ocpp", "paho", "sqlalchemy", "websockets")


def require() -> None:
    """Raises ChargerctlError when a part of the extras is not installed."""
    missing = [name for name in _MODULES if find_spec(name) is None]
    if missing:
        raise ChargerctlError(
            f"chargerctl fleet needs packages that are not installed ({', '.join(missing)}): "
            "pip install 'chargerctl[sim,central]'"
        )
