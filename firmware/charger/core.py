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
from charger.ocpp.outbox import Outbox
from charger.ocpp.rpc import Rpc
from charger.ocpp.transactions import Transactions
from charger.outputs import Outputs
from charger.restart import Restart

_ANSWER_TIMEOUT_MS = const(30000)


class Core:
    """`parts`: relay, lock, cable, emergency_stop, service_button, card_reader, meter, has_meter, led, screen.

    `link`: connected, publish(text) -> bool, receive() -> text or None. `boot_id`: 16 hex digits, new at each boot.
    `reboot()` resets the board; `reset_reason`: one word, why it was reset the last time. `operative` False: Unavailable
    for good.
    """

    def __init__(
        self,
        values,
        identity,
        parts,
        link,
        clock,
        uptime,
        store,
        boot_id,
        reboot,
        log,
        now,
        operative=True,
        reset_reason="unknown",
    ):
        limits = Limits(values)
        configuration = Configuration(values)
        self.interlock = Interlock(
            parts.relay, parts.lock, parts.cable, parts.emergency_stop, limits, uptime, log, now
        )
        self.rpc = Rpc(link, boot_id, _ANSWER_TIMEOUT_MS, log)
        self.outbox = Outbox()
        meter = parts.meter if parts.has_meter else None
        self.transactions = Transactions(self.rpc, self.outbox, clock, configuration, meter, uptime, log)
        self.charge_point = ChargePoint(
            self.rpc, self.transactions, clock, configuration, identity, uptime, reset_reason, log
        )
        self.controller = Controller(
            self.interlock, self.charge_point, parts, limits, configuration, uptime, log, operative
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
