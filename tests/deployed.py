# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The charger as deployed, on a virtual board, and the world around it."""

from chargerctl.deploy import write_drive
from chargerctl.settings import effective_for_simulation
from chargerctl.simulator.chaos.scene import Scene
from chargerctl.simulator.machine.costs import Costs


class Charger:
    """Without power at first. `console`: the lines that it printed; `resets`: the reasons of its resets but power-on."""

    def __init__(self, drive, board_id, overrides, costs=None):
        """`overrides` as for --set: ["ocpp.heartbeat_interval=60"]."""
        settings = effective_for_simulation(None, {}, overrides, board_id=board_id)
        write_drive(drive, settings.flat(), board_id)
        self.scene = Scene(drive, board_id, settings.values, costs or Costs(), 1)
        self.network = self.scene.network
        self.board = self.scene.board
        self.world = self.scene.world
        self.console = []
        self.resets = []
        self.scene.events.listen(self._on_event)
        self.board.settle_boot_out()

    def _on_event(self, event):
        if event["kind"] == "console":
            self.console.append(event["text"])
        elif event["kind"] == "reset" and event["reason"] != "power":
            self.resets.append(event["reason"])

    def said(self, text):
        """The console lines with this text."""
        return [line for line in self.console if text in line]

    def until(self, holds, seconds):
        assert self.scene.wait(holds, seconds), self.console[-30:]

    @property
    def ready(self):
        return self.scene.online and self.scene.status == "Available"
