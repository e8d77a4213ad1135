# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Brings the checks together: which of them a drive and a network allow."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from chargerctl.boards.boot_out import BootOut
from chargerctl.deploy.image import SETTINGS_FILE
from chargerctl.deploy.opening import OpenDrive
from chargerctl.deploy.snapshot import Snapshot, look
from chargerctl.deploy.troubles import explained
from chargerctl.doctor.broker import broker_findings
from chargerctl.doctor.central import central_findings
from chargerctl.doctor.clock import Exchange, check_time, over_network
from chargerctl.doctor.drive import drive_findings
from chargerctl.doctor.finding import FAILED, SKIPPED, Finding
from chargerctl.doctor.probe import Login, Probe, probe
from chargerctl.settings import Effective
from chargerctl.settings.values import Values


@dataclass(frozen=True)
class Examined:
    """What was read of a drive. authority: the certificate that [mqtt] ca_file names, None for none."""

    name: str
    deploy: str
    settings: Effective | None
    boot: BootOut
    seen: Snapshot
    authority: bytes | None

    @classmethod
    def of(cls, opened: OpenDrive, settings: Effective | None) -> Examined:
        """ChargerctlError where the drive cannot be read. settings: of the laptop, None where they have mistakes."""
        path = settings.values.mqtt.ca_file.lstrip("/") if settings else ""
        with explained(opened.volume.name):
            seen = look(opened.volume, {SETTINGS_FILE} | ({path} if path else set()), {})
        deploy = f"chargerctl deploy {opened.address.flag}"
        return cls(str(opened.address), deploy, settings, opened.boot, seen, seen.content.get(path))

    def findings(self) -> Iterator[Finding]:
        return drive_findings(self.name, self.boot, self.seen, self.settings, self.deploy)


def network_findings(
    values: Values | None,
    time_server: str,
    listen_s: float,
    authority: bytes | None,
    ask: Callable[[Login, float], Probe] = probe,
    exchange: Callable[[str], Exchange] = over_network,
    now: Callable[[], float] = time.time,
) -> Iterator[Finding]:
    """Broker, central system and time server. values: None where the settings have mistakes; time_server: even then."""
    if values:
        yield from _broker(values, listen_s, authority, ask, now)
    else:
        yield Finding("broker", SKIPPED, "not asked: the settings have mistakes")
    yield from check_time(time_server, exchange(time_server), now)


def _broker(
    values: Values,
    listen_s: float,
    authority: bytes | None,
    ask: Callable[[Login, float], Probe],
    now: Callable[[], float],
) -> Iterator[Finding]:
    mqtt = values.mqtt
    try:
        context = _context(mqtt.ca_file, authority) if mqtt.tls else None
    except _NoAuthorityError as error:
        yield Finding("broker", SKIPPED, str(error), "name it with --ca-file, or plug the board in")
        return
    except (ssl.SSLError, ValueError) as error:
        yield Finding(
            "broker",
            FAILED,
            f"[mqtt] ca_file {mqtt.ca_file} has no certificate in PEM format: {error}",
            "docs/security.md",
        )
        return
    login = Login(
        mqtt.broker, mqtt.port, mqtt.topic_out, mqtt.topic_in, mqtt.username, mqtt.password, context
    )
    try:
        result = ask(login, listen_s)
    except ImportError:
        yield Finding(
            "broker",
            SKIPPED,
            "not asked: that needs paho-mqtt, which is not installed",
            "pip install 'chargerctl[doctor]'",
        )
        return
    yield from broker_findings(login, result)
    yield from central_findings(login, result, now())


class _NoAuthorityError(Exception):
    """The certificate is on a drive that was not read."""


def _context(ca_file: str, authority: bytes | None) -> ssl.SSLContext:
    """As the charger trusts: the authority of its settings, else those that the system knows."""
    if not ca_file:
        return ssl.create_default_context()
    if authority is None:
        raise _NoAuthorityError(
            f"not asked: [mqtt] ca_file {ca_file} is on the board, and its drive was not read"
        )
    return ssl.create_default_context(cadata=authority.decode("ascii", "replace"))
