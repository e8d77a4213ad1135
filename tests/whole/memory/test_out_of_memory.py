# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""No memory, wherever the charger asks for some: a line and a refusal. Never a reset, a latched fault or a relay that
stays closed without authorization."""

from types import SimpleNamespace as Namespace

import pytest
from charger.housekeeping import Housekeeping
from chargerctl.simulator.machine.costs import Costs

from tests import deployed
from tests.whole.memory.allocations import Allocations

BOARD = "adafruit_feather_esp32s3_nopsram"
CARD = "04A2B3C4"
BOOT_S = 60
# After this long without one a task's failures are forgotten, and its next rest is a short one.
CALM_S = 65
# `make test` has the first share, every twelfth of the statements; `make soak` has the others.
SHARES = 12
# A slow board: fewer passes to simulate.
PASS_US = 20_000


class Charger(deployed.Charger):
    """A charger with power; `struck`: the statement that finds no memory, the next time it is reached."""

    def __init__(self, drive, monkeypatch, fails=None):
        overrides = [
            "ocpp.meter_value_sample_interval=5",
            "safety.min_off_seconds=1",
            "safety.max_cycles_per_hour=60",
        ]
        super().__init__(drive, BOARD, overrides, Costs(loop_pass=PASS_US))
        self.struck = None
        self.allocations = Allocations(monkeypatch)
        self.allocations.fails = fails or self._fails
        self.board.power(True)

    def _fails(self, point):
        if point != self.struck:
            return False
        self.struck = None
        return True

    def session(self):
        """A customer tries to charge for 12 s, and leaves. Whether the relay closed."""
        scene, world = self.scene, self.world
        world.plug()
        self.board.run_for(1.5)
        world.swipe(CARD)
        closed = scene.wait(lambda: world.relay_closed, 5)
        self.board.run_for(12)
        if world.relay_closed:
            world.swipe(CARD)
            scene.wait(lambda: not world.relay_closed, 3)
        world.unplug()
        self.board.run_for(1)
        assert not world.relay_closed
        return closed

    def everything(self):
        """A session, a call of the central system, and a lost connection."""
        self.scene.publish(f'[2, "{self.scene.next_id("x")}", "ClearCache", {{}}]')
        self.session()
        self.scene.network.broker(False)
        self.board.run_for(3)
        self.scene.network.broker(True)
        self.board.run_for(CALM_S)


@pytest.fixture
def make(tmp_path, monkeypatch):
    made = []

    def charger(fails=None):
        made.append(Charger(tmp_path / "CIRCUITPY", monkeypatch, fails))
        return made[-1]

    yield charger
    for each in made:
        each.board.power(False)


@pytest.mark.parametrize(
    "share", [0, *(pytest.param(share, marks=pytest.mark.soak) for share in range(1, SHARES))]
)
def test_wherever_memory_runs_out_at_work_the_next_session_is_an_ordinary_one(make, share):
    charger = make()
    assert charger.scene.wait(lambda: charger.ready, BOOT_S), charger.console
    before = charger.allocations.seen.copy()
    charger.everything()
    points = sorted(charger.allocations.seen - before)
    assert len(points) > 80
    for point in points[share::SHARES]:
        charger.console.clear()
        charger.struck = point
        charger.everything()
        where = f"{point}\n" + "\n".join(charger.console)
        assert charger.resets == [], where
        assert not charger.said("fault latched"), where
        assert charger.scene.wait(lambda: charger.ready, 70), where
        charger.struck = None
        assert charger.session(), where
    assert len(charger.allocations.failed) > len(points) // SHARES // 2


@pytest.mark.parametrize(
    "module", ["start", "assembly", "settings", "hardware/parts", "net/mqtt", "ocpp/rpc"]
)
def test_out_of_memory_while_it_starts_the_charger_is_held_safe_and_says_so(make, module):
    charger = make(lambda point: point.startswith(f"charger/{module}.py:"))
    charger.scene.wait(lambda: charger.said("hold "), BOOT_S)
    held = charger.said("hold ")
    assert len(held) == 1
    assert "not enough memory: deploy .mpy files" in held[0]
    assert "held safe: relay" in held[0]
    charger.board.run_for(60)
    assert charger.resets == []
    assert not charger.world.relay_closed


def test_the_console_says_what_is_free_before_and_after_wifi_and_once_it_runs(make):
    charger = make()
    assert charger.scene.wait(lambda: len(charger.said("memory ")) == 2, BOOT_S)
    at_start, at_work = charger.said("memory ")
    before, after = at_start.split("; with the radio open ")
    for text in (before, after, at_work):
        assert "bytes free, " in text
        assert "in one piece outside the heap" in text


def test_the_line_is_repeated_every_hour_and_the_reserve_is_made_anew():
    lines, reserve, collected = [], [], []
    store = Namespace(fault=None, crash_count=0, trouble=None, blocking=False, failing=False)
    journal = Namespace(failing=False)
    interlock = Namespace(fault=None)
    part = Housekeeping(
        lambda: collected.append(1), lambda: "1 byte free", reserve, store, journal, interlock, None, None,
        lambda tag, text: lines.append(text), 0,
    )  # fmt: skip
    for second in range(2 * 3600 + 20):
        part.step(second * 1000)
    assert lines == ["1 byte free"] * 3
    assert len(collected) == 2 * 360 + 1 - 3
    assert len(reserve) == 1
    reserve.clear()
    for second in range(2 * 3600 + 20, 2 * 3600 + 40):
        part.step(second * 1000)
    assert len(reserve) == 1
