# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What bridging needs beyond the base installation: the extra `bridge`."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

from chargerctl.errors import ChargerctlError

_BROKER = "amqtt"
# As they are imported; pyproject.toml has them by their names of distribution.
_MODULES = ("paho", "websockets")
# For the leases of several bridges: the extra `postgresql`.
_DATABASE = ("sqlalchemy", "psycopg")


def require(own_broker: bool, database: bool) -> None:
    """Raises ChargerctlError when a part of the extras is not installed. own_broker: whether one runs here; database:
    whether several bridges share the chargers."""
    wanted = (*_MODULES, _BROKER) if own_broker else _MODULES
    _require(wanted, "bridge")
    if database:
        _require(_DATABASE, "bridge,postgresql")


def _require(wanted: Sequence[str], extras: str) -> None:
    missing = [name for name in wanted if find_spec(name) is None]
    if missing:
        raise ChargerctlError(
            f"chargerctl bridge needs packages that are not installed ({', '.join(missing)}): "
            f"pip install 'chargerctl[{extras}]'"
        )
