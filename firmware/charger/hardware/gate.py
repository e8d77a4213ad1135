# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""On RP2 only: relay, cable and emergency stop behind one PIO program, which opens the relay whether or not Python runs.

The relay's pin is on only while Python has enabled it and every sample since found the cable in and the emergency stop
closed. Once one of them has been open for about 10 us (32 samples in a row, so that a spark on the wire does
not count) the pin goes off and stays off, cable in again or not, until Python enables it anew. A state machine owns its
pins, so the levels are read through it. Nothing here can block: no FIFO is written, and none is read while empty.
"""

import digitalio
import rp2pio
from micropython import const

# X: 1 enables, in the loop `open`; a sample, in the loop from `sample` on.
# Y: how many samples may still fail, or 0 while open, or all ones when the emergency stop has been open since.
#
# .program gate
# trip:
#     set y, 0
# off:
#     set x, 0
# open:
#     set pins, 0
#     jmp pin stopped
#     jmp !x open
#     set y, 0            ; the first sample after enabling must find all well
# .wrap_target
# sample:
#     jmp pin bad         ; emergency stop
#     mov osr, pins
#     out x, 1            ; cable, 1 is out
#     jmp x-- bad
#     set pins, 1
#     set y, 31
# .wrap
# bad:
#     set x, 31
# pause:
#     jmp x-- pause
#     jmp y-- sample
#     jmp trip
# stopped:
#     mov y, ~null
#     jmp off
_PROGRAM = (
    b"\x40\xe0\x20\xe0\x00\xe0\xd0\x00\x22\x00\x40\xe0\xcc\x00\xe0\xa0\x21\x60\x4c\x00\x01\xe0\x5f\xe0"
    b"\x3f\xe0\x4d\x00\x86\x00\x00\x00\x4b\xa0\x01\x00"
)
_WRAP_TARGET = const(6)
_WRAP = const(11)
# Where it sets the pin, and where it samples the emergency stop.
_SETS = (2, 10)
_STOPS = (3, 6)

_LOOK = b"\xc2\xa0\x01\x40\x00\x80"  # mov isr, y; in pins, 1; push noblock
_ENABLE = b"\x21\xe0"  # set x, 1
_FORGET = b"\x40\xe0"  # set y, 0
_NOP = b"\x42\xa0"

# What _LOOK gives: Y, shifted by the cable's level, a byte of it.
_OUT = const(1)
_TRIPPED = const(2)  # below it: open, by the cable or by Python
_STOPPED = const(254)  # from it on: open, by the emergency stop


class Gate:
    """In the place of Relay and Cable, and of EmergencyStop where there is one (None: without). Open from the moment it
    exists.

    ValueError when a pin is in use, RuntimeError when no state machine is free.
    """

    # As in contactor.py.
    fault = None

    def __init__(self, relay, active_high, cable, emergency_stop):
        program = bytearray(_PROGRAM)
        if not active_high:
            for at in _SETS:
                program[2 * at] ^= 1
        if emergency_stop is None:
            for at in _STOPS:
                program[2 * at : 2 * at + 2] = _NOP
        # A program that ended with the relay closed left its state machine running, without pins: nothing stops it but
        # being made again, and it would drive the relay until then. This one has no pins yet.
        rp2pio.StateMachine(bytes(len(program)), 0).deinit()
        # At full speed: a slower one would miss some of the words that `run` sends in a row.
        self._machine = rp2pio.StateMachine(
            program,
            0,
            may_exec=_LOOK,
            first_set_pin=relay,
            initial_set_pin_state=not active_high,
            first_in_pin=cable,
            pull_in_pin_up=1,
            jmp_pin=emergency_stop,
            jmp_pin_pull=None if emergency_stop is None else digitalio.Pull.UP,
            in_shift_right=False,
            wrap_target=_WRAP_TARGET,
            wrap=_WRAP,
        )
        self._seen = bytearray(1)
        self.closed = False

    def close(self):
        self._machine.run(_ENABLE)
        self.closed = True

    def open(self):
        # Stops, lets go of the relay and starts from `trip`, without a wait for anything.
        self._machine.restart()
        self.closed = False

    def _hold(self, level):
        self._machine.restart()

    # What holds the outputs safe sets this, as it sets a DigitalInOut's: for either level the relay opens, and a
    # program that still runs finds it tripped.
    value = property(None, _hold)

    def plugged(self):
        """The raw level; False, too, once after the program opened the relay that Python still takes for closed: the
        cable was out, and may be in again."""
        seen = self._look()
        return not (seen & _OUT or (self.closed and seen < _TRIPPED))

    def pressed(self):
        """Pressed now or, with the relay closed, since the last look."""
        if self._look() < _STOPPED:
            return False
        if self.closed:
            return True
        # Remembered from any time before, and from a spark too: only what is so again at once counts.
        self._machine.run(_FORGET)
        return self._look() >= _STOPPED

    def _look(self):
        machine, seen = self._machine, self._seen
        # Should nothing come: the cable is out.
        seen[0] = _OUT
        machine.run(_LOOK)
        while machine.in_waiting:
            machine.readinto(seen)
        return seen[0]
