# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Frames as nobody should send them: no exception, one answer to a call at most, and only frames that fit the standard.

`make test` tries a fixed sample; `make soak` thousands, and prints the seed of one that failed.
"""

import json

import pytest
from chargerctl.central.schemas import CALL, check_payload, parse
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from tests.firmware.rig import Rig

OURS = ("BootNotification", "StatusNotification", "Heartbeat", "Authorize", "StartTransaction", "MeterValues")
CALLS = ("Reset", "RemoteStartTransaction", "RemoteStopTransaction", "ClearCache", "DataTransfer")
LAST = "the id of the last call"

numbers = st.sampled_from([0, 1, 7, -1, 17.0, 7.0, 1e3, 0.5, 1 << 31, 1 << 40, 1 << 70, True, False])
texts = st.sampled_from(
    ["", "Accepted", "Blocked", "Hard", "Soft", "app-1", "2026-11-22T07:30:00Z", "\x00", "\ud800"]
)
values = st.recursive(
    st.none() | numbers | texts,
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["a", "status"]), inner, max_size=2)
    ),
    max_leaves=4,
)
names = (
    "status",
    "interval",
    "currentTime",
    "transactionId",
    "idTagInfo",
    "parentIdTag",
    "type",
    "idTag",
    "connectorId",
)
payloads = st.dictionaries(st.sampled_from(names), values, max_size=4) | st.fixed_dictionaries(
    {
        "status": st.sampled_from(["Accepted", "Rejected", "Pending", 1]),
        "interval": numbers,
        "transactionId": numbers,
        "idTagInfo": st.just({"status": "Accepted"}) | values,
    }
)
ids = st.sampled_from(
    [LAST, LAST, LAST, "1", "2", "", "x" * 36, "x" * 37, "x" * 128, "x" * 129, '"', "\n", None, 1, []]
)
answers = st.tuples(st.just(3), ids, payloads | values) | st.tuples(st.just(4), ids, values, values, values)
calls = st.tuples(st.just(2), ids, st.sampled_from(CALLS) | values, payloads | values)
odd = st.lists(st.sampled_from([2, 3, 4, 2.0, True, None, "Reset", LAST, {}]), max_size=6)
frames = st.one_of(answers, calls, odd, values) | st.text(max_size=20)
steps = st.one_of(
    st.tuples(st.just("frame"), frames),
    st.tuples(st.just("wait"), st.sampled_from([50, 1000, 6000, 31_000])),
    st.tuples(st.sampled_from(["plug", "unplug", "swipe", "reconnect"]), st.none()),
    st.tuples(st.just("silent"), st.sampled_from(OURS)),
)


def carry_out(rig, what, argument):
    if what == "frame":
        rig.link.deliver(spelt(rig, argument))
        rig.run(20)
    elif what == "wait":
        rig.run(argument, 50)
    elif what == "silent":
        rig.answers[argument] = None
    elif what == "reconnect":
        rig.link.connected = False
        rig.run(100)
        rig.link.connected = True
    else:
        getattr(rig, what)()


def spelt(rig, frame):
    if isinstance(frame, str):
        return frame
    last = next((f[1] for f in reversed(rig.link.sent) if f[0] == 2), "none")
    if isinstance(frame, tuple | list):
        frame = [last if part == LAST else part for part in frame]
    return json.dumps(frame)


def judge(rig, delivered):
    called = {}
    for frame in rig.link.sent:
        parse_loosely(frame)
        if frame[0] == CALL:
            assert frame[1] not in called, "an id is used once"
            called[frame[1]] = frame
            check_payload(CALL, frame[2], frame[3])
    # Each call that came is answered at most once.
    for unique_id in {answer[1] for answer in rig.results()}:
        came = sum(
            1 for frame in delivered if isinstance(frame, list) and frame[:1] == [2] and frame[1] == unique_id
        )
        assert sum(1 for answer in rig.results() if answer[1] == unique_id) <= came


def parse_loosely(frame):
    """As parse(), but for the id of an error, which is that of the call, however long (J 4.2.3)."""
    if frame[0] == 4:
        frame = [4, frame[1][:36], *frame[2:]]
    parse(json.dumps(frame))


def try_out(story):
    rig = Rig()
    rig.run(500)
    delivered = []
    deliver = rig.link.deliver

    def keep(frame):
        try:
            delivered.append(json.loads(frame) if isinstance(frame, str) else frame)
        except ValueError:
            delivered.append(None)
        deliver(frame)

    rig.link.deliver = keep
    for what, argument in story:
        carry_out(rig, what, argument)
    rig.run(2000, 50)
    judge(rig, delivered)
    # Nothing makes a flood: some calls a second at most, whatever is answered.
    assert len(rig.calls()) < 10 + 6 * (len(story) + 2)


@seed(11)
@settings(max_examples=60, derandomize=False, database=None)
@given(st.lists(steps, min_size=3, max_size=12))
def test_hostile_frames_raise_nothing_and_are_answered_by_the_book(story):
    try_out(story)


@pytest.mark.soak
@settings(max_examples=5000, print_blob=True)
@given(st.lists(steps, min_size=3, max_size=25))
def test_thousands_of_hostile_frames(story):
    try_out(story)
