# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""CircuitPython's `wifi`: the station half of the radio. Access point mode and monitoring are not modelled.

ESP32: connect() blocks until the attempt has ended, and for ever when DHCP does not answer; `timeout` only keeps
it from trying again. RP2: connect() first leaves the network it was in or has failed to join, for up to half a second
whatever `timeout` says, then gives up after `timeout`; but the attempt goes on and `connected` tells.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any

from chargerctl.simulator.network.station import ADDRESS, GATEWAY, Failure, State
from chargerctl.simulator.python.modules.ipaddress import IPv4Address

MAC = bytes.fromhex("02c0ffee1234")
BSSID = bytes.fromhex("02c0ffee0001")
RP2_TIMEOUT_S = 8

_UNSPECIFIED = 1  # WIFI_RADIO_ERROR_UNSPECIFIED
_BEACON_TIMEOUT = 200  # WIFI_REASON_BEACON_TIMEOUT


class AuthMode:
    """How a network authenticates its stations."""

    OPEN: AuthMode
    WEP: AuthMode
    WPA: AuthMode
    WPA2: AuthMode
    WPA3: AuthMode
    PSK: AuthMode
    ENTERPRISE: AuthMode


class PowerManagement:
    """The radio's power saving."""

    MIN: PowerManagement
    MAX: PowerManagement
    NONE: PowerManagement
    UNKNOWN: PowerManagement


for _enum, _names in (
    (AuthMode, ("OPEN", "WEP", "WPA", "WPA2", "WPA3", "PSK", "ENTERPRISE")),
    (PowerManagement, ("MIN", "MAX", "NONE", "UNKNOWN")),
):
    for _name in _names:
        setattr(_enum, _name, _enum())


class Packet:
    """Keys of a monitored packet."""

    CH = object()
    LEN = object()
    RAW = object()
    RSSI = object()


class Monitor:
    """Not modelled."""

    def __init__(self, channel: int | None = 1, queue: int | None = 128) -> None:
        raise NotImplementedError("wifi.Monitor on the virtual board")


class Network:
    """An access point in reach."""

    def __init__(self) -> None:
        self.ssid = ""
        self.bssid = BSSID
        self.rssi = -55
        self.channel = 6
        self.country = ""
        self.authmode = [AuthMode.WPA2, AuthMode.PSK]


class ScannedNetworks:
    """What a scan found."""

    def __init__(self, networks: list[Network]) -> None:
        self._networks = iter(networks)

    def __iter__(self) -> Iterator[Network]:
        return self

    def __next__(self) -> Network:
        return next(self._networks)


class Radio:
    """The board's radio."""

    def __init__(self, network: Any) -> None:
        self._network = network
        self._enabled = True
        self.hostname: Any = "cpy-c0ffee"
        self.mac_address: Any = MAC
        self.mac_address_ap: Any = MAC
        self.tx_power = 15.0
        self.power_management = PowerManagement.MIN
        # What the program has set, instead of what the network announces.
        self._dns = ""

    # The station.

    def connect(
        self,
        ssid: Any,
        password: Any = b"",
        *,
        channel: int = 0,
        bssid: Any = None,
        timeout: float | None = None,
    ) -> None:
        if not self._enabled:
            raise RuntimeError("WiFi is not enabled")
        name, secret = _text(ssid), _text(password or b"")
        _check_length("ssid", name, 1, 32)
        if secret:
            _check_length("password", secret, 8, 64)
        station = self._network.station
        self._spend_call()
        if station.up and station.ssid == name:
            return
        if self._network.is_esp32:
            station.join(name, secret)
            self._wait_esp32(timeout or 0)
        else:
            deadline_us = (
                self._network.clock.now_us + -(-int((timeout or RP2_TIMEOUT_S) * 1e6) // 1000) * 1000
            )
            self.stop_station()
            station.join(name, secret)
            self._wait_rp2(deadline_us)

    def _wait_esp32(self, timeout: float) -> None:
        station, clock = self._network.station, self._network.clock
        if not clock.wait(lambda: not station.busy, int(timeout * 1e6)):
            station.stop_retrying()
            clock.wait(lambda: not station.busy)
        if not station.up:
            self._raise(station.failure, _BEACON_TIMEOUT)

    def _wait_rp2(self, deadline_us: int) -> None:
        station, clock = self._network.station, self._network.clock
        if clock.now_us < deadline_us:
            clock.wait(lambda: not station.busy, deadline_us - clock.now_us)
        if not station.up:
            self._raise(station.failure, _UNSPECIFIED)

    @staticmethod
    def _raise(failure: Failure | None, reason: int) -> None:
        texts: dict[Failure | None, str] = {
            Failure.NO_AP: "No network with that ssid",
            Failure.REFUSED: "Authentication failure",
        }
        raise ConnectionError(texts.get(failure, f"Unknown failure {reason}"))

    @property
    def connected(self) -> bool:
        self._spend_call()
        return bool(self._network.station.up)

    @property
    def enabled(self) -> bool:
        return self._enabled

    @enabled.setter
    def enabled(self, value: bool) -> None:
        if self._enabled and not value:
            self._network.station.leave()
        self._enabled = bool(value)

    @property
    def ipv4_address(self) -> IPv4Address | None:
        return self._if_up(ADDRESS)

    @property
    def ipv4_gateway(self) -> IPv4Address | None:
        return self._if_up(GATEWAY)

    @property
    def ipv4_subnet(self) -> IPv4Address | None:
        return self._if_up("255.255.255.0")

    @property
    def ipv4_dns(self) -> IPv4Address | None:
        return self._if_up(self._name_server)

    @ipv4_dns.setter
    def ipv4_dns(self, value: IPv4Address) -> None:
        self._dns = str(value)

    @property
    def dns(self) -> tuple[str, ...]:
        return (self._name_server,) if self._network.station.up else ()

    @dns.setter
    def dns(self, value: Any) -> None:
        self._dns = str(value[0])

    @property
    def addresses(self) -> tuple[str, ...]:
        return (ADDRESS,) if self._network.station.up else ()

    @property
    def ap_info(self) -> Network | None:
        if not self._network.is_esp32:
            raise NotImplementedError
        return self._found(self._network.station.ssid) if self._network.station.up else None

    def ping(self, ip: IPv4Address, *, timeout: float | None = 0.5) -> float | None:
        network = self._network
        round_trip_us = 2 * network.delay_us
        reachable = network.link_up and (str(ip) == GATEWAY or network.has_host(str(ip)))
        timeout_us = int((0.5 if timeout is None else timeout) * 1e6)
        network.clock.spend(min(round_trip_us, timeout_us) if reachable else timeout_us)
        return round_trip_us / 1e6 if reachable and round_trip_us <= timeout_us else None

    def start_scanning_networks(self, *, start_channel: int = 1, stop_channel: int = 165) -> ScannedNetworks:
        if not self._enabled:
            raise RuntimeError("WiFi is not enabled")
        network = self._network
        network.clock.spend(network.costs.wifi_associate)
        access_point = network.access_point
        name = access_point.ssid or network.station.ssid or "network"
        return ScannedNetworks([self._found(name)] if access_point.up else [])

    def stop_scanning_networks(self) -> None:
        """Nothing goes on after start_scanning_networks()."""

    def start_station(self) -> None:
        """The station half is always on."""

    def stop_station(self) -> None:
        network = self._network
        wait_us = 0 if network.is_esp32 else network.station.rp2_leave_us
        network.station.leave()
        network.clock.spend(wait_us)

    def start_dhcp(self, *, ipv4: bool = True, ipv6: bool = False) -> None:
        """DHCP is always on."""

    def stop_dhcp(self) -> None:
        raise NotImplementedError("fixed addresses on the virtual board")

    def set_ipv4_address(
        self,
        *,
        ipv4: IPv4Address,
        netmask: IPv4Address,
        gateway: IPv4Address,
        ipv4_dns: IPv4Address | None = None,
    ) -> None:
        raise NotImplementedError("fixed addresses on the virtual board")

    # The access point half: off.

    ap_active = False
    ipv4_address_ap = None
    ipv4_gateway_ap = None
    ipv4_subnet_ap = None
    addresses_ap: tuple[str, ...] = ()
    stations_ap = None

    def start_ap(
        self,
        ssid: Any,
        password: Any = b"",
        *,
        channel: int = 1,
        authmode: Any = (),
        max_connections: int | None = 4,
    ) -> None:
        raise NotImplementedError(_NO_AP)

    def stop_ap(self) -> None:
        """It is off."""

    def start_dhcp_ap(self) -> None:
        raise NotImplementedError(_NO_AP)

    def stop_dhcp_ap(self) -> None:
        raise NotImplementedError(_NO_AP)

    def set_ipv4_address_ap(self, *, ipv4: IPv4Address, netmask: IPv4Address, gateway: IPv4Address) -> None:
        raise NotImplementedError(_NO_AP)

    @property
    def _name_server(self) -> str:
        return self._dns or ("0.0.0.0" if self._network.access_point.names_no_dns else GATEWAY)

    def _if_up(self, address: str) -> IPv4Address | None:
        self._spend_call()
        return IPv4Address(address) if self._network.station.state is State.UP else None

    def _spend_call(self) -> None:
        self._network.clock.spend(self._network.costs.tick_read)

    @staticmethod
    def _found(ssid: str) -> Network:
        network = Network()
        network.ssid = ssid
        return network


_NO_AP = "access point mode on the virtual board"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else bytes(value).decode("utf-8", "replace")


def _check_length(name: str, value: str, least: int, most: int) -> None:
    if not least <= len(value.encode()) <= most:
        raise ValueError(f"{name} length must be {least}-{most}")


def make(board: Any) -> ModuleType:
    """The module for one start of the VM."""
    board.at_vm_end(board.network.vm_ended)
    module = ModuleType("wifi")
    public = (AuthMode, Monitor, Network, Packet, PowerManagement, Radio, ScannedNetworks)
    module.__dict__.update({each.__name__: each for each in public}, radio=Radio(board.network))
    return module
