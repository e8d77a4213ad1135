# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Chargers to which faults happen at random, with customers all the while: nothing that can be judged is violated."""

from collections import Counter
from random import Random

import pytest
from chargerctl.fleet.chaos.faults import Faults
from chargerctl.fleet.chaos.judging import Judging
from chargerctl.fleet.firmware.firmware import Firmware
from chargerctl.fleet.script.hands import Hands

from tests.fleet import OneCharger

_SETTLE_S = 700


def _customers(charger, draw, seconds):
    """Plug, swipe, charge, swipe, unplug, in that order most of the time."""
    hands, clock = Hands(charger.charger), charger.clock
    at = 20.0
    while at < seconds:
        card, kilowatts = draw.choice(("04A1B2C3", "04A2B3C4")), draw.choice((0, 3.7, 11))
        acts = [
            hands.plug,
            lambda card=card: hands.swipe(card),
            lambda kilowatts=kilowatts: hands.meter(kilowatts),
            lambda card=card: hands.swipe(card),
            hands.unplug,
        ]
        if draw.random() < 0.2:
            del acts[draw.randrange(len(acts) - 1)]
        for act in acts:
            clock.call_at(round(at * 1e6), act)
            at += draw.choice((1, 5, 120, 900))
    clock.call_at(round(at * 1e6), hands.unplug)
    return at


def _episode(firmware, seed, hours, with_central=True):
    """(complaints, counts of faults, frames)"""
    judging, counts = Judging(), Counter()
    charger = OneCharger(firmware=firmware, heards=(judging,))
    draw = Random(seed)
    charger.charger.urandom = Random(seed).randbytes
    central = charger.central if with_central else None
    faults = Faults(charger.charger, charger.network, draw, counts, central, rate_h=12)
    charger.charger.power(True)
    faults.start()
    ends = _customers(charger, Random(seed + 1), hours * 3600)
    charger.run_for(ends)
    faults.close()
    charger.run_for(_SETTLE_S)
    return judging.close(), counts, charger.frames("out")


@pytest.mark.parametrize("seed", range(2))
def test_nothing_is_violated(seed):
    complaints, counts, frames = _episode(Firmware(), seed, 2)
    assert complaints == []
    assert sum(counts.values()) > 5
    assert any(frame[2] == "StartTransaction" for frame in frames)


@pytest.mark.soak
def test_nothing_is_violated_for_days():
    firmware = Firmware()
    for seed in range(1000, 1100):
        complaints, _counts, _frames = _episode(firmware, seed, 8)
        assert complaints == [], f"seed {seed}"


def test_the_seed_decides_what_happens():
    one, other = (_episode(Firmware(), 7, 0.5)[1:] for _ in range(2))
    assert one == other
    assert one != _episode(Firmware(), 8, 0.5)[1:]
