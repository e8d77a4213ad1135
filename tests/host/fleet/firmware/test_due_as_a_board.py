# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A charger that is stepped only when something is due does what one does that is stepped every 5 ms, as a board is.

The same things happen to both at the same times: sessions, faults of parts and network, cuts and resets, drawn from a seed.
"""

from functools import partial
from random import Random

import pytest
from chargerctl.fleet.charger import charger as charger_module
from chargerctl.fleet.firmware.firmware import Firmware
from chargerctl.fleet.script.hands import Hands

from tests.fleet import OneCharger

_WITHIN_S = 0.000_001
_CARDS = ("04A1B2C3", "04A2B3C4", "04DEADBEEF0102")
_CALLS = (
    ("RemoteStartTransaction", {"connectorId": 1, "idTag": "REMOTE"}),
    ("TriggerMessage", {"requestedMessage": "MeterValues", "connectorId": 1}),
    ("ChangeConfiguration", {"key": "MeterValueSampleInterval", "value": "7"}),
    ("ChangeConfiguration", {"key": "HeartbeatInterval", "value": "20"}),
    ("ChangeAvailability", {"connectorId": 1, "type": "Inoperative"}),
    ("ChangeAvailability", {"connectorId": 0, "type": "Operative"}),
    ("UnlockConnector", {"connectorId": 1}),
    ("Reset", {"type": "Soft"}),
    ("ClearCache", {}),
)


def _acts(charger):
    """What people and the central system do."""
    hands, network, central = Hands(charger.charger), charger.network, charger.central
    return [
        hands.plug,
        hands.plug,
        hands.unplug,
        *(partial(hands.swipe, uid) for uid in _CARDS),
        *(partial(hands.meter, kilowatts) for kilowatts in (0, 0.2, 11)),
        *(lambda call=call: network.ip.to_charger(central.call(*call)) for call in _CALLS),
    ]


def _faults(charger):
    """(what happens, how it ends)"""
    hands, network = Hands(charger.charger), charger.network
    return [
        *((partial(hands.fail, part), partial(hands.repair, part)) for part in ("reader", "meter", "led")),
        *((partial(hands.press, each), partial(hands.release, each)) for each in ("estop", "service")),
        *((partial(act, False), partial(act, True)) for act in (network.wifi, network.broker, hands.power)),
        (partial(network.silent, True), partial(network.silent, False)),
        (network.half_open, network.heal),
        (hands.weld, hands.mend_contactor),
        (hands.stick_open, hands.mend_contactor),
        (partial(hands.reset, "button"), network.heal),
        (partial(hands.reset, "brownout"), network.heal),
    ]


def _frames(seed, seconds, step_us, monkeypatch):
    """[(time, direction, frame)] of a charger to which the seed's story happens; step_us: it sleeps no longer."""
    monkeypatch.setattr(charger_module, "_LONGEST_US", step_us)
    charger = OneCharger(boot_us=100_000, firmware=Firmware())
    draw = Random(seed)
    charger.charger.urandom = Random(seed).randbytes
    acts, faults = _acts(charger), _faults(charger)
    at = 0.0
    charger.charger.power(True)
    while at < seconds:
        at += draw.choice((0.05, 0.7, 3, 11, 40)) * (0.5 + draw.random())
        if draw.random() < 0.7:
            charger.clock.call_at(round(at * 1e6), draw.choice(acts))
        else:
            begins, ends = draw.choice(faults)
            charger.clock.call_at(round(at * 1e6), begins)
            # No multiple of the firmware's own times: which of two things at the same microsecond is first is chance.
            lasts = draw.choice((0.42, 4, 25)) * (0.9 + 0.2 * draw.random())
            charger.clock.call_at(round((at + lasts) * 1e6), ends)
    charger.run_for(seconds)
    return [(each["t"], each["dir"], each["frame"]) for each in charger.events if each["kind"] == "frame"]


def test_a_card_counts_from_when_it_is_shown_not_from_the_charger_s_last_pass():
    charger = OneCharger(boot_us=100_000, firmware=Firmware())
    hands = Hands(charger.charger)
    charger.charger.power(True)
    charger.run_for(39.3)
    hands.swipe(_CARDS[0])
    # An authorisation lapses after 60 s, and 0.7 s of them are for closing the relay.
    charger.run_for(58.7)
    hands.plug()
    charger.run_for(2)
    assert charger.charger.relay.closed


@pytest.mark.parametrize("before_ms", [2, 7, 12, 17, 22])
def test_a_time_that_comes_while_the_charger_is_stirred_is_followed_as_one_that_ends_its_sleep(before_ms):
    """A first pass loads the dialer, the next one dials."""
    charger = OneCharger(boot_us=100_000, firmware=Firmware())
    charger.charger.power(True)
    charger.run_for(30)
    charger.network.broker(False)
    charger.run_for(0.5)
    (lost_s,) = _said(charger, "next try in 1 s")
    next_try_s = lost_s + 0.875
    charger.clock.call_at(round((next_try_s - before_ms / 1000) * 1e6), charger.charger.stir)
    charger.run_for(1)
    (tried_s,) = _said(charger, "not reachable")
    assert tried_s == pytest.approx(next_try_s, abs=0.015)


def _said(charger, words):
    return [each["t"] for each in charger.events if each["kind"] == "console" and words in each["text"]]


@pytest.mark.parametrize("seed", range(3))
def test_the_same_frames_at_the_same_time(seed, monkeypatch):
    _must_be_the_same(seed, 300, monkeypatch)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 200))
def test_the_same_frames_at_the_same_time_for_hours(seed, monkeypatch):
    _must_be_the_same(seed, 3600, monkeypatch)


def _must_be_the_same(seed, seconds, monkeypatch):
    often = _frames(seed, seconds, charger_module.PASS_US, monkeypatch)
    due = _frames(seed, seconds, 600_000_000, monkeypatch)
    for number, (one, other) in enumerate(zip(often, due, strict=False)):
        assert one[1:] == other[1:], f"frame {number}: {one} and {other}"
        assert abs(one[0] - other[0]) <= _WITHIN_S, f"frame {number}: {one} and {other}"
    assert len(often) == len(due)
    assert len(due) > 20
