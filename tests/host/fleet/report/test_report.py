# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The report, as text, as JSON and as a page."""

import copy
import json
import re
from collections import Counter
from html.parser import HTMLParser

import pytest
from chargerctl.fleet.measuring.failures import Failure
from chargerctl.fleet.measuring.measured import Measured
from chargerctl.fleet.measuring.series import Series
from chargerctl.fleet.measuring.tally import Tally
from chargerctl.fleet.plan import Broker, ScriptText, Target
from chargerctl.fleet.report import text, words
from chargerctl.fleet.report.charts import HEIGHT, WIDTH, charts
from chargerctl.fleet.report.judged import judged
from chargerctl.fleet.report.page import page
from chargerctl.fleet.report.summary import summary, sums
from chargerctl.fleet.report.thresholds import parse

from tests.host.fleet.plans import plan

HOSTILE = "<script>alert(1)</script>\x1b[31m\u202e"


@pytest.fixture
def measured():
    """Large numbers everywhere, and texts of strangers."""
    tally, series = Tally(), Series(3600)
    for second in range(0, 3600, 10):
        series.frame(second * 1_000_000, out=True)
        series.answer(second * 1_000_000, 1000 * second)
    for action in ("BootNotification", "DiagnosticsStatusNotification", "Heartbeat"):
        calls = tally.call(action)
        calls.times.add(3_599_000_000)
        calls.unanswered = 1_234_567
        calls.errors[HOSTILE] = 2
    tally.calls_of_central(HOSTILE).times.add(5)
    tally.violations[HOSTILE] = 3
    tally.troubles[f"{HOSTILE} {'very long ' * 30}"] = 3
    states = {"Available": 98_765, "Preparing": 1_000, "Charging": 123, "SuspendedEVSE": 55, HOSTILE[:20]: 1}
    tally.states.update(states)
    series.states(1_000_000_000, tally.states)
    tally.customers.update(usual=123_456, drove_on=99)
    tally.counts.update(frames_out=99_999_999, frames_in=99_999_999, sessions_begun=9_999_999, lost=1)
    tally.counts["energy_wh"] = 99_999_999_999
    tally.late.add(70_000)
    return Measured(
        tally,
        series,
        3600.0,
        12.5,
        10.0,
        86_400.5,
        True,
        [Failure("a:3", f"{HOSTILE}:3: expect relay closed", 7)],
    )


def test_why_there_is_no_connection_is_said_while_it_runs(measured):
    measured.tally.troubles.clear()
    measured.tally.troubles.update({"Broker b:1 not reachable": 7, "something rare": 1})
    table = "\n".join(text.table(plan(), measured, (0.0, 0.0)))
    for shown in (table, text.line(measured, (0.0, 0.0))):
        assert "7 x Broker b:1 not reachable" in shown
        assert "something rare" not in shown
    assert "1 x something rare" in "\n".join(text.report(plan(), measured, []))
    assert sums(measured)["troubles"] == {"Broker b:1 not reachable": 7, "something rare": 1}


def test_a_fleet_that_nobody_has_accepted_has_failed(measured):
    assert judged([], measured) == [
        f"no charger was ever accepted: {next(iter(measured.tally.troubles))}",
    ]
    measured.tally.troubles.clear()
    measured.tally.counts["connects"] = 3
    (why,) = judged([], measured)
    assert "3 were connected" in why
    assert judged(parse("accepted>0", frozenset()), measured) == []
    measured.tally.counts["accepted"] = 1
    assert judged([], measured) == []


@pytest.fixture
def values(measured):
    scripts = (ScriptText(HOSTILE, "", ""),)
    return summary(plan(100_000, scripts=scripts), measured, ["lost>0: it is 1"])


@pytest.mark.parametrize("broker", [None, Broker("broker.example", 1883, "me", "Zq-secret")])
def test_the_table_has_eighty_columns_at_most(measured, broker):
    fleet = plan(100_000, broker=broker)
    for line in text.table(fleet, measured, (123_456.7, 123_456.7)):
        assert len(line) <= 80, line


def test_the_report_says_which_thresholds_held(measured):
    limits = ["p99>500ms", "lost>0"]
    assert "--fail-if  p99>500ms, lost>0" in text.report(plan(), measured, [], limits)
    values = summary(plan(), measured, [], limits)
    assert values["thresholds"] == limits
    assert "p99&gt;500ms, lost&gt;0" in page(values)


@pytest.mark.parametrize("broker", [None, Broker("broker.example", 1883)])
def test_so_has_what_is_said_at_the_start_in_whole_words(broker):
    lines = text.head(plan(20, arrivals_h=200.0, seed=4, broker=broker))
    assert max(map(len, lines)) <= 80
    at = "MQTT broker broker.example:1883" if broker else "our own central system, in memory"
    assert " ".join(map(str.strip, lines)) == (
        f"chargerctl fleet: 20 chargers at {at}, 200 customers an hour at each; --seed 4"
    )


def test_one_charger_is_one(measured):
    assert "1 charger at" in " ".join(text.head(plan(1)))
    assert text.report(plan(1), measured, [])[0] == "fleet      1 charger, --seed 3"


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "0.0"),
        (0.0001, "<0.001"),
        (0.0234, "0.023"),
        (0.5, "0.5"),
        (0.999, "1.0"),
        (12.34, "12.3"),
        (1e6, "1,000,000"),
    ],
)
def test_the_rate_of_a_small_fleet_is_not_zero(number, said):
    assert words.rate(number) == said


def test_the_report_says_what_failed_and_the_seed(measured):
    lines = "\n".join(text.report(plan(100_000), measured, ["lost>0: it is 1"]))
    assert "--seed 3" in lines
    assert "FAILED     lost>0: it is 1" in lines
    assert "expect relay closed" in lines


def test_that_this_computer_stood_still_is_in_table_report_and_page(measured, values):
    assert "this computer stood still for 86400.5 s" in "\n".join(text.table(plan(1), measured, (1, 1)))
    assert values["stood_still_s"] == 86_400.5
    assert "86400.5 s this computer kept the simulator" in page(values)
    measured.merge(Measured(Tally(), Series(3600), stood_still_s=90_000))
    assert measured.stood_still_s == 90_000


def test_the_query_of_a_url_is_not_told(measured):
    fleet = plan(target=Target("ws://csms.example/ocpp?token=Zq-secret"))
    head = "\n".join(text.head(fleet))
    found = json.dumps(summary(fleet, measured, [])) + head + repr(fleet)
    assert "Zq-secret" not in found
    assert "ws://csms.example/ocpp?…" in head


def test_the_summary_is_plain_json_without_secrets(measured):
    fleets = (
        plan(broker=Broker("broker.example", 1883, "me", "Zq-secret", {"fleet-1": "Zq-secret"})),
        plan(target=Target("wss://csms.example", "Zq-secret", {"fleet-1": "Zq-secret"})),
    )
    for fleet in fleets:
        found = json.dumps(summary(fleet, measured, []))
        assert "Zq-secret" not in found + repr(fleet) + "".join(text.report(fleet, measured, []))
        assert json.loads(found)["passed"] is False


class _Tags(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.found = []
        self.addresses = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.found.append(tag)
        self.addresses += [value for name, value in attributes if name in ("src", "href")]


def test_the_page_needs_no_other_file_and_runs_nothing(values):
    tags = _Tags(page(values))
    assert "script" not in tags.found
    assert tags.addresses == []
    assert tags.found.count("svg") == 3


def test_what_strangers_wrote_is_text_on_the_page(values):
    html = page(values)
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "\x1b" not in html
    assert "\u202e" not in html


def test_a_chart_stays_in_its_picture(values):
    for chart in charts(values):
        for line in chart.lines:
            numbers = [float(each) for each in re.findall(r"[\d.]+", line.path.replace("h0", ""))]
            assert all(0 <= x <= WIDTH for x in numbers[::2]), chart.title
            assert all(0 <= y <= HEIGHT for y in numbers[1::2]), chart.title


def _busy(ended_s):
    """A frame out a second, until then; and one after the end."""
    series = Series(None)
    for second in range(int(ended_s) + 1):
        series.frame(second * 1_000_000, out=True)
    series.close(int(ended_s * 1_000_000), Counter(Available=1))
    series.frame(int(ended_s * 1_000_000) + 5_000_000, out=True)
    return summary(plan(), Measured(Tally(), series, ended_s), [])


@pytest.mark.parametrize("ended_s", [30.0, 30.05])
def test_the_end_of_a_run_is_not_drawn_as_an_outage_or_a_burst(ended_s):
    values = _busy(ended_s)
    messages = charts(values)[0]
    assert messages.about == "At most 1.0/s from the chargers."
    heights = [float(point.split()[1]) for point in messages.lines[0].path[1:].split("L")]
    assert len(set(heights)) == 1
    assert values["series"]["slots"][-1]["at_s"] < ended_s
    assert values["series"]["slots"][-1]["states"] == {"Available": 1}


def test_a_time_between_two_slots_without_answers_is_a_dot(values):
    first, second, third = (copy.deepcopy(values["series"]["slots"][0]) for _ in range(3))
    for slot, at_s, ms in ((first, 0, None), (second, 30, 40.0), (third, 60, None)):
        slot.update(at_s=at_s, for_s=30, ms={"p50": ms, "p99": ms})
    _messages, answers, _chargers = charts({"series": {"slots": [first, second, third]}})
    assert answers.lines[0].path == f"M{WIDTH / 2:.1f} 0.0h0"
    assert (answers.begin, answers.end) == ("0:00:00", "0:01:30")


def test_a_chart_names_its_middle(values):
    messages, answers, _chargers = charts(values)
    assert (messages.top, messages.middle) == ("0.15/s", "0.075/s")
    assert answers.middle in page(values)


def test_nothing_was_measured():
    empty = Measured(Tally(), Series(60))
    values = summary(plan(), empty, [])
    assert charts(values) == []
    assert "Fleet of 3 chargers" in page(values)
    assert text.report(plan(), empty, [])
