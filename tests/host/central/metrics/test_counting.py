# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What is counted of the desk's work, and which labels it gets."""

from __future__ import annotations

import pytest
from chargerctl.central.conversation.ended import RESULT, VIOLATION, Ended
from chargerctl.central.desk.observer import Done
from chargerctl.central.metrics.metrics import Metrics
from chargerctl.events.event import Event
from prometheus_client.parser import text_string_to_metric_families


@pytest.fixture
def metrics():
    return Metrics()


def value(metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


def messages(metrics, direction: str, action: str, outcome: str) -> float | None:
    return value(metrics, "chargerctl_messages_total", direction=direction, action=action, outcome=outcome)


def done(*ended, frames=0, answered_s=(), took_s=0.01) -> Done:
    return Done(frames, took_s, answered_s, ended)


def test_calls_are_counted_by_direction_action_and_outcome(metrics):
    heartbeat = Ended(False, "Heartbeat", RESULT), None
    metrics.counting.done(done(heartbeat, heartbeat, (Ended(False, "Authorize", "ProtocolError"), None)))
    metrics.counting.done(done(heartbeat, (Ended(True, "Reset", "Timeout", 5.0), 30.0)))
    assert messages(metrics, "received", "Heartbeat", "result") == 3
    assert messages(metrics, "received", "Authorize", "ProtocolError") == 1
    assert messages(metrics, "sent", "Reset", "Timeout") == 1


def test_what_a_charger_makes_up_makes_no_label(metrics):
    hostile = "x" * 100_000
    metrics.counting.done(done((Ended(False, hostile, "NotImplemented"), None)))
    metrics.counting.done(done((Ended(False, 'a"} 1\n', "NotImplemented"), None)))
    metrics.counting.done(done((Ended(True, "Reset", hostile, 1.0), 1.0)))
    metrics.counting.done(done((Ended(False, "", VIOLATION), None)))
    assert messages(metrics, "received", "other", "NotImplemented") == 2
    assert messages(metrics, "sent", "Reset", "other") == 1
    assert messages(metrics, "received", "none", "violation") == 1
    text, _ = metrics.text("")
    assert len(text) < 30_000
    assert len([*text_string_to_metric_families(text.decode())]) > 10


def test_latencies_of_answers_and_of_calls_are_measured(metrics):
    metrics.counting.done(done(frames=3, answered_s=[0.004, 0.03, 7.0], took_s=0.02))
    metrics.counting.done(done((Ended(True, "Reset", RESULT, 5.0), 0.3)))
    assert value(metrics, "chargerctl_answer_duration_seconds_count") == 3
    assert value(metrics, "chargerctl_answer_duration_seconds_bucket", le="0.005") == 1
    assert value(metrics, "chargerctl_answer_duration_seconds_bucket", le="0.05") == 2
    assert value(metrics, "chargerctl_call_duration_seconds_sum", action="Reset") == 0.3
    assert value(metrics, "chargerctl_unit_frames_sum") == 3
    assert value(metrics, "chargerctl_unit_duration_seconds_sum") == 0.02


def test_a_call_without_an_answer_has_no_latency(metrics):
    metrics.counting.done(done((Ended(True, "Reset", "Timeout", 5.0), 30.0)))
    metrics.counting.done(done((Ended(True, "Reset", "NotConnected"), None)))
    assert value(metrics, "chargerctl_call_duration_seconds_count", action="Reset") is None


def test_a_unit_without_frames_is_none_in_the_histograms(metrics):
    metrics.counting.done(done())
    assert value(metrics, "chargerctl_unit_frames_count") == 0


def test_failures_and_dropped_frames_are_there_before_the_first_one(metrics):
    assert value(metrics, "chargerctl_unit_failures_total", reason="books") == 0
    metrics.counting.failed("books")
    metrics.counting.dropped("age", 7)
    assert value(metrics, "chargerctl_unit_failures_total", reason="books") == 1
    assert value(metrics, "chargerctl_frames_dropped_total", reason="age") == 7
    assert value(metrics, "chargerctl_frames_dropped_total", reason="rate") == 0


def test_events_are_counted_and_told(metrics):
    told = []
    tell = metrics.counting.of_events(told.append)
    tell(Event("boot", "boots"))
    tell(Event("boot", "boots"))
    assert len(told) == 2
    assert value(metrics, "chargerctl_events_total", event="boot") == 2


def test_two_of_them_in_one_process_share_nothing(metrics):
    metrics.counting.failed("bug")
    assert value(Metrics(), "chargerctl_unit_failures_total", reason="bug") == 0


def test_openmetrics_is_given_to_whoever_asks_for_it(metrics):
    text, kind = metrics.text("application/openmetrics-text;version=1.0.0")
    assert kind.startswith("application/openmetrics-text")
    assert text.endswith(b"# EOF\n")
    assert metrics.text("")[1].startswith("text/plain")
