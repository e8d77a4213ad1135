# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What becomes of a transaction that ran when the program ended. A visitor of the start, loaded only when there is one.

It ends, with the time and the register of its last checkpoint. Or it goes on, where the owner has allowed that with [safety]
resume_after_power_loss, and all of this holds: the supply or the watchdog ended the program, not a person nor a defect; the
central system had accepted its start; its stop cannot be missing, since the journal could be written, and can be now;
nothing is latched; the cable is in at every sample from the first until the relay closes, lock engaged; and the time is
known, and not before the checkpoint. That the cable was not out while the board had no power cannot be proved: no lock may
hold without power.
"""

from charger import connector, ticks

_POWER = ("power", "brownout")
_RESUMED = ("power", "brownout", "watchdog")


def recover(charger, resume, reset_reason):
    """`resume`: the setting. `reset_reason`: one word, as hardware/reset.py has it."""
    running = charger.board.journal.running
    # SPEC 7.36.
    reason = "PowerLoss" if reset_reason in _POWER else "Reboot"
    charger.transactions.recover(running, charger.controller.start_answered)
    why = None
    if not resume:
        why = "[safety] resume_after_power_loss is off"
    elif reset_reason not in _RESUMED:
        why = "reset: " + reset_reason
    elif charger.board.store.failing:
        why = "its stop may be missing in the journal"
    elif not running.accepted:
        why = "its start was not accepted"
    elif charger.interlock.fault is not None or charger.controller.state.phase != connector.AVAILABLE:
        why = "the charger is out of order"
    elif not charger.board.cable.plugged():
        why = "the cable is out"
    if why is None:
        charger.controller.interrupted = Interrupted(charger, running, reason)
    else:
        _log(charger, "ends: " + why)
        charger.transactions.stop(reason, None, running.last_wh, running.last_unix)


def _log(charger, text):
    charger.board.console.log("state", "the transaction from before the restart " + text)


class Interrupted:
    """Runs in the connector's turn, after each sample of the cable."""

    def __init__(self, charger, running, reason):
        self._charger = charger
        self._running = running
        self._reason = reason
        self._waits = True
        self._settles_since = None
        self._looked_s = -1
        charger.controller.state = _state(
            charger.controller.state,
            connector.SUSPENDED,
            True,
            running.id_tag,
            running.parent,
            running.by_card,
        )
        charger.interlock.lock_cable()
        _log(charger, "waits for the cable to settle, and for the time")

    def step(self, now):
        """False while it is not decided; True when it has gone on, or ended; or the reason for which it ends now."""
        charger = self._charger
        interlock = charger.interlock
        controller = charger.controller
        if interlock.closed or not controller.state.running:
            return True
        if not interlock.plugged:
            _log(charger, "ends: the cable was out")
            return self._reason
        journal = charger.board.journal
        if journal.failing:
            _log(charger, "ends: the journal cannot be written")
            return self._reason
        if self._settles_since is None or interlock.blind:
            self._settles_since = now
        seconds = charger.uptime.seconds
        if (
            not self._waits
            # A store that takes nothing now may have lacked its stop before.
            or not journal.written
            or ticks.diff(now, self._settles_since) < charger.limits.cable_settle_ms
            # Reading the time takes memory.
            or seconds == self._looked_s
        ):
            return False
        self._looked_s = seconds
        unix = charger.board.clock.unix()
        if unix is None:
            return False
        if unix < self._running.last_unix:
            _log(charger, "ends: the clock is behind it")
            return self._reason
        _log(charger, "goes on")
        self._waits = False
        charger.transactions.resume(unix)
        state = controller.state
        # As if it had been unplugged and is in again: the connector asks for lock and permit, the interlock decides.
        controller.state = _state(
            state, connector.SUSPENDED_EV, False, state.tag, state.parent, state.by_card
        )
        return False


def _state(state, phase, plugged, tag, parent, by_card):
    """A transaction runs, and nothing is asked. What follows `by_card` in a State stays."""
    return connector.State(phase, plugged, tag, parent, None, True, True, by_card, *tuple(state)[8:])
