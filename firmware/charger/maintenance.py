# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The questions that a person, or chargerctl, types at the console as a line of its own. Loaded for one of them.

    ?relay   says whether relay and connector are in use, and what chargerctl doctor wants to know
    ?hold    the same first line; and without a transaction the relay then stays open for HOLD_MINUTES, for a deploy. The
             connector is Unavailable meanwhile. Asked again, the time starts anew; a restart of the program ends it
    ?free    ends that

The first line of an answer, which chargerctl parses, hold.py's too:

    asked  relay open, no transaction, held open for 5 min
           relay open|closed, transaction|no transaction, held open for N min|not held
"""

from charger import connector, ticks
from charger.journal import INOPERATIVE

HOLD_MINUTES = 5


class _Hold:
    """A job of the visitors. Only the interlock closes the relay, and it does not while it has a `hold`."""

    def __init__(self, charger):
        self._charger = charger
        self.until = 0

    def step(self, now):
        charger = self._charger
        controller = charger.controller
        if not ticks.reached(now, self.until):
            # Whatever the central system wants meanwhile.
            controller.handle(connector.AVAILABILITY, False)
            return False
        controller.handle(connector.AVAILABILITY, not (charger.board.journal.get(INOPERATIVE) or 0) & 1)
        charger.interlock.hold = None
        charger.board.console.log("asked", "the hold has ended")
        return True


def answer(question, charger, now):
    """The lines of the answer, (tag, text) each; none to what is no question. `now`: the tick."""
    if question not in ("?relay", "?hold", "?free"):
        return []
    interlock = charger.interlock
    controller = charger.controller
    busy = controller.state.running or controller.interrupted is not None
    if question == "?hold" and not (busy or interlock.closed or interlock.busy or interlock.holds_cable):
        if interlock.hold is None:
            hold = _Hold(charger)
            charger.visitors.jobs.append(hold)
            interlock.hold = hold
        interlock.hold.until = ticks.add(now, HOLD_MINUTES * 60000)
        interlock.hold.step(now)
    elif question == "?free" and interlock.hold is not None:
        interlock.hold.until = now
    hold = interlock.hold
    left_ms = 0 if hold is None else ticks.diff(hold.until, now)
    text = "relay {}, {}, {}".format(
        "closed" if interlock.closed else "open",
        "transaction" if busy else "no transaction",
        "held open for {} min".format((left_ms + 59999) // 60000) if left_ms > 0 else "not held",
    )
    return [("asked", text)] + (_facts(charger) if question == "?relay" else [])


def _facts(charger):
    transactions = charger.transactions
    interlock = charger.interlock
    running = charger.controller.state.running
    view = "phase={} relay={} cable={} energy_wh={} elapsed_s={} online={}".format(
        charger.controller.state.phase,
        "closed" if interlock.closed else "open",
        "in" if interlock.plugged else "out",
        transactions.session_energy(charger.board.meter.energy_wh) if running else None,
        transactions.elapsed_s if running else None,
        "yes" if charger.board.link.connected else "no",
    )
    asked = "firmware {}, serial {}, up {} s, fault {}, crashes {}".format(
        charger.identity[3],
        charger.identity[2],
        charger.uptime.seconds,
        interlock.fault,
        charger.board.store.crash_count,
    )
    return [("view", view), ("asked", asked), ("memory", charger.board.system.memory())]
