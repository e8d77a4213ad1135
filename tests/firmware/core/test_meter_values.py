# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Meter values: which, when, with what beside them; in MeterValues, and in the transactionData of a stop."""

import itertools
import json

import pytest
from charger import journal
from charger.hardware.absent import NoMeter
from charger.journal import Journal
from charger.ocpp.configuration import Configuration
from charger.ocpp.samples import Samples
from charger.ticks import Uptime

from tests.firmware.rig import Meter, Rig, Stalls

ENERGY, POWER = "Energy.Active.Import.Register", "Power.Active.Import"
BOTH = f"{ENERGY},{POWER}"
MIDNIGHT = 1795392000  # 2026-11-23T00:00:00Z
_MAX_FRAME = 2048


class Ticking(Rig):
    """The time goes on, and the meter counts 1 Wh a second while the relay is closed."""

    def __init__(self, **settings):
        self._left_ms = 0
        super().__init__(**settings)
        self.meter.power_w = 3600

    def run(self, ms, step_ms=5):
        for _ in range(ms // step_ms):
            super().run(step_ms, step_ms)
            self._left_ms += step_ms
            if self._left_ms >= 1000:
                self._left_ms -= 1000
                self.rtc += 1
                self.meter.energy_wh += self.relay.closed

    def configure(self, **keys):
        for key, value in keys.items():
            answer = self.call("ChangeConfiguration", {"key": key, "value": value}, f"k{len(self.link.sent)}")
            assert answer[2] == {"status": "Accepted"}

    def at(self, unix):
        """Set the clock once the charger has its own time."""
        self.clock.set_from_ntp(unix - 1)
        self.clock.set_from_ntp(unix)


class Bare(Rig):
    """Without a meter."""

    has_meter = property(lambda self: False, lambda self, value: None)
    meter = property(lambda self: NoMeter(), lambda self, value: None)


@pytest.fixture
def make():
    return lambda **settings: Ticking(**{"OCPP_METER_VALUE_SAMPLE_INTERVAL": "0", **settings})


def readings(meter_values):
    """(time, context, {measurand: (value, unit)}) of each."""
    found = []
    for each in meter_values:
        (context,) = {sampled["context"] for sampled in each["sampledValue"]}
        values = {
            sampled["measurand"]: (sampled["value"], sampled["unit"]) for sampled in each["sampledValue"]
        }
        found.append((each["timestamp"], context, values))
    return found


def sent(rig):
    """Of all MeterValues: (transactionId, time, context, measurands)."""
    return [
        (payload.get("transactionId"), *reading)
        for payload in rig.calls("MeterValues")
        for reading in readings(payload["meterValue"])
    ]


def stop_data(rig):
    return rig.calls("StopTransaction")[-1].get("transactionData")


@pytest.mark.requirement(
    "behaviour 27", "an interval other than 0 makes MeterValues mandatory, 0 switches them off"
)
@pytest.mark.requirement("ERR 3.15", "MeterValues are sent at every interval that is not 0")
@pytest.mark.requirement("SPEC 3.16.1", "samples follow their interval from the start of the transaction on")
@pytest.mark.requirement("SPEC 7.43", "values are texts, each with context, measurand and unit")
@pytest.mark.requirement("SPEC 4.7", "Each value has context, measurand and unit")
@pytest.mark.requirement("SPEC 9.1.17", "Samples have the measurands of the key")
def test_samples_have_what_is_configured_at_the_interval(make):
    rig = make(OCPP_METER_VALUE_SAMPLE_INTERVAL="10")
    rig.charge()
    rig.wait(21)
    (_, _, context, first), (_, _, _, second) = sent(rig)
    assert context == "Sample.Periodic"
    assert first == {ENERGY: (first[ENERGY][0], "Wh")}
    assert int(first[ENERGY][0]) == pytest.approx(1010, abs=1)
    assert int(second[ENERGY][0]) == int(first[ENERGY][0]) + 10
    rig.configure(MeterValuesSampledData=BOTH)
    rig.wait(10)
    assert sent(rig)[-1][3] == {ENERGY: (str(int(first[ENERGY][0]) + 20), "Wh"), POWER: ("3600", "W")}
    rig.configure(MeterValuesSampledData=POWER)
    rig.wait(10)
    assert sent(rig)[-1][3] == {POWER: ("3600", "W")}
    rig.configure(MeterValuesSampledData="")
    rig.wait(20)
    assert len(sent(rig)) == 4
    rig.configure(MeterValuesSampledData=ENERGY, MeterValueSampleInterval="0")
    rig.wait(60)
    assert len(sent(rig)) == 4
    assert {transaction for transaction, *_ in sent(rig)} == {7}


def test_an_interval_that_changes_counts_from_the_start_of_the_transaction_and_makes_no_burst(make):
    rig = make()
    rig.charge()
    started = rig.rtc
    rig.wait(100)
    rig.configure(MeterValueSampleInterval="30")
    rig.wait(40)
    rig.configure(MeterValueSampleInterval="7")
    rig.wait(9)
    assert [int(values[ENERGY][0]) - 1000 for *_, values in sent(rig)] == pytest.approx([120, 147], abs=1)
    assert rig.rtc - started < 160


@pytest.mark.requirement("SPEC 9.1.5", "clock-aligned values count from midnight UTC, which begins them anew")
@pytest.mark.requirement("behaviour 27", "clock-aligned values count from midnight")
@pytest.mark.requirement("SPEC 9.1.15", "Measurands of clock-aligned MeterValues")
@pytest.mark.requirement("SPEC 4.7", "The values of one moment are one meterValue with its timestamp")
def test_clock_aligned_values_count_from_midnight(make):
    rig = make()
    rig.run(11000)
    rig.at(MIDNIGHT - 3000)
    # 7000 s do not divide a day: its twelfth ends 2,400 s before midnight.
    rig.configure(ClockAlignedDataInterval="7000")
    rig.run((3000 + 7000 + 2) * 1000, 500)
    times = [time for _, time, _, _ in sent(rig)]
    assert times == ["2026-11-22T23:20:00Z", "2026-11-23T00:00:00Z", "2026-11-23T01:56:40Z"]
    assert {context for _, _, context, _ in sent(rig)} == {"Sample.Clock"}


@pytest.mark.requirement(
    "ERR 3.16", "the transactionId is that of the transaction which runs when the sample is taken"
)
@pytest.mark.requirement("SPEC 4.7", "without a transaction there is no transactionId")
def test_clock_aligned_values_come_without_a_transaction_too_and_then_have_no_id(make):
    rig = make()
    rig.run(11000)
    rig.at(MIDNIGHT + 15)
    rig.configure(ClockAlignedDataInterval="20", MeterValuesAlignedData=BOTH)
    rig.wait(10)
    rig.plug()
    rig.swipe()
    rig.wait(20)
    rig.swipe()
    rig.wait(20)
    assert [(number, time[14:19]) for number, time, *_ in sent(rig)] == [
        (None, "00:20"),
        (7, "00:40"),
        (None, "01:00"),
    ]
    assert all(set(values) == {ENERGY, POWER} for *_, values in sent(rig))


def test_offline_the_last_clock_aligned_value_without_a_transaction_is_kept_and_those_of_one_all_are(make):
    rig = make(OCPP_OFFLINE_AUTHORIZATION="true")
    rig.run(11000)
    rig.at(MIDNIGHT + 5)
    rig.configure(ClockAlignedDataInterval="10")
    rig.link.connected = False
    rig.wait(36)
    rig.plug()
    rig.swipe()
    rig.wait(20)
    rig.link.connected = True
    rig.wait(5)
    times = sorted((time[14:19], number) for number, time, *_ in sent(rig))
    assert times == [("00:40", None), ("00:50", 7), ("01:00", 7)]


def test_a_clock_that_is_set_makes_no_burst_of_clock_aligned_values(make):
    rig = make()
    rig.run(11000)
    rig.at(MIDNIGHT)
    rig.configure(ClockAlignedDataInterval="900")
    rig.wait(5)
    rig.clock.set_from_ntp(MIDNIGHT + 86000)
    rig.wait(5)
    rig.clock.set_from_ntp(MIDNIGHT + 500)
    rig.wait(300)
    assert [time for _, time, *_ in sent(rig)] == []
    rig.wait(110)
    assert [time[11:19] for _, time, *_ in sent(rig)] == ["00:15:00"]


@pytest.mark.requirement("behaviour 28", "with both StopTxn lists empty there is no transactionData")
@pytest.mark.requirement("SPEC 3.16.5", "with both StopTxn lists empty a stop has no meter values")
def test_a_stop_has_no_transaction_data_unless_it_is_configured(make):
    rig = make(OCPP_METER_VALUE_SAMPLE_INTERVAL="10")
    rig.charge()
    rig.configure(StopTxnSampledData=ENERGY)
    rig.wait(21)
    rig.configure(StopTxnSampledData="")
    rig.swipe()
    rig.wait(2)
    assert "transactionData" not in rig.calls("StopTransaction")[0]


@pytest.mark.requirement("ERR 3.14", "transactionData has the values at the start and at the stop")
@pytest.mark.requirement("SPEC 9.1.27", "sampled measurands of a stop are those of StopTxnSampledData")
@pytest.mark.requirement("SPEC 9.1.25", "clock-aligned measurands of a stop are those of StopTxnAlignedData")
@pytest.mark.requirement("SPEC 3.16.2", "StopTxnAlignedData puts them into StopTransaction")
@pytest.mark.requirement("SPEC 4.7", "measurand, context and unit are said, or are the defaults")
def test_a_stop_has_its_begin_its_samples_and_its_end(make):
    rig = make(OCPP_METER_VALUE_SAMPLE_INTERVAL="25")
    rig.run(11000)
    rig.at(MIDNIGHT + 50)
    rig.configure(StopTxnSampledData=ENERGY, StopTxnAlignedData=POWER, ClockAlignedDataInterval="60")
    rig.plug()
    rig.meter.power_w = 0
    rig.swipe()
    rig.meter.power_w = 2000
    rig.wait(60)
    rig.swipe()
    rig.wait(2)
    (start,), (stop,) = rig.calls("StartTransaction"), rig.calls("StopTransaction")
    found = readings(stop["transactionData"])
    assert [(context, sorted(values)) for _, context, values in found] == [
        ("Transaction.Begin", [ENERGY, POWER]),
        ("Sample.Clock", [POWER]),
        ("Sample.Periodic", [ENERGY]),
        ("Sample.Periodic", [ENERGY]),
        ("Transaction.End", [ENERGY, POWER]),
    ]
    first, last = found[0], found[-1]
    assert (first[0], first[2][ENERGY]) == (start["timestamp"], (str(start["meterStart"]), "Wh"))
    assert (last[0], last[2][ENERGY]) == (stop["timestamp"], (str(stop["meterStop"]), "Wh"))
    assert (first[2][POWER], last[2][POWER]) == (("0", "W"), ("2000", "W"))
    # Clock-aligned MeterValues go on, with their own list.
    assert [context for _, _, context, _ in sent(rig)].count("Sample.Clock") == 1


@pytest.mark.requirement("behaviour 28", "the values at the start and at the stop are never dropped")
@pytest.mark.requirement(
    "ERR 3.89", "too many values of a stop are thinned out evenly; the start's and the stop's stay"
)
@pytest.mark.parametrize(("measurands", "kept"), [(ENERGY, 8), (BOTH, 6)])
def test_a_long_transaction_is_thinned_evenly(make, measurands, kept):
    rig = make(OCPP_METER_VALUE_SAMPLE_INTERVAL="60")
    rig.run(11000)
    rig.configure(MeterValuesSampledData="", StopTxnSampledData=measurands)
    rig.plug()
    rig.swipe()
    rig.wait(2000)
    rig.swipe()
    rig.wait(2)
    found = readings(stop_data(rig))
    assert [found[0][1], found[-1][1]] == ["Transaction.Begin", "Transaction.End"]
    assert len(found) == kept
    register = [int(values[ENERGY][0]) for _, _, values in found]
    gaps = [later - earlier for earlier, later in itertools.pairwise(register)]
    assert sum(gaps) == pytest.approx(2000, abs=2)
    assert max(gaps[:-1]) <= 4 * min(gaps[:-1])


@pytest.mark.requirement("behaviour 28", "in a journal that is nearly full, too, begin and end are kept")
@pytest.mark.parametrize(("room", "kept"), [(60, 5), (22, 2), (21, 0), (-100, 0)])
def test_a_journal_that_is_nearly_full_thins_the_middle_of_a_stop(make, monkeypatch, room, kept):
    rig = make(OCPP_METER_VALUE_SAMPLE_INTERVAL="10")
    rig.configure(MeterValuesSampledData="", StopTxnSampledData=ENERGY)
    rig.charge()
    rig.wait(100)
    monkeypatch.setattr(Journal, "spare", lambda self: room)
    rig.swipe()
    rig.run(1000)
    found = readings(stop_data(rig) or [])
    assert len(found) == kept
    assert [context for _, context, _ in found[:1] + found[1:][-1:]] == [
        "Transaction.Begin",
        "Transaction.End",
    ][:kept]


def test_of_samples_at_the_same_moment_none_hides_the_others(make):
    """Sampled and clock-aligned values in step: both kinds are left when the data is thinned."""
    rig = make(OCPP_METER_VALUE_SAMPLE_INTERVAL="60")
    rig.run(11000)
    rig.configure(StopTxnSampledData=ENERGY, StopTxnAlignedData=ENERGY, ClockAlignedDataInterval="70")
    rig.plug()
    rig.swipe()
    rig.wait(1500)
    rig.swipe()
    rig.wait(2)
    contexts = [context for _, context, _ in readings(stop_data(rig))]
    assert {"Sample.Periodic", "Sample.Clock"} < set(contexts)


@pytest.mark.requirement(
    "behaviour 8", "a repeated StopTransaction with transactionData is the same to the letter"
)
@pytest.mark.requirement(
    "SPEC 3.7.1", "a repeated MeterValues is the same to the letter, whatever was configured since"
)
@pytest.mark.parametrize("action", ["MeterValues", "StopTransaction"])
def test_what_is_sent_again_is_the_same_whatever_was_configured_since(make, action):
    rig = make(OCPP_METER_VALUE_SAMPLE_INTERVAL="10")
    rig.run(11000)
    rig.configure(StopTxnSampledData=BOTH, MeterValuesSampledData=BOTH)
    rig.answers[action] = None
    rig.plug()
    rig.swipe()
    rig.wait(12)
    if action == "StopTransaction":
        rig.swipe()
    rig.wait(2)
    rig.meter.power_w = 1
    rig.meter.energy_wh += 5
    rig.configure(StopTxnSampledData="", MeterValuesSampledData=ENERGY, MeterValueSampleInterval="0")
    rig.wait(200)
    first, *again = [json.dumps(payload, sort_keys=True) for payload in rig.calls(action)]
    assert again
    assert set(again) == {first}


@pytest.mark.requirement("SPEC 4.7", "Without a meter nothing is claimed")
@pytest.mark.requirement("behaviour 32", "without a meter no energy is claimed")
@pytest.mark.requirement("SPEC 4.7", "what is not measured is not sent")
def test_without_a_meter_no_energy_is_claimed():
    rig = Bare(OCPP_METER_VALUE_SAMPLE_INTERVAL="10")
    rig.run(11000)
    rig.call("ChangeConfiguration", {"key": "ClockAlignedDataInterval", "value": "10"}, "a")
    answer = rig.call("ChangeConfiguration", {"key": "StopTxnSampledData", "value": ENERGY}, "b")
    assert answer[2] == {"status": "Rejected"}
    rig.plug()
    rig.swipe()
    rig.wait(60)
    rig.swipe()
    rig.wait(5)
    (start,), (stop,) = rig.calls("StartTransaction"), rig.calls("StopTransaction")
    assert (start["meterStart"], stop["meterStop"]) == (0, 0)
    assert "transactionData" not in stop
    assert not rig.calls("MeterValues")


@pytest.mark.requirement("ERR 3.77", "The register goes on after a restart")
@pytest.mark.requirement(
    "behaviour 32", "meterStart and meterStop are the meter's register, which outlasts a restart"
)
@pytest.mark.requirement(
    "SPEC 7.31", "the register is not set back: it goes on after a restart and between transactions"
)
def test_the_register_goes_on_after_a_restart():
    records = Journal()
    first = Ticking(journal=records)
    first.charge()
    first.wait(50)
    first.swipe()
    first.wait(2)
    stopped_wh = first.calls("StopTransaction")[0]["meterStop"]
    assert stopped_wh > 1040
    again = Ticking(journal=records)
    # The new meter counts from its program's start.
    assert again.meter.energy_wh >= stopped_wh
    counted_wh = again.meter.energy_wh
    again.charge()
    assert again.calls("StartTransaction")[-1]["meterStart"] == counted_wh


def test_what_a_meter_measured_that_was_taken_away_since_does_not_keep_the_stop_waiting():
    records = Journal()
    first = Ticking(journal=records, OCPP_METER_VALUE_SAMPLE_INTERVAL="10")
    first.run(11000)
    first.configure(StopTxnSampledData=ENERGY)
    first.plug()
    first.swipe()
    first.wait(2)
    first.link.connected = False
    first.wait(30)
    first.swipe()
    first.wait(2)
    assert len(records) > 2
    again = Bare(journal=records)
    again.wait(30)
    assert len(again.calls("StopTransaction")) == 1
    assert again.calls("StopTransaction")[0]["meterStop"] > 1000
    assert not again.calls("MeterValues")
    assert len(records) == 0


@pytest.mark.requirement("ERR 3.14", "after a power cut the data of a stop still has its start and its end")
def test_after_a_restart_the_data_of_a_stop_has_start_and_end_and_claims_no_power():
    configuration = Configuration()
    configuration.clock_aligned_data_interval_s = configuration.stop_txn_aligned_data = 0
    configuration.stop_txn_sampled_data = 3
    records = Journal()
    records.start("04A1B2C3", MIDNIGHT, 5000)
    samples = Samples(None, records, None, configuration, Meter(), Uptime(0), Stalls(), print)
    # As the recovery does with what the journal says of a transaction that was running.
    samples.begin(MIDNIGHT, 5000, None)
    found = readings(samples.transaction_data(samples.end(MIDNIGHT + 60, 5100, None)))
    assert found == [
        ("2026-11-23T00:00:00Z", "Transaction.Begin", {ENERGY: ("5000", "Wh")}),
        ("2026-11-23T00:01:00Z", "Transaction.End", {ENERGY: ("5100", "Wh")}),
    ]
    configuration.stop_txn_sampled_data = 2
    assert samples.end(MIDNIGHT + 60, 5100, None) is None


def test_without_a_transaction_the_register_is_put_once_per_kilowatt_hour(make):
    """Rarely: each time is a write."""
    rig = make()
    rig.run(11000)
    puts = []
    put = rig.journal.put
    rig.journal.put = lambda fact, value: (
        puts.append(value) if fact == journal.REGISTER_WH else None,
        put(fact, value),
    )
    for _ in range(50):
        rig.meter.energy_wh += 100
        rig.run(100)
    assert puts == [2000, 3000, 4000, 5000, 6000]


@pytest.mark.requirement("SPEC 9.1.27", "without room for billing.py a stop is recorded all the same")
def test_a_visitor_that_cannot_be_loaded_costs_its_values_and_nothing_else(make, monkeypatch):
    rig = make()
    rig.run(11000)
    # The call itself is a visitor, too.
    allowed = iter([True])
    monkeypatch.setattr(rig.stalls, "allow", lambda ms: next(allowed, False))
    rig.configure(StopTxnSampledData=ENERGY)
    rig.plug()
    rig.swipe()
    rig.wait(5)
    rig.swipe()
    rig.wait(5)
    assert "transactionData" not in rig.calls("StopTransaction")[0]
    monkeypatch.undo()
    rig.wait(1)
    rig.unplug()
    rig.wait(15)
    rig.plug()
    rig.swipe()
    rig.wait(5)
    rig.swipe()
    rig.wait(5)
    assert len(stop_data(rig)) == 2


@pytest.mark.requirement("SPEC 3.16", "meter values are cut to what fits: no frame is above 2048 bytes")
@pytest.mark.parametrize("measurands", [ENERGY, POWER, BOTH])
def test_the_longest_stop_and_the_longest_meter_values_fit_a_frame(make, measurands):
    """Everything at its longest: card, transactionId, register, power, reason, message id."""
    rig = make(OCPP_METER_VALUE_SAMPLE_INTERVAL="10")
    rig.run(11000)
    rig.answers["StartTransaction"] = {
        "idTagInfo": {"status": "Accepted"},
        "transactionId": -(2**62) + 1,
    }
    rig.configure(
        MeterValuesSampledData=measurands,
        MeterValuesAlignedData=measurands,
        StopTxnSampledData=measurands,
        StopTxnAlignedData=measurands,
        ClockAlignedDataInterval="10",
    )
    rig.meter.energy_wh = 4_294_960_000
    rig.meter.power_w = 65_535
    # In JSON each of these takes two characters.
    rig.call("RemoteStartTransaction", {"idTag": "\\" * 20}, "r")
    rig.plug()
    rig.wait(200)
    rig.meter.power_w = 65_535
    rig.service_button.on = True
    rig.run(100)
    rig.wait(10)
    frames = {frame[2]: json.dumps(frame) for frame in rig.link.sent if frame[0] == 2}
    # As long as a reason, and the tag of the card that stops, can be.
    stop = json.loads(frames["StopTransaction"])
    stop[1] = "0123456789abcdef-4294967295"
    stop[3]["reason"] = "EVDisconnected"
    stop[3]["idTag"] = "\\" * 20
    longest = {"MeterValues": len(frames["MeterValues"]), "StopTransaction": len(json.dumps(stop))}
    print(measurands, longest)
    assert len(stop[3]["transactionData"]) == (6 if measurands == BOTH else 8)
    assert max(longest.values()) <= _MAX_FRAME
