# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Frames as nobody should send them: no exception, one answer to a call at most, and only frames that fit the standard.

`make test` tries a fixed sample; `make soak` thousands, and prints the seed of one that failed.
"""

import json

import pytest
from charger.ocpp import topics
from chargerctl.central.messages.schemas import CALL, check_payload, parse
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from tests.firmware.core.parts import parts
from tests.firmware.rig import Rig

OURS = ("BootNotification", "StatusNotification", "Heartbeat", "Authorize", "StartTransaction", "MeterValues")
CALLS = ("NoSuchAction", *sorted({*topics.TOPICS, *parts(Rig()).rpc.actions}))
LAST = "the id of the last call"
DEEP = 200_000  # lists in one another: more than the JSON parser of any Python takes

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
    "requestedMessage",
    "key",
    "value",
    "location",
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
            # A message that is sent again keeps its id, and nothing in it has changed.
            assert called.setdefault(frame[1], frame) == frame, "an id is of one message"
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


@pytest.mark.requirement("SPEC 6", "Every frame of ours fits the schema of its message")
@pytest.mark.requirement("J 4.1.2", "Frames are JSON")
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


NO_FRAMES = {
    "nothing": "",
    "no JSON": "rubbish",
    "half a frame": '[2,"c1","Reset"',
    "an object": '{"2":"c1"}',
    "a number": "2",
    "a string": '"[2]"',
    "null": "null",
    "an empty list": "[]",
    "a list of nothing": "[null,null,null,null]",
    "type 5": '[5,"c1","Reset",{"type":"Hard"}]',
    "type 0": '[0,"c1","Reset",{"type":"Hard"}]',
    "type -2": '[-2,"c1","Reset",{"type":"Hard"}]',
    "type as text": '["2","c1","Reset",{"type":"Hard"}]',
    "type NaN": '[NaN,"c1","Reset",{"type":"Hard"}]',
    "type 1e400": '[1e400,"c1","Reset",{"type":"Hard"}]',
    "nested lists": "[" * DEEP + "]" * DEEP,
    "lists that nobody closes": "[" * DEEP,
    "nested objects": '{"a":' * DEEP + "1" + "}" * DEEP,
    "nested lists in a payload": '[2,"c1","Reset",' + "[" * DEEP + "]" * DEEP + "]",
    "an answer to nothing": '[3,"nobody asked",{"status":"Accepted"}]',
    "an error to nothing": '[4,"nobody asked","GenericError","",{}]',
    "an answer with NaN to nothing": '[3,"nobody asked",{"interval":NaN}]',
    "an id that is no text": '[2,1,"Reset",{"type":"Hard"}]',
}


@pytest.mark.requirement(
    "J 4.1.3", "A frame of an unknown type, or that is none at all, is ignored and logged"
)
@pytest.mark.requirement("J 4.2.2", "An answer to no call of ours is ignored and logged")
def test_what_is_no_frame_is_a_line_in_the_log_and_nothing_else():
    rig = Rig()
    rig.charge()
    for name, frame in NO_FRAMES.items():
        lines, sent = len(rig.log_lines), len(rig.link.sent)
        rig.link.deliver(frame)
        rig.run(50)
        assert len(rig.log_lines) == lines + 1, name
        assert "ignored" in rig.log_lines[-1], name
        assert len(rig.log_lines[-1]) < 100, name
        assert len(rig.link.sent) == sent, name
        assert rig.relay.closed, name
    rig.swipe()
    rig.run(1000)
    assert len(rig.journal) == 0


@pytest.mark.requirement(
    "J 4.1.4", "The answer to a call whose id was used before is that of the call itself"
)
def test_duplicate_ids_are_told_apart_by_what_is_asked():
    rig = Rig()
    rig.charge()
    assert rig.call("RemoteStopTransaction", {"transactionId": 99}, "same")[2] == {"status": "Rejected"}
    assert rig.call("NoSuchAction", {}, "same")[2] == "NotImplemented"
    assert rig.call("RemoteStopTransaction", {"transactionId": 99}, "same")[2] == {"status": "Rejected"}
    assert rig.call("RemoteStopTransaction", {"transactionId": 7}, "same")[2] == {"status": "Accepted"}


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400", "-0.0", "1" * 1000])
def test_numbers_that_are_none_are_refused_in_a_call_and_no_answer(number):
    rig = Rig()
    rig.charge()
    rig.link.deliver('[2,"n","RemoteStopTransaction",{"transactionId":' + number + "}]")
    rig.run(50)
    assert rig.results()[-1][:2] in ([3, "n"], [4, "n"])
    assert rig.results()[-1][2] in ({"status": "Rejected"}, "TypeConstraintViolation")
    assert rig.relay.closed
    rig.answers["StopTransaction"] = None
    rig.swipe()
    rig.run(500)
    stop = rig.link.sent[-1]
    rig.link.deliver('[3,"' + stop[1] + '",{"idTagInfo":{"status":' + number + "}}]")
    rig.run(500)
    assert len(rig.journal) == 0
