# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The firmware on a virtual Pico W, charging, with ways to block it."""

from dataclasses import replace

from chargerctl.deploy import write_drive
from chargerctl.settings import effective_for_simulation
from chargerctl.simulator.chaos.scene import Scene
from chargerctl.simulator.machine.costs import Costs

PICO = "raspberry_pi_pico_w"
ESTOP = "hardware.estop_pin=GP20"
# A wire held low costs 1 s a transfer, a send that finds no memory up to 10 s, joining Wi-Fi begins with 0.5 s.
STALLS = {
    "an I2C wire held low": "wire",
    "a socket that stalls for 7 s": {"socket_call": 7_000_000},
    "a socket that stalls for 500 ms": {"socket_call": 500_000},
    "a collection of garbage of 6 s": {"gc_collect": 6_000_000},
    "a task that sleeps for 5 s": 5,
}


class Charger:
    """`since(kind)`: the events of a kind since the last mark."""

    def __init__(self, drive, board_id, settings, state_machines=None, typed=""):
        write_drive(drive, {}, board_id)
        effective = effective_for_simulation(None, {}, settings)
        # A line that was typed on the drive comes first, and counts.
        (drive / "settings.toml").write_text(typed + "\n" + effective.render(), encoding="utf-8")
        self.scene = Scene(drive, board_id, effective.values, Costs(), seed=1)
        self.board, self.world = self.scene.board, self.scene.world
        self.board.settle_boot_out()
        if state_machines is not None:
            self.board.parts["rp2pio"] = state_machines
        self._events = []
        self.scene.listen(self._events.append)
        self._mark = 0
        self.board.power(True)

    def mark(self):
        self._mark = len(self._events)
        return self.scene.now_s

    def since(self, kind, **fields):
        wanted = {"kind": kind, **fields}
        return [event for event in self._events[self._mark :] if wanted.items() <= event.items()]

    def said(self, text):
        return any(text in event["text"] for event in self.since("console"))

    def until(self, holds, seconds=20):
        assert self.scene.wait(holds, seconds), [
            event["text"] for event in self._events if event["kind"] == "console"
        ]

    def boot(self):
        self.until(lambda: self.scene.status == "Available")
        return self

    def charge(self):
        self.boot()
        self.world.plug()
        self.until(lambda: self.scene.status == "Preparing")
        self.world.swipe("04A1B2C3")
        self.until(lambda: self.world.relay_closed)
        self.board.run_for(1.0)
        return self

    def block(self, how):
        """Into the middle of a stall: `how` is "wire", seconds that a task sleeps, or what costs how many microseconds."""
        if how == "wire":
            self.world.hold_wire("sda")
            self.board.run_for(0.3)
        elif isinstance(how, dict):
            self.board.costs.copy_from(replace(self.board.costs, **how))
            self._wait_for_a_stall()
        else:
            self.instead_of_the_light(lambda time: time.sleep(how))
            self.board.run_for(how / 2)

    def instead_of_the_light(self, work):
        """Have the task "outputs" do `work(time)` once, `time` being the board's module."""
        vm = self.board.vm
        light = vm.modules["charger.hardware.led"].Led
        plain = light.show

        def show(*_):
            light.show = plain
            work(vm.import_name("time"))

        light.show = show

    def _wait_for_a_stall(self):
        """Run until the program is in the middle of something that takes more than 200 ms."""
        clock = self.board.clock
        plain, ends = clock.spend, []

        def spend(us):
            ends.append(clock.now_us + us if us > 200_000 else 0)
            plain(us)

        clock.spend = spend
        assert self.board.run_until(lambda: ends and ends[-1] - clock.now_us > 100_000, 70)
        self.board.run_for(0.02)
        clock.spend = plain

    def unblock(self):
        self.world.hold_wire(None)
        self.board.costs.copy_from(Costs())

    def opened_after_us(self, since_s):
        """Board time from `since_s` until the relay opened; it must have."""
        return round((self.since("relay", closed=False)[0]["t"] - since_s) * 1_000_000)


def unplug_in_the_middle(charger, how):
    """Unplug while the program is blocked; seconds until the relay was open, and until the program knew it."""
    charger.block(how)
    unplugged_s = charger.mark()
    charger.world.unplug()
    charger.until(lambda: charger.said("relay  open"))
    charger.unblock()
    (knew_s,) = [event["t"] for event in charger.since("console") if "relay  open" in event["text"]]
    return charger.since("relay", closed=False)[0]["t"] - unplugged_s, knew_s - unplugged_s
