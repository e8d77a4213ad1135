# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""CircuitPython's `wifi`: the station half of the radio. Access point mode and monitoring are not modelled.

What connect() waits for on each chip: Station.connect.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any

from chargerctl.simulator.network.station import ADDRESS, GATEWAY, State
from chargerctl.simulator.python.module import choices, new_module
from chargerctl.simulator.python.modules.ipaddress import IPv4Address

MAC = bytes.fromhex("02c0ffee1234")
BSSID = bytes.fromhex("02c0ffee0001")


AuthMode = choices("AuthMode", "OPEN", "WEP", "WPA", "WPA2", "WPA3", "PSK", "ENTERPRISE")
PowerManagement = choices("PowerManagement", "MIN", "MAX", "NONE", "UNKNOWN")


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
        self._network.station.connect(_text(ssid), _text(password or b""), timeout)

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
        round_trip_us = 2 * network.link.delay_us
        reachable = network.link.up and (str(ip) == GATEWAY or network.servers.has_host(str(ip)))
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
        self._network.station.stop()

    def start_dhcp(self, *, ipv4: bool = True, ipv6: bool = False) -> None:
        """DHCP is always on."""

    # The access point half: off.

    ap_active = False
    ipv4_address_ap = None
    ipv4_gateway_ap = None
    ipv4_subnet_ap = None
    addresses_ap: tuple[str, ...] = ()
    stations_ap = None

    def stop_ap(self) -> None:
        """It is off."""

    def __getattr__(self, name: str) -> Any:
        if name in _NOT_MODELLED:
            raise NotImplementedError(f"wifi.Radio.{name} on the virtual board")
        raise AttributeError(f"'Radio' object has no attribute '{name}'")

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


# Fixed addresses, and access point mode.
_NOT_MODELLED = (
    *("stop_dhcp", "set_ipv4_address"),
    *("start_ap", "start_dhcp_ap", "stop_dhcp_ap", "set_ipv4_address_ap"),
)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else bytes(value).decode("utf-8", "replace")


def make(board: Any) -> ModuleType:
    """The module for one start of the VM."""
    board.at_vm_end(board.network.vm_ended)
    public = (AuthMode, Monitor, Network, Packet, PowerManagement, Radio, ScannedNetworks)
    return new_module("wifi", *public, radio=Radio(board.network))
