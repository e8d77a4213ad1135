# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The real firmware on the virtual board, whole or with a seeded defect."""

import pytest
from chargerctl.settings import effective_for_simulation
from chargerctl.simulator.chaos.scene import Scene
from chargerctl.simulator.chaos.soak import Drives, Replacement
from chargerctl.simulator.machine.costs import Costs

C6, PICO = "seeed_xiao_esp32c6", "raspberry_pi_pico_w"
# From the power to a charger that is registered, all of it from source; behind a safe mode; and when a charge runs for
# certain.
BOOT_S, BOOT_AGAIN_S, CHARGING_S = 20, 30, 18


def breaks(file, step):
    """The task's step raises once the charge runs."""
    return Replacement(
        file,
        f"    def {step}(self, now):\n",
        f"    def {step}(self, now):\n        import time\n\n        if time.monotonic() > {CHARGING_S}:\n"
        '            raise ValueError("seeded")\n',
    )


@pytest.fixture
def charging(tmp_path):
    """A charger in the middle of a charge; `replacements` change its firmware."""
    scenes = []

    def make(board_id=C6, replacements=(), until_charging=True, power=True, overrides=()):
        drive = Drives(tmp_path, replacements).of(board_id)
        settings = effective_for_simulation(None, {}, list(overrides), board_id=board_id)
        (drive / "settings.toml").write_text(settings.render(), encoding="utf-8")
        scene = Scene(drive, board_id, settings.values, Costs(), seed=1)
        scenes.append(scene)
        scene.infos = []
        scene.listen(lambda event: _note_info(scene, event))
        scene.board.settle_boot_out()
        scene.board.power(power)
        if power and until_charging:
            assert scene.wait(lambda: scene.status == "Available", BOOT_S)
            scene.world.plug()
            scene.world.swipe("04A2B3C4")
            assert scene.wait(lambda: scene.world.relay_closed, 5), said(scene)
            assert scene.board.uptime_us() < CHARGING_S * 1e6
        return scene

    yield make
    for scene in scenes:
        scene.board.power(False)


def _note_info(scene, event):
    if event["kind"] == "frame" and event["dir"] == "out" and event["frame"][2:3] == ["StatusNotification"]:
        payload = event["frame"][3]
        if payload["connectorId"] == 0:
            scene.infos.append(payload.get("info"))


def said(scene):
    return "\n".join(scene.board.console.lines)
