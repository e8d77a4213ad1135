# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The charger without its board: joins everything that is plain Python, and owns the order of a pass.

Runs on any Python, given a board. The board's program, the tests and a fleet use it alike.
"""

from charger import VERSION, ticks
from charger.controller import Controller
from charger.housekeeping import Housekeeping
from charger.inputs import Inputs
from charger.interlock import Interlock
from charger.journal import INOPERATIVE
from charger.loop import Loop, Task, in_turn
from charger.ocpp.authorization import Authorization
from charger.ocpp.availability import Availability
from charger.ocpp.boot import Boot
from charger.ocpp.remote import Remote
from charger.ocpp.reset import Reset
from charger.ocpp.rpc import Rpc
from charger.ocpp.transactions import Transactions
from charger.ocpp.visitors import Charger, Visitors
from charger.ticks import Uptime
from charger.view import View
from charger.visit import visit


class Core:
    """`board` is only read; only `loop` and the visitors keep it. It has

    relay, lock, cable, emergency_stop, service_button, card_reader, meter, has_meter, led, screen: the parts;
    contactor: the contactor's auxiliary contact, or None;
    faults: why the relay must never close, a list of texts; stalls; store: the crash count's and the fault's;
    wifi, link, ntp: the network; clock; journal;
    console: log(tag, text) and step(now); it gets `charger`, what a question that is typed there is about;
    reserve: a list that holds some memory, to be cleared when there is none left;
    system: ticks_ms(); boot_id(), 16 hex digits, new at each start; collect() and memory(), see Housekeeping;
    describe(error), its traceback as a list of lines;
    reboot(): resets the board;
    auto_reload(controller, interlock, journal, log): makes what has a step(now) that starts the program anew.

    `reset_reason`: one word. `operative` False: Unavailable until the program starts again.
    """

    def __init__(self, board, values, reset_reason, operative=True):
        log = board.console.log
        now = board.system.ticks_ms()
        uptime = Uptime(now)
        limits = visit("limits").make(values)
        configuration = visit("ocpp.configuration").make(values, board.journal)
        contactor = _contactor(board, values["safety.feedback_ms"], reset_reason, now)
        self.interlock = interlock = Interlock(
            board.relay,
            board.lock,
            board.cable,
            board.emergency_stop,
            contactor,
            limits,
            uptime,
            log,
            now,
        )
        guard = interlock.step if contactor is board.relay else in_turn(contactor, interlock)
        # Late: the parts ask it before they block, and the interlock is made of some of the parts.
        board.stalls.follow(interlock)
        for fault in board.faults:
            interlock.bar(fault)
        fault = board.store.fault
        if fault == "NvmFailure":
            # What nvm held is not known until it can be read.
            interlock.bar(fault)
        elif fault:
            interlock.latch(fault)

        rpc = Rpc(board.link, board.system.boot_id(), configuration, uptime, log)
        samples = None
        if board.has_meter:
            samples = visit("ocpp.samples").Samples(
                rpc, board.journal, board.clock, configuration, board.meter, uptime, board.stalls, log
            )
        authorization = Authorization(rpc, configuration, board.journal, board.clock, board.stalls, log)
        transactions = Transactions(
            rpc, board.journal, board.clock, configuration, samples, authorization, uptime, log
        )
        # Until the central system changes it, over every restart (SPEC 5.2).
        operative = not (board.journal.get(INOPERATIVE) or 0) & 1 if operative else None
        controller = Controller(
            interlock, authorization, transactions, board, limits, configuration, log, operative
        )
        silences = (values["ocpp.suspended_ev_seconds"], values["hardware.meter_alarm_minutes"] * 60)
        view = View(
            controller, interlock, transactions, board, uptime, silences if board.has_meter else (0, 0), now
        )
        availability = Availability(
            rpc, view, board.clock, board.journal, configuration, uptime, reset_reason
        )
        identity = (
            values["charger.vendor"],
            values["charger.model"],
            values["charger.serial"],
            VERSION,
            values["hardware.meter_type"],
            values["hardware.meter_serial"],
        )
        boot = Boot(rpc, board.clock, configuration, identity, uptime, board.stalls, log)
        Remote(rpc, transactions, controller)
        # What visitors may use. Not the Core itself: that would stay loaded with it.
        charger = Charger()
        charger.board = board
        charger.rpc = rpc
        charger.transactions = transactions
        charger.samples = samples
        charger.authorization = authorization
        charger.controller = controller
        charger.availability = availability
        charger.boot = boot
        charger.interlock = interlock
        charger.configuration = configuration
        charger.limits = limits
        charger.identity = identity
        charger.uptime = uptime
        charger.visitors = rpc.calls.visitors = Visitors(charger, board.stalls)
        board.console.charger = charger
        if board.journal.running is not None:
            visit("interrupted").recover(charger, values["safety.resume_after_power_loss"], reset_reason)
        reset = Reset(rpc, transactions, controller, interlock, board, log)
        auto_reload = board.auto_reload(controller, interlock, board.journal, log)
        housekeeping = Housekeeping(
            board.system.collect,
            board.system.memory,
            board.reserve,
            board.store,
            board.journal,
            interlock,
            board.stalls,
            uptime,
            log,
            now,
        )
        self.urgent = (
            Task("interlock", guard, 5, vital=True),
            Task("inputs", Inputs(board, controller, interlock).step, 20),
            Task("connector", controller.step, 10, vital=True),
            Task("outputs", view.step, 10),
            Task("uptime", uptime.step, 5),
        )
        self.rest = (
            # Only one call may be outstanding: the first here has the first turn to make one.
            Task("ocpp", in_turn(rpc, authorization, availability, transactions, boot), 40),
            Task("journal", board.journal.step, 20),
            Task("visitors", charger.visitors.step, 40),
            Task("restart", reset.step, 10),
            Task("wifi", board.wifi.step, 20),
            Task("link", board.link.step, 20),
            Task("ntp", board.ntp.step, 10),
            Task("texts", view.show, 10),
            Task("display", board.screen.step, 30),
            Task("console", board.console.step, 10),
            Task("reload", auto_reload.step, 20),
            Task("housekeeping", housekeeping.step, 60),
        )
        self._board = board

    def loop(self, watchdog):
        """The Loop, ready to run. The watchdog counts already, so it is started after the core was made."""
        board = self._board
        return Loop(
            self.urgent,
            self.rest,
            watchdog,
            self.interlock.make_safe,
            board.system.ticks_ms,
            board.stalls,
            board.system.describe,
            board.reserve,
            board.console.log,
        )


def _contactor(board, feedback_ms, reset_reason, now):
    """The Contactor, or the relay in its place where no contact measures it."""
    if board.contactor is None:
        return board.relay
    # A reset has opened the relay, for longer than a contactor takes: one that is closed in the first pass is stuck.
    opened_at = None if reset_reason == "reload" else ticks.add(now, -feedback_ms)
    return visit("contactor").make(board.relay, board.contactor, board.screen, feedback_ms, opened_at)
