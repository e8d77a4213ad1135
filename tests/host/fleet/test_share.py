# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A share of a fleet from its start to its end, in virtual time."""

import gc
import json
from collections import Counter

import pytest
from chargerctl.fleet.share import Share
from chargerctl.simulator.script.language import ScriptError

from tests.host.fleet.plans import nobody, plan, script


class Heard:
    """Every frame, as (microseconds, serial, out, text)."""

    def __init__(self):
        self.frames = []

    def frame(self, charger, out, text):
        self.frames.append((charger.clock.now_us, charger.serial, out, text))

    def log(self, charger, tag, text):
        pass

    def changed(self, charger, part):
        pass

    def late(self, charger, us):
        pass

    def calls(self, action):
        found = [(serial, json.loads(text)) for _us, serial, out, text in self.frames if out]
        return [(serial, message[3]) for serial, message in found if message[0] == 2 and message[2] == action]

    def without_transaction_ids(self):
        """Which number a transaction gets depends on how many others the central system has."""
        found = []
        for us, serial, out, text in self.frames:
            message = json.loads(text)
            if isinstance(message[-1], dict):
                message[-1].pop("transactionId", None)
            found.append((us, serial, out, message))
        return sorted(found, key=str)


def run(fleet):
    heard = Heard()
    return heard, Share(fleet, heard).run(nobody)


def energy_of(heard, serial):
    """Of the transactions of this charger that have ended: it has one after the other."""
    starts, stops = (
        [payload for whose, payload in heard.calls(action) if whose == serial]
        for action in ("StartTransaction", "StopTransaction")
    )
    return sum(stop["meterStop"] - start["meterStart"] for start, stop in zip(starts, stops, strict=False))


@pytest.fixture(scope="module")
def busy():
    return run(plan(3))


def test_customers_come_and_charge(busy):
    heard, measured = busy
    counts = measured.tally.counts
    assert measured.fleet_s == 1200
    assert counts["sessions_begun"] == len(heard.calls("StartTransaction")) > 2
    assert counts["sessions_ended"] == len(heard.calls("StopTransaction")) > 1
    assert counts["energy_wh"] == sum(energy_of(heard, f"fleet-0000{number}") for number in (1, 2, 3))
    assert (counts["lost"], counts["double"], measured.tally.violations.total()) == (0, 0, 0)
    assert measured.tally.states.total() == 3


def test_the_same_seed_gives_the_same_frames_at_the_same_times(busy):
    heard, _measured = run(plan(3))
    assert heard.frames == busy[0].frames


def test_another_seed_gives_others(busy):
    heard, _measured = run(plan(3, seed=4))
    assert heard.frames != busy[0].frames


def test_shares_of_several_processes_are_the_whole(busy):
    whole = busy[0].without_transaction_ids()
    parts = [run(plan(3, worker=worker, workers=2)) for worker in range(2)]
    assert sorted((each for heard, _m in parts for each in heard.without_transaction_ids()), key=str) == whole
    merged = parts[0][1]
    merged.merge(parts[1][1])
    counts = busy[1].tally.counts
    assert merged.tally.counts == counts
    assert merged.tally.customers == busy[1].tally.customers
    assert merged.tally.states == busy[1].tally.states


def test_without_a_duration_it_ends_with_its_scripts():
    heard, measured = run(plan(2, arrivals_h=0.0, duration_s=None, scripts=script("wait 100\n")))
    assert measured.fleet_s == pytest.approx(100, abs=2)
    assert measured.failures == []
    assert len(heard.calls("BootNotification")) == 2


def test_what_does_not_hold_is_named_with_its_charger():
    lines = "wait 20\nat charger fleet-00002: expect relay closed within 1\n"
    _heard, measured = run(plan(2, arrivals_h=0.0, duration_s=None, scripts=script(lines)))
    (failure,) = measured.failures
    assert failure.text.startswith("fleet-00002: t.script:2: at charger fleet-00002: expect relay closed")


def test_what_does_not_hold_at_many_is_named_once():
    lines = "wait 20\nat charger fleet-00002: plug\nwait 5\nexpect relay closed within 1\n"
    about = {"arrivals_h": 0.0, "duration_s": None, "scripts": script(lines)}
    _heard, whole = run(plan(5, **about))
    assert [each.text for each in whole.failures] == [
        "5 chargers: t.script:4: expect relay closed within 1: the relay is open (fleet-00001, fleet-00002, fleet-00003, …)"
    ]
    one, other = (run(plan(5, worker=worker, workers=2, **about))[1] for worker in range(2))
    one.merge(other)
    assert one.failures == whole.failures


def test_a_script_that_is_not_over_has_failed():
    _heard, measured = run(plan(2, arrivals_h=0.0, duration_s=30.0, scripts=script("wait 100\n")))
    assert [each.text for each in measured.failures] == ["2 chargers: t.script: not over"]


def test_what_has_started_is_not_searched_for_garbage_while_it_runs():
    class Watching(Heard):
        def frame(self, charger, out, text):
            self.frames.append((charger.clock.now_us, gc.get_freeze_count()))

    heard = Watching()
    Share(plan(2, duration_s=400.0), heard).run(nobody)
    left_out = [count > 0 for us, count in heard.frames if us > 60_000_000]
    assert left_out
    assert all(left_out)
    assert gc.get_freeze_count() == 0


def test_a_line_that_a_fleet_cannot_carry_out_is_refused():
    with pytest.raises(ScriptError, match=r"t\.script:1:"):
        Share(plan(2, scripts=script("at charger fleet-00009: plug\n")))


def test_transactions_that_nobody_confirms_are_lost():
    lines = "wait 15\nplug\nwait 1\ncsms silent StartTransaction always\nswipe 04A1B2C3\nwait 60\n"
    _heard, measured = run(plan(2, arrivals_h=0.0, duration_s=None, scripts=script(lines)))
    assert measured.tally.counts["lost"] == 2
    assert measured.tally.calls["StartTransaction"].unanswered > 0


@pytest.mark.parametrize(("timeout_s", "unanswered"), [(600, 0), (20, 1)])
def test_a_call_is_unanswered_when_the_charger_itself_has_given_it_up(timeout_s, unanswered):
    about = f'{{"key": "MessageTimeout", "value": "{timeout_s}"}}'
    lines = f"wait 20\ncsms call ChangeConfiguration {about}\nwait 5\ncsms silent Heartbeat always\nwait 5\n"
    heartbeat = 'csms call TriggerMessage {"requestedMessage": "Heartbeat"}\nwait 25\n'
    _heard, measured = run(plan(1, arrivals_h=0.0, duration_s=None, scripts=script(lines + heartbeat)))
    assert measured.failures == []
    assert measured.tally.unanswered == unanswered


def test_who_starts_a_charge_from_afar_comes_and_plugs_in():
    lines = 'wait 20\ncsms call RemoteStartTransaction {"idTag": "04A1"}\nexpect relay closed within 50\n'
    _heard, measured = run(plan(1, arrivals_h=0.0, duration_s=None, scripts=script(lines)))
    assert measured.failures == []
    assert measured.tally.customers == Counter(called=1)


def test_it_can_be_stopped_in_order():
    share = Share(plan(2, duration_s=None, arrivals_h=12.0))
    share.stop()
    measured = share.run(nobody)
    assert measured.stopped
    assert measured.fleet_s < 60


def test_a_ramp_spreads_the_connections():
    heard, _measured = run(plan(4, arrivals_h=0.0, ramp_s=40.0, duration_s=120.0))
    boots = [us for us, _serial, out, text in heard.frames if out and "BootNotification" in text]
    assert boots[-1] - boots[0] == pytest.approx(30_000_000, abs=500_000)


def test_faults_at_random_lose_nothing_and_are_counted():
    _heard, measured = run(plan(3, chaos=True))
    assert measured.tally.faults.total() > 1
    assert measured.failures == []
    assert (measured.tally.counts["lost"], measured.tally.counts["double"]) == (0, 0)


@pytest.mark.soak
def test_at_the_end_who_charges_without_wifi_unplugs_so_that_it_can_be_confirmed():
    # One charger of 40: the last of its customers of the day came while the Wi-Fi was down.
    day = plan(40, seed=1, arrivals_h=1.0, stay_s=1800.0, duration_s=86_400.0, worker=29, workers=40)
    counts = Share(day, Heard()).run(nobody).tally.counts
    assert counts["lost"] == 0
    assert counts["sessions_begun"] == counts["sessions_ended"] == 14
