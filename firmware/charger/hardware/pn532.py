# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Reads cards with a PN532 and never waits: one of send, acknowledge and read in a pass.

The chip searches by itself until a card comes, so an idle pass is one status read. Frames and checksums are the
library's; its waiting loops are not used.
"""

import binascii

import digitalio
import supervisor
from adafruit_pn532.adafruit_pn532 import BusyError
from micropython import const

from charger import ticks
from charger.hardware.health import Health, reason
from charger.hardware.presence import Presence

_ACK = b"\x00\x00\xff\x00\xff\x00"
# Normal mode, no virtual card, interrupt pin in use.
_SAM_CONFIGURATION = b"\xd4\x14\x01\x00\x01"
# One card of ISO 14443 type A at 106 kbit/s.
_LIST_PASSIVE_TARGET = b"\xd4\x4a\x01\x00"
# Count, number, SENS_RES, SEL_RES, length, UID; behind it a smart card's ATS of up to 20 bytes.
_LENGTH_AT = const(5)
_LONGEST_ANSWER = _LENGTH_AT + 1 + 10 + 20
_UID_LENGTHS = (4, 7, 10)

_PATIENCE_MS = const(100)
_STRIKES = const(3)
_LOOK_AGAIN_MS = const(100)
# A chip that lost its power has forgotten to search and tells nobody: configured anew this often.
_RENEW_MS = const(5000)

_REST, _SENT, _WORKING = range(3)


class Reader:
    """`chip(bus)` makes the library's object for one of its buses; see pn532_i2c and pn532_spi.

    `irq`: the pin on the chip's interrupt line, or None; with it an idle pass sends nothing at all.
    """

    def __init__(self, chip, bus, irq, log):
        self._make = chip
        self._bus = bus
        self._irq = None
        if irq is not None:
            self._irq = digitalio.DigitalInOut(irq)
            self._irq.switch_to_input(pull=digitalio.Pull.UP)
        self._health = Health(log, "card")
        self._presence = Presence()
        self._chip = None
        self._command = _SAM_CONFIGURATION
        self._phase = _REST
        self._since = 0
        self._strikes = 0

    @property
    def lost(self):
        return self._health.lost

    def step(self, now):
        """The UID of a newly presented card, else None."""
        self._presence.miss(now)
        if self._chip is None and not self._health.due(now):
            return None
        if not self._bus.usable():
            if self._chip is not None:
                self._lose(now, "left alone, the bus is stuck", True)
            return None
        started = supervisor.ticks_ms()
        try:
            if self._chip is None:
                self._chip = self._make(self._bus.open())
                self._begin(_SAM_CONFIGURATION, now)
            return self._advance(now)
        except (RuntimeError, IndexError, BusyError):
            self._strike(now, "answers cannot be read", False)
        except OSError as error:
            self._strike(now, reason(error), self._bus.stalled(started))
        return None

    def _advance(self, now):
        if self._phase == _REST:
            if not ticks.reached(now, self._since):
                return None
            self._chip._write_frame(self._command)
            self._since = now
            self._phase = _SENT
            return None
        # The line is low while a frame waits.
        if (self._irq is not None and self._irq.value) or not self._chip.ready():
            self._wait(now)
            return None
        if self._phase == _SENT:
            if self._chip._read_data(len(_ACK)) != _ACK:
                raise RuntimeError("no acknowledge")
            self._since = now
            self._phase = _WORKING
            return None
        answer = self._chip.process_response(self._command[1], _LONGEST_ANSWER)
        self._strikes = 0
        self._bus.worked()
        self._health.work()
        if self._command is _SAM_CONFIGURATION:
            self._begin(_LIST_PASSIVE_TARGET, now)
            return None
        # Not at once: a card that stays would keep the bus busy.
        self._begin(_LIST_PASSIVE_TARGET, ticks.add(now, _LOOK_AGAIN_MS))
        uid = _uid(answer)
        return None if uid is None else self._presence.see(now, uid)

    def _wait(self, now):
        waited = ticks.diff(now, self._since)
        if self._phase == _WORKING and self._command is _LIST_PASSIVE_TARGET:
            if waited >= _RENEW_MS:
                self._begin(_SAM_CONFIGURATION, now)
        elif waited >= _PATIENCE_MS:
            self._strike(now, "does not answer", False)

    def _begin(self, command, at):
        self._command = command
        self._phase = _REST
        self._since = at

    def _strike(self, now, why, stalled):
        """One bad frame is noise, the third in a row a lost reader; a stall is not tried again soon."""
        self._strikes += 1
        if self._chip is None or stalled or self._strikes >= _STRIKES:
            self._lose(now, why, stalled)
        else:
            self._begin(_SAM_CONFIGURATION, now)

    def _lose(self, now, why, stalled):
        self._chip = None
        self._strikes = 0
        self._health.fail(now, why, stalled)


def _uid(answer):
    """Upper-case hex, or None when the answer is not exactly one card with a UID of 4, 7 or 10 bytes."""
    if len(answer) <= _LENGTH_AT or answer[0] != 1 or answer[_LENGTH_AT] not in _UID_LENGTHS:
        return None
    uid = answer[_LENGTH_AT + 1 : _LENGTH_AT + 1 + answer[_LENGTH_AT]]
    if len(uid) != answer[_LENGTH_AT]:
        return None
    return str(binascii.hexlify(uid), "ascii").upper()
