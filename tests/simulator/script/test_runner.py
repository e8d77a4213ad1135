# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What `expect` and `wait` mean, on a stage where every level and every frame is the test's own."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from chargerctl.simulator.machine.clock import Clock
from chargerctl.simulator.machine.events import Events
from chargerctl.simulator.network.http_server import Upload
from chargerctl.simulator.script import language as script
from chargerctl.simulator.script.line import Stage
from chargerctl.simulator.script.record import Record
from chargerctl.simulator.script.runner import Runner


class Play:
    """A script on an empty stage; `run()` gives (ok, seconds it took)."""

    def __init__(self, text):
        self.clock = Clock()
        self.events = Events(self.clock)
        self.world = SimpleNamespace(relay_closed=False, lock_engaged=False, led_rgb=(0, 0x14, 0), plugged=[])
        self.world.plug = lambda: self.world.plugged.append(self.clock.now_us / 1e6)
        self.reports = []
        self.results = []
        self.events.listen(lambda event: self.reports.append(event) if event["kind"] == "expect" else None)
        self.uploads = []
        network = SimpleNamespace(http=SimpleNamespace(uploads=self.uploads))
        stage = Stage(board=None, world=self.world, network=network, central=None, record=Record(self.events))
        Runner(script.parse(text, "a.script", Path()), self.clock, self.events, stage, self._finish).start()

    def _finish(self, why):
        self.results.append((not why, self.clock.now_us / 1e6))

    def at(self, seconds, call, *arguments, **named):
        self.clock.call_at(round(seconds * 1e6), lambda: call(*arguments, **named))
        return self

    def relay_at(self, seconds, closed):
        def switch():
            self.world.relay_closed = closed
            self.events.emit("relay", closed=closed)

        return self.at(seconds, switch)

    def frame_at(self, seconds, direction, *frame):
        return self.at(seconds, self.events.emit, "frame", dir=direction, topic="/x", frame=list(frame))

    def console_at(self, seconds, text):
        return self.at(seconds, self.events.emit, "console", text=text)

    def run(self):
        self.clock.spend(100_000_000)
        (result,) = self.results
        return result


def test_lines_that_take_no_time_act_in_the_same_instant():
    play = Play("wait 2\nplug\nplug")
    assert play.run() == (True, 2.0)
    assert play.world.plugged == [2.0, 2.0]


def test_a_state_that_is_there_holds_at_once():
    assert Play("expect relay open").run() == (True, 0.0)


def test_a_state_holds_as_soon_as_it_is_there():
    assert Play("expect relay closed within 3").relay_at(2.5, True).run() == (True, 2.5)


def test_a_state_has_five_seconds_unless_told_otherwise():
    assert Play("expect relay closed").relay_at(5.5, True).run() == (False, 5.0)


def test_an_uploaded_file_that_lacks_the_text_is_shown_by_path_size_and_end():
    play = Play('expect upload "battery"')
    assert play.run() == (False, 5.0)
    assert play.reports[-1]["found"] == "no file was put"
    play = Play('expect upload "battery"')
    lines = [f"line {number}\n" for number in range(200)] + ["x" * 300]
    play.uploads.append(Upload("PUT", "/logs/a.txt", {}, "".join(lines)))
    assert play.run() == (False, 5.0)
    assert play.reports[-1]["found"] == (
        f"/logs/a.txt has 1990 bytes and ends with line 198 / line 199 / {'x' * 100}"
    )


def test_a_state_that_came_and_went_before_the_line_does_not_hold():
    play = Play("wait 2\nexpect relay closed within 1").relay_at(0.5, True).relay_at(1.0, False)
    assert play.run() == (False, 3.0)
    assert play.reports[-1]["found"] == "the relay is open"


def test_the_first_failure_ends_the_script():
    play = Play("expect relay closed within 1\nplug")
    assert play.run() == (False, 1.0)
    assert play.world.plugged == []


def test_every_expectation_is_reported_with_its_line():
    play = Play("\nexpect relay open\nexpect lock locked within 1  # no")
    play.run()
    assert [(report["line"], report["text"], report["ok"]) for report in play.reports] == [
        (2, "expect relay open", True),
        (3, "expect lock locked within 1", False),
    ]


@pytest.mark.parametrize(
    ("shown", "ok"), [((1, 0x13, 0), True), ((0, 0x12, 0), False), ((2, 0x14, 0), False)]
)
def test_a_colour_may_be_one_off_in_each_part(shown, ok):
    play = Play("expect led 001400 within 0")
    play.world.led_rgb = shown
    assert play.run()[0] is ok


def test_a_frame_that_passed_before_the_line_counts():
    play = Play("wait 2\nexpect call out Heartbeat within 1").frame_at(1, "out", 2, "1", "Heartbeat", {})
    assert play.run() == (True, 2.0)


def test_a_frame_is_consumed_by_its_match():
    play = Play("expect call out Heartbeat\nexpect call out Heartbeat within 1")
    assert play.frame_at(1, "out", 2, "1", "Heartbeat", {}).run() == (False, 2.0)


def test_the_search_starts_behind_the_last_match_of_that_kind_and_direction():
    play = Play("wait 3\nexpect call out Authorize\nexpect call out Heartbeat within 1")
    play.frame_at(1, "out", 2, "1", "Heartbeat", {}).frame_at(2, "out", 2, "2", "Authorize", {})
    assert play.run() == (False, 4.0)


def test_other_kinds_and_directions_are_searched_on_their_own():
    play = Play("wait 3\nexpect call out Authorize\nexpect call in Reset\nexpect result in Authorize")
    play.frame_at(1, "in", 2, "c", "Reset", {})
    play.frame_at(2, "out", 2, "1", "Authorize", {}).frame_at(2, "in", 3, "1", {})
    assert play.run() == (True, 3.0)


def test_a_result_is_known_by_the_call_it_answers():
    play = Play("expect result in Authorize within 3\n")
    play.frame_at(0.5, "out", 2, "1", "Heartbeat", {}).frame_at(0.6, "out", 2, "2", "Authorize", {})
    play.frame_at(1, "in", 3, "1", {}).frame_at(2, "in", 3, "2", {})
    assert play.run() == (True, 2.0)


def test_an_error_is_known_by_its_call_and_its_code():
    play = Play('expect error out Foo {"errorCode": "NotImplemented"}')
    play.frame_at(1, "in", 2, "c", "Foo", {}).frame_at(
        2, "out", 4, "c", "NotImplemented", "Foo is not known", {}
    )
    assert play.run() == (True, 2.0)


@pytest.mark.parametrize(
    ("wanted", "ok"),
    [
        ("{}", True),
        ('{"a": 1}', True),
        ('{"a": 1.0}', True),
        ('{"a": true}', False),
        ('{"a": 2}', False),
        ('{"z": 1}', False),
        ('{"o": {"x": "y"}}', True),
        ('{"l": [{"n": 1}]}', True),
        ('{"l": [{"n": 1}, {"n": 2}]}', True),
        ('{"l": [{"n": 2}]}', False),
        ('{"l": [{}, {}, {}]}', False),
        ('{"b": true}', True),
        ('{"b": 1}', False),
        ('{"n": null}', True),
    ],
)
def test_a_payload_is_searched_for_a_subset(wanted, ok):
    payload = {"a": 1, "o": {"x": "y", "z": 0}, "l": [{"n": 1, "m": 0}, {"n": 2}], "b": True, "n": None}
    play = Play(f"expect call out Foo {wanted} within 2").frame_at(1, "out", 2, "1", "Foo", payload)
    assert play.run()[0] is ok


def test_a_failed_search_names_what_passed_by():
    play = Play("expect call out Authorize within 2").frame_at(1, "out", 2, "1", "Heartbeat", {"a": 1})
    play.run()
    assert play.reports[-1]["found"] == 'since the last match Heartbeat {"a": 1}'


@pytest.mark.parametrize(
    "frame", ["not JSON", {"a": 1}, [], [2], [2, "1", 5, {}], [3, 1, {}], [True, "1", "Foo", {}]]
)
def test_what_is_no_frame_matches_nothing(frame):
    play = Play("expect call out Foo within 2").at(1, lambda: None)
    play.at(1, play.events.emit, "frame", dir="out", topic="/x", frame=frame)
    assert play.run() == (False, 2.0)


def test_no_frame_holds_when_none_comes_from_then_on():
    play = Play("wait 2\nexpect no call out Heartbeat for 3")
    assert play.frame_at(1, "out", 2, "1", "Heartbeat", {}).run() == (True, 5.0)


def test_no_frame_fails_as_soon_as_one_comes():
    play = Play("expect no call out Heartbeat for 3").frame_at(1, "out", 2, "1", "Heartbeat", {})
    assert play.run() == (False, 1.0)


def test_no_frame_consumes_nothing():
    play = Play("expect no call out Authorize for 2\nexpect call out Heartbeat")
    assert play.frame_at(1, "out", 2, "1", "Heartbeat", {}).run() == (True, 2.0)


def test_console_lines_are_consumed_in_order():
    play = Play('expect console "up"\nexpect console "up"')
    assert play.console_at(1, "net up").console_at(2, "mqtt up").run() == (True, 2.0)


def test_the_last_status_of_connector_1_counts():
    play = Play("expect status Preparing\nwait 5\nexpect status Preparing within 0")
    play.frame_at(1, "out", 2, "1", "StatusNotification", {"connectorId": 1, "status": "Preparing"})
    play.frame_at(2, "out", 2, "2", "StatusNotification", {"connectorId": 0, "status": "Available"})
    assert play.run() == (True, 6.0)
