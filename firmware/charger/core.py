# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The charger without its board: everything that is plain Python, joined. Runs on any Python, given parts and a link."""

from micropython import const

from charger.controller import Controller
from charger.inputs import Inputs
from charger.interlock import Interlock, Limits
from charger.ocpp.charge_point import ChargePoint
from charger.ocpp.commands import Commands
from charger.ocpp.configuration import Configuration
from charger.ocpp.rpc import Rpc
from charger.ocpp.transactions import Transactions
from charger.outputs import Outputs
from charger.restart import Restart

_ANSWER_TIMEOUT_MS = const(30000)


class Core:
    """`parts`: relay, lock, cable, emergency_stop, service_button, card_reader, meter, has_meter, led, screen, stalls.

    `link`: connected, publish(text) -> bool, receive() -> text or None. `store`: the crash count's. `reserve`: a
    list that holds some memory, to be cleared when there is none left. `reboot()` resets the board.
    `operative` False: Unavailable for good.
    """

    def __init__(
        self,
        values,
        identity,
        parts,
        link,
        outbox,
        clock,
        uptime,
        store,
        reserve,
        reboot,
        log,
        now,
        operative=True,
    ):
        limits = Limits(values)
        configuration = Configuration(values)
        self.interlock = Interlock(
            parts.relay, parts.lock, parts.cable, parts.emergency_stop, limits, uptime, log, now
        )
        self.rpc = Rpc(link, identity.boot_id, _ANSWER_TIMEOUT_MS, log)
        meter = parts.meter if parts.has_meter else None
        self.transactions = Transactions(self.rpc, outbox, clock, configuration, meter, uptime, log)
        self.charge_point = ChargePoint(
            self.rpc, self.transactions, clock, configuration, identity, uptime, parts.stalls, log
        )
        self.controller = Controller(
            self.interlock, self.charge_point, parts, limits, configuration, uptime, reserve, log, operative
        )
        self.charge_point.attach(self.controller)
        self.restart = Restart(
            self.controller, self.interlock, self.transactions, self.rpc, link, store, reboot, log
        )
        commands = Commands(
            self.charge_point, self.transactions, self.controller, self.interlock, self.restart
        )
        self.rpc.serve(commands.answer)
        self.inputs = Inputs(parts, self.controller, self.charge_point, self.interlock, self.restart)
        self.outputs = Outputs(parts.led, self.controller)
