# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A fleet's charger does what the virtual board does: the demo and the scripts of docs/ and of the bridge, and that the
comparison notices what differs.

The scripts of tests/whole/scripts are compared where they are played, in test_scenarios.py.
"""

import copy
import json
from pathlib import Path

import pytest
from chargerctl.simulator.script import scripts
from chargerctl.simulator.script.language import load

from tests.fleet import OneCharger
from tests.whole.fleet_equality import LEFT_OUT, differences, must_do_the_same

_FOLDER = Path(__file__).parent / "scripts"
_ROOT = _FOLDER.parents[2]
_SCRIPT = _FOLDER / "meter_values_and_stop_data.script"


@pytest.mark.parametrize(
    "path",
    [
        Path(scripts.__file__).parent / "demo.script",
        _ROOT / "docs/central/session.script",
        _ROOT / "tests/whole/bridge/handed_over.script",
    ],
    ids=lambda path: path.stem,
)
def test_the_same_script_gives_the_same_frames(play, path):
    outcome = play(path, {"OCPP_METER_VALUE_SAMPLE_INTERVAL": "10"}).must_hold()
    must_do_the_same(path, outcome.events, {"CHARGER_OCPP_METER_VALUE_SAMPLE_INTERVAL": "10"})


def test_what_is_left_out_exists():
    assert LEFT_OUT.keys() <= {path.stem for path in _FOLDER.glob("*.script")}


@pytest.fixture(scope="module")
def played():
    """The events of a script, by a fleet's charger in the place of the board."""
    charger = OneCharger()
    charger.play(load(_SCRIPT, fleet=True))
    return [copy.deepcopy(each) for each in charger.events]


def _with(events, change):
    """The same events, where `change(frame)` has changed the first frame that it wants to."""
    changed = json.loads(json.dumps(events))
    assert any(each["kind"] == "frame" and change(each["frame"]) for each in changed)
    return changed


def _status(frame):
    if frame[2:3] == ["StatusNotification"] and frame[3]["status"] == "Charging":
        frame[3]["status"] = "SuspendedEV"
        return True
    return False


def _energy(by):
    def change(frame):
        if frame[2:3] == ["StopTransaction"]:
            frame[3]["meterStop"] += by
            return True
        return False

    return change


def _power(watts, **more):
    def change(frame):
        if frame[2:3] == ["MeterValues"]:
            for each in frame[3]["meterValue"][0]["sampledValue"]:
                if each["measurand"] == "Power.Active.Import" and each["value"] != "0":
                    each.update({"value": str(int(each["value"]) + watts), **more})
                    return True
        return False

    return change


def _other_id(frame):
    if frame[2:3] == ["StopTransaction"]:
        frame[1] = f"{frame[1][:17]}1{frame[1][17:]}"
        return True
    return False


def _answer(frame):
    if frame[0] == 3 and "transactionId" in frame[2]:
        frame[2]["transactionId"] += 1
        return True
    return False


def _time(frame):
    if frame[2:3] == ["StatusNotification"]:
        frame[3]["timestamp"] = "2020-01-01T00:00:00Z"
        return True
    return False


def test_the_same_is_no_difference(played):
    assert differences(_SCRIPT, played, {}) == []


@pytest.mark.parametrize(
    "change", [_status, _energy(11), _power(-7200), _power(300), _power(0, unit="kW"), _answer, _other_id]
)
def test_what_differs_is_noticed(played, change):
    assert len(differences(_SCRIPT, _with(played, change), {})) == 1


@pytest.mark.parametrize("change", [_energy(10), _power(200), _time])
def test_times_and_a_second_of_energy_do_not_count(played, change):
    assert differences(_SCRIPT, _with(played, change), {}) == []


def test_a_call_that_comes_at_another_time_is_noticed(played):
    later = [{**each, "t": each["t"] + 2.6} if each["t"] > 30 else each for each in played]
    assert len(differences(_SCRIPT, later, {})) == 1


@pytest.mark.parametrize("stem", sorted(LEFT_OUT))
def test_a_script_is_left_out_for_what_is_expected_only(stem, monkeypatch):
    assert "\n" not in LEFT_OUT[stem]
    monkeypatch.setattr("tests.whole.fleet_equality.differences", lambda *_: ["another difference"])
    with pytest.raises(AssertionError, match=f"{stem} is not left out for this: another difference"):
        must_do_the_same(_FOLDER / f"{stem}.script", [], {})


def test_a_call_too_many_or_in_another_order_is_noticed(played):
    calls = [
        number
        for number, each in enumerate(played)
        if each["kind"] == "frame" and each["dir"] == "out" and each["frame"][0] == 2
    ]
    fewer = [each for number, each in enumerate(played) if number != calls[-1]]
    assert differences(_SCRIPT, fewer, {})
    swapped = list(played)
    swapped[calls[3]], swapped[calls[4]] = swapped[calls[4]], swapped[calls[3]]
    assert differences(_SCRIPT, swapped, {})
