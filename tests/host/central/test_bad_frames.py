# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Whatever a charger sends: nothing raises, each call gets one valid answer, and memory stays bounded."""

import json
import tracemalloc

import pytest
from chargerctl.central.messages.schemas import ACTIONS, CALL_RESULT, ERROR_CODES, check_payload, parse
from hypothesis import given
from hypothesis import strategies as st

from tests.host.central.service import Service
from tests.host.central.test_answers import CHARGERS_CALLS


@pytest.fixture
def service():
    service = Service(serial="c-1")
    service.boot()
    service.converse(lambda action, payload: {})
    return service


def answers_of(service, frame):
    """What comes back: at most one frame, valid, and an answer to this call."""
    frames = service.conversation.handle(frame, service.now)
    assert len(frames) <= 1
    for each in frames:
        assert each.isascii()
        answer = parse(each)
        call = parse(frame if isinstance(frame, str) else frame.decode("utf-8", "replace"))
        assert answer[0] in (3, 4)
        assert (call[0], answer[1]) == (2, call[1])
        if answer[0] == CALL_RESULT:
            check_payload(CALL_RESULT, call[2], answer[2])
        else:
            assert answer[2] in ERROR_CODES
            assert len(answer[3]) <= 255
    return frames


_text = st.text(st.characters(codec=None), max_size=40)
_leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(10**40), 10**40),
    st.floats(),
    _text,
    st.sampled_from(
        ["2026-11-22T07:30:00Z", "9999-12-31T23:59:59-23:00", "A\0", "\ud800", "Accepted", "x" * 600]
    ),
)
_json = st.recursive(
    _leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_text, inner, max_size=4),
    max_leaves=12,
)
_ids = st.one_of(_text, st.sampled_from(["1", "2", "-1", "0123456789abcdef-1", "0123456789abcdef-2"]))
_actions = st.one_of(st.sampled_from(sorted(ACTIONS)), _text)


@st.composite
def _spoilt(draw):
    """A good payload with something else in one place."""
    action = draw(st.sampled_from(sorted(CHARGERS_CALLS)))
    payload = dict(CHARGERS_CALLS[action])
    key = draw(st.sampled_from([*payload, "extra"]))
    if draw(st.booleans()):
        payload[key] = draw(_leaves)
    return [2, draw(_ids), action, payload]


_frames = st.one_of(
    _json.map(json.dumps),
    st.tuples(st.just(2), _ids, _actions, _json).map(json.dumps),
    st.tuples(st.just(3), _ids, _json).map(json.dumps),
    st.tuples(st.just(4), _ids, _text, _text, _json).map(json.dumps),
    _spoilt().map(json.dumps),
    _spoilt().map(lambda frame: json.dumps(frame, ensure_ascii=False)),
    _text,
    st.binary(max_size=60),
)


@given(st.lists(_frames, max_size=6), st.booleans())
def test_nothing_raises_and_each_call_has_one_answer(frames, booted):
    service = Service(serial="c-1")
    if booted:
        service.boot()
    service.conversation.ask(1, "GetConfiguration", {}, 30)
    for frame in frames:
        service.conversation.due(service.now)
        answers_of(service, frame)
        service.now += 10
    json.dumps(service.books.booked, default=str, ensure_ascii=False).encode()
    assert "\\u0000" not in json.dumps(service.books.booked, default=str)


def call(action, payload):
    return f'[2,"x","{action}",{payload}]'


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (call("Heartbeat", "NaN"), "not JSON: NaN is not a number of JSON"),
        (call("Heartbeat", '{"a":Infinity}'), "not JSON: Infinity is not a number"),
        (call("Heartbeat", '{"a":1e400}'), "not JSON: the number 1e400 is out of range"),
        (call("Heartbeat", '{"a":' + "9" * 5000 + "}"), "not JSON: Exceeds the limit"),
        (call("Heartbeat", '{"a":' * 5000), "not JSON: "),
        (call("Heartbeat", '"\\u0000"'), "a message of type 2 is [2, str, str, dict]"),
        ('[2,"x","Heartbeat",{}] ' * 2, "not JSON: Extra data"),
        ("\ufeff" + call("Heartbeat", "{}"), "not JSON: "),
        ('[2,"x\n","Heartbeat",{}]', "not JSON: Invalid control character"),
        ("[" + "[" * 900 + "]" * 900 + "]", "list is not a message type"),
        (" " * 10_000_000, "a frame of 10,000,000 bytes, at most 262,144 allowed"),
        (b"\xff" * 10_000_000, "a frame of 10,000,000 bytes, at most 262,144 allowed"),
        (b"[2,\x00]", "not JSON"),
        (
            call("Heartbeat", '{"a":"\\u0000","b":' + "[" * 50 + "]" * 50 + "}"),
            "more than 32 lists and objects",
        ),
    ],
)
def test_what_is_no_frame_is_noted_and_not_answered(service, frame, reason):
    assert answers_of(service, frame) == []
    assert reason in service.reasons()[-1]
    assert len(service.conversation.violations[-1].frame) <= 4096


@pytest.mark.parametrize(
    ("action", "payload", "code"),
    [
        ("Conquer", "{}", "NotImplemented"),
        ("\\u0000\\ud800", "{}", "NotImplemented"),
        ("x" * 5000, "{}", "NotImplemented"),
        ("Reset", '{"type":"Soft"}', "NotSupported"),
        ("Authorize", '{"idTag":' + "9" * 4000 + "}", "TypeConstraintViolation"),
        ("Authorize", '{"idTag":"' + "x" * 200_000 + '"}', "PropertyConstraintViolation"),
        ("Authorize", '{"idTag":"x","more":' + "[" * 500 + "]" * 500 + "}", "FormationViolation"),
        (
            "StatusNotification",
            '{"connectorId":1,"errorCode":"NoError","status":"Idle"}',
            "PropertyConstraintViolation",
        ),
        (
            "MeterValues",
            '{"connectorId":18446744073709551616,"meterValue":[]}',
            "PropertyConstraintViolation",
        ),
        (
            "StartTransaction",
            '{"connectorId":1,"idTag":"A","meterStart":0,"timestamp":"0001-01-01T00:00:00+01:00"}',
            "PropertyConstraintViolation",
        ),
        (
            "StartTransaction",
            '{"connectorId":1.0,"idTag":"A","meterStart":0,"timestamp":"2026-11-22T07:30:00Z"}',
            "TypeConstraintViolation",
        ),
    ],
)
def test_what_is_a_call_gets_the_error_that_fits(service, action, payload, code):
    [frame] = answers_of(service, f'[2,"x","{action}",{payload}]')
    assert json.loads(frame)[2] == code
    assert len(frame) < 400
    assert all(len(reason) <= 4096 for reason in service.reasons())
    assert service.books.booked[1:] == []


@pytest.mark.parametrize(
    ("sent", "booked"), [("KEBA\\u0000", "KEBA\ufffd"), ("a\\ud800b", "a\ufffdb"), ("\\ud83d\\ude00", "😀")]
)
def test_text_that_no_database_keeps_is_booked_without_it(service, sent, booked):
    [frame] = answers_of(
        service, f'[2,"x","BootNotification",{{"chargePointVendor":"{sent}","chargePointModel":"m"}}]'
    )
    assert json.loads(frame)[2]["status"] == "Accepted"
    assert service.books.booked[-1][1]["chargePointVendor"] == booked
    assert bool(service.reasons()) == ("\ufffd" in booked)


def test_a_charger_that_goes_back_in_time_or_repeats_itself_is_booked_once(service):
    start = '{"connectorId":1,"idTag":"A","meterStart":0,"timestamp":"%s"}'
    first = answers_of(service, f'[2,"a","StartTransaction",{start % "2026-11-22T07:30:00Z"}]')
    again = [
        answers_of(service, f'[2,"{call_id}","StartTransaction",{start % "2026-11-22T07:30:00Z"}]')
        for call_id in ("a", "b", "c")
    ]
    assert {json.loads(frames[0])[2]["transactionId"] for frames in (first, *again)} == {1}
    answers_of(service, f'[2,"d","StartTransaction",{start % "1970-01-01T00:00:00Z"}]')
    assert list(service.books.transactions) == [1, 2]


def test_memory_is_bounded_whatever_comes(service):
    """A fresh frame each time, 16 KB and more of it."""

    def flood(begin, end):
        for number in range(begin, end):
            filler = f"{number:06d}" * 3000
            for frame in (
                filler,
                f'[2,"{number}","{filler}",{{}}]',
                f'[2,"{number}","DataTransfer",{{"vendorId":"x","data":"{filler}"}}]',
                f'[2,"{number}","Authorize",{{"idTag":"{filler}"}}]',
                f'[2,"{number}b","StatusNotification",{{"connectorId":{number},"errorCode":"NoError",'
                f'"status":"Available"}}]',
                f'[3,"{number}",{{"a":"{filler}"}}]',
                f'[4,"0123456789abcdef-1","{filler}","{filler}",{{}}]',
                f'[2,"{number}c","BootNotification",{{"chargePointVendor":"v","chargePointModel":"{number}"}}]',
            ):
                answers_of(service, frame)
            service.books.booked.clear()
            service.books.statuses.clear()
            service.conversation.saved()

    flood(0, 100)
    tracemalloc.start()
    try:
        flood(100, 120)
        before, _peak = tracemalloc.get_traced_memory()
        flood(120, 300)
        after, _peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 300_000
