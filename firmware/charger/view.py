# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One picture of the charger, for all that shows or reports it: others only read it.

It shows itself on display and LED, in two tasks: the phase is urgent, the texts take memory and may fail for lack of it.
"""

from charger import connector, ticks

_NO_PULSE = (None, "PowerMeterFailure", "no pulse")
_UNPLUGGED = (None, "NoError", "EV side disconnected")


class View:
    """`board`: card_reader, meter, screen, led, wifi, link and clock, as in core.py.

    `silences`: how many seconds without a pulse of the meter, with the relay closed, say that the vehicle draws nothing, and
    how many that the meter has failed; 0: never."""

    def __init__(self, controller, interlock, transactions, board, uptime, silences, now):
        self._controller = controller
        self._interlock = interlock
        self._transactions = transactions
        self._meter = board.meter
        self._screen = board.screen
        self._led = board.led
        self._losses = (
            (board.card_reader, "ReaderFailure", None),
            (board.meter, "PowerMeterFailure", None),
            (board.screen, "OtherError", "display"),
            (board.led, "OtherError", "led"),
        )
        self._uptime = uptime
        self._suspended_ev_s, self._alarm_s = silences
        self._pulses = self._pulse_s = 0
        self._wifi = board.wifi
        self._link = board.link
        self._clock = board.clock
        self._settings = -1
        self._next_minute = now

    @property
    def phase(self):
        """The connector's phase, or SUSPENDED, which outranks SUSPENDED_EV (SPEC 4.9); PREPARING until a start is recorded.
        FAULTED from the moment there is a fault, even if the state machine itself failed."""
        state = self._controller.state
        if self.fault is not None and state.operative is not None:
            return connector.FAULTED
        if state.phase == connector.CHARGING:
            if self._controller.recording:
                # No energy before its start is written.
                return connector.PREPARING
            if self._interlock.suspended:
                return connector.SUSPENDED
            silence_s = self._uptime.seconds - self._pulse_s
            # The silence of a meter that may have failed proves nothing.
            if 0 < self._suspended_ev_s <= silence_s and not 0 < self._alarm_s <= silence_s:
                return connector.SUSPENDED_EV
        return state.phase

    @property
    def fault(self):
        """Why the relay may not close, or None. Charging without a permit is what the connector failed to end."""
        interlock = self._interlock
        controller = self._controller
        charging = controller.state.phase == connector.CHARGING and not controller.recording
        if interlock.fault is None and charging and not interlock.permitted:
            return "InternalError"
        return interlock.fault

    @property
    def loss(self):
        """(part, errorCode, info) of the first part that is lost, or of another thing to report, or None."""
        for loss in self._losses:
            if loss[0].lost:
                return loss
        if 0 < self._alarm_s <= self._uptime.seconds - self._pulse_s:
            return _NO_PULSE
        state = self._controller.state
        if not state.plugged and (state.running or connector.holds_cable(state)):
            # The vehicle was unplugged, and its transaction goes on or its cable is still locked.
            return _UNPLUGGED
        return None

    def step(self, now):
        """Shows the phase on display and LED. Needs no memory: it works even while there is none for a text."""
        meter = self._meter
        if meter.pulses != self._pulses or meter.lost or not self._interlock.closed:
            self._pulses = meter.pulses
            self._pulse_s = self._uptime.seconds
        screen = self._screen
        phase = self.phase
        if phase != screen.state:
            screen.state = phase
            if phase == connector.FAULTED:
                # A fault takes the place of any other notice.
                screen.notice(None, 0)
        # Last: if it fails, the display is up to date nevertheless.
        self._led.show(phase, now)

    def show(self, now):
        """Shows charge, address and time on the display; makes a text only when something changed."""
        screen = self._screen
        elapsed_s = energy_wh = None
        if self._controller.state.running:
            elapsed_s = self._transactions.elapsed_s
            energy_wh = self._transactions.session_energy(self._meter.energy_wh)
        screen.charge(energy_wh, elapsed_s)
        address = self._wifi.address
        if address is not None and self._interlock.closed and not self._link.connected:
            address = "Offline"
        screen.address = address
        clock = self._clock
        if clock.settings != self._settings or ticks.reached(now, self._next_minute):
            screen.local_time = clock.local_text()
            unix = clock.unix()
            left_s = 60 if unix is None else 60 - unix % 60
            self._next_minute = ticks.add(now, left_s * 1000)
            # Last: if there was no memory for the text, the next step makes it.
            self._settings = clock.settings
