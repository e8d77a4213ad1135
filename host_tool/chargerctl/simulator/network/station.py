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

from chargerctl.simulator.machine.clock import Clock, Timer
from chargerctl.simulator.machine.costs import Costs

BEACON_LOSS_US = 6_000_000
"""How long beacons may stay away before the station gives the access point up (ESP-IDF's default)."""

REFUSAL_US = 3_000_000
"""How long a four-way handshake with a wrong password takes to fail."""

_ESP32_RETRIES = 5

RP2_LEAVE_US = 500_000
"""How long an RP2 waits for the link to be reported as down. Only a disassociation, or a driver that has not tried yet,
ends it early: a driver in the middle of an attempt, or whose attempt failed or access point got lost, reports that."""

_DISASSOCIATION_US = 10_000

ADDRESS = "10.0.0.2"
GATEWAY = "10.0.0.1"

_RP2_TIMEOUT_S = 8
_UNSPECIFIED = 1  # WIFI_RADIO_ERROR_UNSPECIFIED
_BEACON_TIMEOUT = 200  # WIFI_REASON_BEACON_TIMEOUT

State = Enum("State", ["DOWN", "JOINING", "DHCP", "UP"])
Failure = Enum("Failure", ["NO_AP", "REFUSED", "LOST"])
_TEXTS: dict[Failure | None, str] = {
    Failure.NO_AP: "No network with that ssid",
    Failure.REFUSED: "Authentication failure",
}


class AccessPoint:
    """The world's access point. Set `ssid` or `password` to None to have any accepted."""

    def __init__(self) -> None:
        self.up = True
        self.ssid: str | None = None
        self.password: str | None = None
        self.heal()

    def heal(self) -> None:
        """Accept every station with the right password."""
        # Faults: refuses every station; gives out no addresses; names no name server with them.
        self.refuses = False
        self.dhcp_hangs = False
        self.names_no_dns = False

    def takes(self, ssid: str, password: str) -> bool:
        """Whether a station with these credentials is let in."""
        return not self.refuses and self.password in (None, password) and self.ssid in (None, ssid)


class Station:
    """The board's radio as a client of the access point. `changed` is called when its interface went up or down."""

    def __init__(
        self,
        clock: Clock,
        costs: Costs,
        access_point: AccessPoint,
        is_esp32: bool,
        changed: Callable[[], object],
    ) -> None:
        self.access_point = access_point
        self.state = State.DOWN
        self.ssid = ""
        # Why the last attempt, or the connection, came to an end; None before, and while things go well.
        self.failure: Failure | None = None
        self._clock = clock
        self._costs = costs
        self._is_esp32 = is_esp32
        self._changed = changed
        self._password = ""
        self._retries_left = 0
        self._timer: Timer | None = None

    @property
    def up(self) -> bool:
        """Associated and with an address, as far as the board knows."""
        return self.state is State.UP

    @property
    def busy(self) -> bool:
        """Between an attempt's begin and its end."""
        return self.state in (State.JOINING, State.DHCP)

    def connect(self, ssid: str, password: str, timeout_s: float | None = None) -> None:
        """Join, and wait for it, as the chip's port of CircuitPython does. Raises ConnectionError, or ValueError for what
        no network can have as its name or password.

        ESP32: blocks until the attempt has ended, and without end when DHCP does not answer; `timeout_s` only keeps it from
        trying again. RP2: first leaves the network it was in or has failed to join, for up to half a second even when
        `timeout_s` is shorter, then gives up after `timeout_s`; but the attempt goes on.
        """
        _check_length("ssid", ssid, 1, 32)
        if password:
            _check_length("password", password, 8, 64)
        clock = self._clock
        clock.spend(self._costs.tick_read)
        if self.up and self.ssid == ssid:
            return
        if self._is_esp32:
            self._join(ssid, password)
            if not clock.wait(lambda: not self.busy, int((timeout_s or 0) * 1e6)):
                # The attempt that is under way is the last.
                self._retries_left = 0
                clock.wait(lambda: not self.busy)
        else:
            deadline_us = clock.now_us + -(-int((timeout_s or _RP2_TIMEOUT_S) * 1e6) // 1000) * 1000
            self.stop()
            self._join(ssid, password)
            if clock.now_us < deadline_us:
                clock.wait(lambda: not self.busy, deadline_us - clock.now_us)
        if not self.up:
            reason = _BEACON_TIMEOUT if self._is_esp32 else _UNSPECIFIED
            raise ConnectionError(_TEXTS.get(self.failure, f"Unknown failure {reason}"))

    def begin(self, ssid: str, password: str) -> None:
        """Join, without waiting for it."""
        self._join(ssid, password)

    def stop(self) -> None:
        """Leave, and wait for that where the chip does."""
        wait_us = 0 if self._is_esp32 else self._rp2_leave_us()
        self.leave()
        self._clock.spend(wait_us)

    def leave(self) -> None:
        """Drop the connection, or the attempt at one."""
        self._end(None)

    def access_point_changed(self) -> None:
        """The access point came or went."""
        if self.state is State.UP:
            self._stop_timer()
            if not self.access_point.up:
                self._after(BEACON_LOSS_US, self._lost)

    def kicked(self) -> None:
        """The access point disconnected this station with a deauthentication frame."""
        if self.state is State.UP:
            self._lost()

    def _rp2_leave_us(self) -> int:
        if self.state in (State.UP, State.DHCP):
            return _DISASSOCIATION_US
        return 0 if self.state is State.DOWN and self.failure is None else RP2_LEAVE_US

    def _join(self, ssid: str, password: str) -> None:
        self.leave()
        self.ssid, self._password = ssid, password
        self._retries_left = _ESP32_RETRIES if self._is_esp32 else 0
        self._begin()

    def _begin(self) -> None:
        self.state = State.JOINING
        self.failure = None
        self._after(self._costs.wifi_associate * 3 // 4, self._joined)

    def _joined(self) -> None:
        if not self.access_point.up or self.access_point.ssid not in (None, self.ssid):
            self._end(Failure.NO_AP)
        elif not self.access_point.takes(self.ssid, self._password):
            self._after(REFUSAL_US, lambda: self._failed(Failure.REFUSED))
        else:
            self.state = State.DHCP
            self._after(self._costs.wifi_associate // 4, self._ask_address)

    def _ask_address(self) -> None:
        if not self.access_point.up:
            self._after(BEACON_LOSS_US, self._lost)
        elif self.access_point.dhcp_hangs:
            self._after(1_000_000, self._ask_address)
        else:
            self.state = State.UP
            self._retries_left = _ESP32_RETRIES if self._is_esp32 else 0
            self._changed()

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
            self._changed()

    def _after(self, us: int, call: Callable[[], None]) -> None:
        self._timer = self._clock.call_in(us, call)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _check_length(name: str, value: str, least: int, most: int) -> None:
    if not least <= len(value.encode()) <= most:
        raise ValueError(f"{name} length must be {least}-{most}")
