# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Which broker Home Assistant and the chargers meet at, from the settings, and with which account."""

from __future__ import annotations

from dataclasses import replace

from chargerctl.central.broker.rights import has_valid_name, of_home_assistant
from chargerctl.central.homeassistant.names import Names
from chargerctl.central.mqtt.approach import broker_at, topics_of
from chargerctl.central.mqtt.gate import Guest
from chargerctl.central.passwords import hash_password
from chargerctl.central.settings import CentralSettings
from chargerctl.errors import InputError
from chargerctl.mqtt.connection import Broker
from chargerctl.mqtt.refusal import Options
from chargerctl.ocppj import client_tls
from chargerctl.settings.kinds import HostPort

_ACCOUNT = "correct home_assistant_user and its password, or the broker's accounts"
_OPTIONS = Options(
    "home_assistant",
    "home_assistant_ca",
    "home_assistant_tls",
    "home_assistant_tls = false, without home_assistant_ca",
)


def broker_of(settings: CentralSettings, own: Broker | None) -> Broker | None:
    """None where Home Assistant finds no chargers. own: of the broker in this process, if there is one. ChargerctlError
    where the settings do not fit, or one of their files cannot be used."""
    where = settings.home_assistant
    if where is None:
        return None
    if not Names(settings.home_assistant_topic).are_apart(topics_of(settings)):
        raise InputError(
            "home_assistant_topic: topics of chargers may not begin with it, or with homeassistant"
        )
    if isinstance(where, HostPort):
        tls = settings.home_assistant_tls or settings.home_assistant_ca is not None
        context = client_tls(settings.home_assistant_ca) if tls else None
        account = settings.home_assistant_user, settings.home_assistant_secret
        return Broker(where.host, where.port, *account, context, _OPTIONS, _ACCOUNT)
    if settings.broker is not None:
        broker = broker_at(settings, settings.broker)
        user = settings.home_assistant_user
        if settings.broker_user and user in ("", settings.broker_user):
            # That of `central broker mosquitto` does: each connection would end the other one, for good.
            raise InputError(
                f"home_assistant = same: {settings.broker_user} would connect twice, and many a broker connects an account "
                "once: give another one in home_assistant_user; if this broker lets it, give its HOST:PORT in home_assistant"
            )
        return replace(broker, username=user, password=settings.home_assistant_secret, account=_ACCOUNT)
    if own is None:
        raise InputError(
            "home_assistant = same: there is no MQTT broker of the chargers: give --broker or --listen, or the HOST:PORT "
            "of another one"
        )
    return own


def guest_of(settings: CentralSettings) -> Guest | None:
    """Home Assistant, as it comes to the broker in this process; None: it does not. InputError without a password."""
    name = settings.home_assistant_guest
    if not name:
        return None
    if not has_valid_name(name):
        raise InputError(f"home_assistant_user: 1 to 25 letters, digits, _ . -, not {name[:40]!r}")
    password = settings.home_assistant_secret
    if not password:
        raise InputError(
            f"home_assistant = same: Home Assistant needs a password to come to --listen {settings.listen}: give it in "
            "home_assistant_password_file"
        )
    rights = of_home_assistant(name, Names(settings.home_assistant_topic), topics_of(settings))
    return Guest(rights, hash_password(password.encode()))
