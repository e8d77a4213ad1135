# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Wi-Fi: the access point, and the board's radio as its client.

Joining takes a scan with authentication, then DHCP: together `costs.wifi_associate`. A station does not see
at once that its access point is gone, only when beacons have stayed away for a while. ESP32 then rejoins by
itself, five times per drop; not when it finds no access point or is refused. RP2 never does; and before it joins it
leaves, and waits until its driver reports the link as down.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chargerctl.simulator.machine.clock import Timer
    from chargerctl.simulator.network.network import Network

BEACON_LOSS_US = 6_000_000
"""How long beacons may stay away before the station gives the access point up (ESP-IDF's default)."""

REFUSAL_US = 3_000_000
"""How long a four-way handshake with a wrong password takes to fail."""

ESP32_RETRIES = 5

RP2_LEAVE_US = 500_000
"""How long an RP2 waits for the link to be reported as down. Only a disassociation, or a driver that has not tried yet,
ends it early: a driver in the middle of an attempt, or whose attempt failed or access point got lost, reports that."""

_DISASSOCIATION_US = 10_000

ADDRESS = "10.0.0.2"
GATEWAY = "10.0.0.1"

State = Enum("State", ["DOWN", "JOINING", "DHCP", "UP"])
Failure = Enum("Failure", ["NO_AP", "REFUSED", "LOST"])


class AccessPoint:
    """The world's access point. Set `ssid` or `password` to None to have any accepted."""

    def __init__(self) -> None:
        self.up = True
        self.ssid: str | None = None
        self.password: str | None = None
        self.heal()

    def heal(self) -> None:
        """Let everybody in who knows the password."""
        # Faults: turns every station away; hands out no addresses; names no name server along with them.
        self.refuses = False
        self.dhcp_hangs = False
        self.names_no_dns = False

    def takes(self, ssid: str, password: str) -> bool:
        """Whether a station with these credentials is let in."""
        return not self.refuses and self.password in (None, password) and self.ssid in (None, ssid)


class Station:
    """The board's radio as a client of the access point."""

    def __init__(self, network: Network, retries: int) -> None:
        self.state = State.DOWN
        self.ssid = ""
        # Why the last attempt, or the connection, came to an end; None before, and while things go well.
        self.failure: Failure | None = None
        self._network = network
        self._access_point = network.access_point
        self._password = ""
        self._starting_retries = retries
        self._retries_left = 0
        self._timer: Timer | None = None

    @property
    def up(self) -> bool:
        """Associated and with an address, as far as the board can tell."""
        return self.state is State.UP

    @property
    def busy(self) -> bool:
        """Between an attempt's begin and its end."""
        return self.state in (State.JOINING, State.DHCP)

    @property
    def rp2_leave_us(self) -> int:
        """How long leaving would take on an RP2 now."""
        if self.state in (State.UP, State.DHCP):
            return _DISASSOCIATION_US
        return 0 if self.state is State.DOWN and self.failure is None else RP2_LEAVE_US

    def join(self, ssid: str, password: str) -> None:
        """Leave, and begin to join `ssid`."""
        self.leave()
        self.ssid, self._password = ssid, password
        self._retries_left = self._starting_retries
        self._begin()

    def stop_retrying(self) -> None:
        """Let the attempt that is under way be the last."""
        self._retries_left = 0

    def leave(self) -> None:
        """Drop the connection, or the attempt at one."""
        self._end(None)

    def access_point_changed(self) -> None:
        """The access point came or went."""
        if self.state is State.UP:
            self._stop_timer()
            if not self._access_point.up:
                self._after(BEACON_LOSS_US, self._lost)

    def kicked(self) -> None:
        """The access point threw this station out, and said so."""
        if self.state is State.UP:
            self._lost()

    def _begin(self) -> None:
        self.state = State.JOINING
        self.failure = None
        self._after(self._network.costs.wifi_associate * 3 // 4, self._joined)

    def _joined(self) -> None:
        if not self._access_point.up or self._access_point.ssid not in (None, self.ssid):
            self._end(Failure.NO_AP)
        elif not self._access_point.takes(self.ssid, self._password):
            self._after(REFUSAL_US, self._refused)
        else:
            self.state = State.DHCP
            self._after(self._network.costs.wifi_associate // 4, self._ask_address)

    def _refused(self) -> None:
        self._failed(Failure.REFUSED)

    def _ask_address(self) -> None:
        if not self._access_point.up:
            self._after(BEACON_LOSS_US, self._lost)
        elif self._access_point.dhcp_hangs:
            self._after(1_000_000, self._ask_address)
        else:
            self.state = State.UP
            self._retries_left = self._starting_retries
            self._network.station_changed()

    def _lost(self) -> None:
        self._failed(Failure.LOST)

    def _failed(self, failure: Failure) -> None:
        retry = self._retries_left > 0
        self._end(failure)
        if retry:
            self._retries_left -= 1
            self._begin()

    def _end(self, failure: Failure | None) -> None:
        self._stop_timer()
        was_up = self.state is State.UP
        self.state = State.DOWN
        self.failure = failure
        if was_up:
            self._network.station_changed()

    def _after(self, us: int, call: Callable[[], None]) -> None:
        self._timer = self._network.clock.call_in(us, call)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
