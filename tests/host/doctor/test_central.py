# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What frames say of charger and central system. Whatever comes, there are findings and no exception."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from chargerctl.doctor.central import central_findings
from chargerctl.doctor.probe import Login, Message, Probe
from hypothesis import given
from hypothesis import strategies as st

LOGIN = Login("broker.lan", 1883, "/charger/x", "/system/x")
OUT, IN = LOGIN.topic_out, LOGIN.topic_in
NOW = 1_795_000_000.0
HERE, THERE = LOGIN.connection_topics


def findings(*messages, listened_s=10.0):
    """Of messages (topic, payload): a second apart, the last one now."""
    seen = [
        Message(
            topic,
            payload.encode() if isinstance(payload, str) else json.dumps(payload).encode(),
            False,
            float(at),
        )
        for at, (topic, payload) in enumerate(messages)
    ]
    found = Probe(messages=seen, listened_s=listened_s)
    return {each.check: (each.result, each.text) for each in central_findings(LOGIN, found, NOW)}


@pytest.mark.parametrize(
    ("text", "result", "words"),
    [
        ("online", "ok", "is connected"),
        ("offline", "warning", "is not connected"),
        ("", "warning", "nothing is known"),
    ],
)
def test_the_charger_says_itself_whether_it_is_there(text, result, words):
    found = findings((HERE, text))["charger"]
    assert found[0] == result
    assert words in found[1]


def test_a_central_system_that_says_it_is_gone_failed():
    assert findings((THERE, "offline"))["central system"] == (
        "failed",
        f"it is not there: {THERE} is `offline`",
    )


def test_an_answer_is_matched_with_its_call():
    found = findings((OUT, [2, "7", "Authorize", {}]), (IN, [3, "7", {}]))
    assert found["central system"] == ("ok", "it answered Authorize in 1,000 ms")


def test_an_error_is_an_answer_with_a_warning():
    found = findings((OUT, [2, "7", "Authorize", {}]), (IN, [4, "7", "InternalError", "", {}]))
    assert found["central system"] == ("warning", "it answered Authorize with an error")


def test_a_call_without_an_answer_failed():
    result, text = findings((OUT, [2, "7", "Heartbeat", {}]))["central system"]
    assert result == "failed"
    assert text == "it did not answer the charger within 10 s: nothing came on /system/x"


def test_a_call_of_the_central_system_shows_that_it_is_there():
    assert findings((IN, [2, "1", "ClearCache", {}]))["central system"][0] == "ok"


def test_silence_is_not_judged():
    assert findings()["central system"] == ("skipped", "no frame passed in 10 s")


@pytest.mark.parametrize(
    ("late_s", "zone", "result", "words"),
    [
        (0, UTC, "ok", "within 60 s"),
        (3600, UTC, "warning", "3,600 s before"),
        (-7200, timezone(timedelta(hours=1)), "warning", "7,200 s after"),
    ],
)
def test_the_chargers_clock_is_compared(late_s, zone, result, words):
    stamp = datetime.fromtimestamp(NOW - late_s, zone).isoformat()
    found = findings((OUT, [2, "7", "StatusNotification", {"timestamp": stamp}]))
    assert found["charger's clock"][0] == result
    assert words in found["charger's clock"][1]


payloads = st.one_of(
    st.binary(max_size=60),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=10),
        lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
        max_leaves=12,
    ).map(lambda value: json.dumps(value).encode()),
    st.sampled_from(
        [
            b'[2,"1","Heartbeat",{"timestamp":"0001-01-01T00:00:00Z"}]',
            b'[2,"1","Heartbeat",{"timestamp":9}]',
            b'[3,"1"]',
        ]
    ),
)


@given(st.lists(st.tuples(st.sampled_from([OUT, IN, HERE, THERE]), payloads, st.booleans()), max_size=8))
def test_whatever_comes_there_are_findings(messages):
    seen = [Message(topic, payload, kept, 1.0) for topic, payload, kept in messages]
    assert list(central_findings(LOGIN, Probe(messages=seen), NOW))
