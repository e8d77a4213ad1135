# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Two to four workers with clocks of their own, whose steps interleave, and that hang and are cut off at random: at no
moment do two of them speak to one charger, and none books for a charger that is not its own."""

import pytest

from tests.host.leases.simulated import SERIALS, Simulation

REPLACED_S = 15.0


def _run(world, seed, workers, seconds, by_force=False):
    simulation = Simulation(world, seed, workers, by_force)
    try:
        simulation.run(seconds)
        for worker in simulation.workers:
            worker.share.resume()
        simulation.settle(40)
        holders = {serial: world.holder(serial) for serial in SERIALS}
        assert None not in holders.values()
        spoken = [
            serial for serial in SERIALS if any(each.share.holds(serial) for each in simulation.workers)
        ]
        assert spoken == SERIALS
        assert simulation.bookings > 0
    finally:
        simulation.close()


@pytest.mark.parametrize("workers", [2, 3, 4])
@pytest.mark.parametrize("seed", range(3))
def test_one_worker_speaks_to_one_charger(world, seed, workers):
    _run(world, seed, workers, seconds=300)


@pytest.mark.parametrize("seed", range(3))
def test_one_that_was_taken_by_force_is_not_booked_by_who_had_it(world, seed):
    _run(world, seed, workers=3, seconds=300, by_force=True)


@pytest.mark.parametrize("how", ["dies", "hangs", "is cut off"])
def test_a_worker_that_is_lost_is_replaced_within_15_s(world, how):
    """By the world's clock, however slow the computer is."""
    simulation = Simulation(world, how, workers=3)
    try:
        simulation.settle(20)
        for _ in range(5):
            simulation.one_is_lost(how, seconds=25)
            simulation.settle(10)
        assert 0 < simulation.longest_silence <= REPLACED_S
    finally:
        simulation.close()


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 140))
def test_it_does_so_for_hours(world, seed):
    _run(world, seed, workers=2 + seed % 3, seconds=3600, by_force=seed % 2 == 0)
