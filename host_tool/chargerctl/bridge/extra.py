# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What bridging needs beyond the base installation: the extra `bridge`."""

from __future__ import annotations

from importlib.util import find_spec

from chargerctl.errors import ChargerctlError

_BROKER = "amqtt"
# As they are imported; pyproject.toml has them by their names of distribution.
_MODULES = ("paho", "websockets")


def require(own_broker: bool) -> None:
    """Raises ChargerctlError when a part of the extra is not installed. own_broker: whether one runs here."""
    wanted = (*_MODULES, _BROKER) if own_broker else _MODULES
    missing = [name for name in wanted if find_spec(name) is None]
    if missing:
        raise ChargerctlError(
            f"chargerctl bridge needs packages that are not installed ({', '.join(missing)}): "
            "pip install 'chargerctl[bridge]'"
        )
