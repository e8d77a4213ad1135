# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The log of a charger's frames on its page: readable, filtered, a page at a time, live."""

import json
import re
import time

import pytest
from chargerctl.central.web.charger import log
from chargerctl.central.web.charger.follow import LogFollower
from chargerctl.central.web.charger.fragments import Fragments

from tests.host.central.web.charger.conftest import HERE
from tests.host.central.web.charger.test_overview import plain

PAGE = f"{HERE}/log"
NOW = 1_795_332_600.0  # 2026-11-22T07:30:00Z
SCRIPT = "<script>alert(1)</script>"


def keep(store, *frames, serial="garage-1"):
    """(outgoing, frame) each."""
    with store.unit() as unit:
        for place, (outgoing, text) in enumerate(frames):
            kept = text if isinstance(text, str) else json.dumps(text, separators=(",", ":"))
            unit.frame(serial, outgoing, kept, NOW + place)


def rows(html):
    """What a person reads of each frame, without its time, the newest first."""
    found = re.findall(r'<li id="frame-\d+".*?</li>', html, re.DOTALL)
    return [plain(re.sub(r"<time.*?</time>", "", each)) for each in found]


def older(html):
    found = re.search(r'data-before="(\d+)"', html)
    return found and found[1]


METER_VALUE = {
    "timestamp": "2026-11-22T07:30:00Z",
    "sampledValue": [
        {"value": "12", "measurand": "Power.Active.Import", "unit": "W", "phase": "L1"},
        {"value": "345"},
    ],
}
SESSION = [
    (False, [2, "a", "BootNotification", {"chargePointVendor": "V", "chargePointModel": "M", "firmwareVersion": "1"}]),
    (True, [3, "a", {"status": "Accepted", "currentTime": "2026-11-22T07:30:00Z", "interval": 300}]),
    (False, [2, "b", "StatusNotification", {"connectorId": 1, "status": "Faulted", "errorCode": "GroundFailure"}]),
    (True, [3, "b", {}]),
    (True, [2, "c", "RemoteStartTransaction", {"idTag": "04A1B2C3", "connectorId": 1}]),
    (False, [3, "c", {"status": "Rejected"}]),
    (False, [2, "d", "MeterValues", {"connectorId": 1, "transactionId": 7, "meterValue": [METER_VALUE]}]),
    (True, [3, "d", {}]),
]  # fmt: skip


def test_frames_are_readable_with_the_action_of_each_answer(owner, store):
    keep(store, *SESSION, serial="garage-2")
    assert rows(owner.get("/chargers/garage-2/log").text) == [
        "→ to the charger MeterValues answered",
        "← from the charger MeterValues connector 1, session 7, Power Active L1 12 W, Energy Active Register 345 Wh",
        "← from the charger RemoteStartTransaction answered Rejected",
        "→ to the charger RemoteStartTransaction card 04A1B2C3, connector 1",
        "→ to the charger StatusNotification answered",
        "← from the charger StatusNotification connector 1: Faulted, GroundFailure",
        "→ to the charger BootNotification answered Accepted, next in 300 s",
        "← from the charger BootNotification V M, firmware 1",
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("direction=in", "dcba"),
        ("action=StatusNotification", "bb"),
        ("action=StatusNotification&direction=out", "b"),
        ("kind=call", "dcba"),
        ("kind=result&direction=in", "c"),
        ("kind=error", ""),
        ("text=04a1b2c3", "c"),
        ("text=nothing+of+this", ""),
        ("action=%3Cscript%3E&direction=up&kind=odd", "ddccbbaa"),
    ],
)
def test_frames_are_filtered(owner, store, query, found):
    keep(store, *SESSION, serial="garage-2")
    page = owner.get(f"/chargers/garage-2/log?{query}").text
    texts = [
        owner.get(f"/chargers/garage-2/frames/{each}").text for each in re.findall(r'id="frame-(\d+)"', page)
    ]
    assert "".join(re.search(r"&#34;(\w)&#34;", each)[1] for each in texts) == found
    assert ("No frame found" in re.sub(r"<p[^>]* hidden>.*?</p>", "", page)) is (found == "")


def test_what_ocpp_does_not_allow_is_marked(owner, store):
    keep(
        store,
        (
            False,
            [
                2,
                "a",
                "StatusNotification",
                {"connectorId": "one", "status": "Available", "errorCode": "NoError"},
            ],
        ),
        (True, [4, "a", "TypeConstraintViolation", "connectorId: no", {}]),
        (False, [2, "b", "Dance", {}]),
        (False, [2, "c", "Heartbeat"]),
        (True, [2, "d", "Reset", {"type": "Soft"}]),
        (False, [3, "d", {"status": "Perhaps"}]),
        (True, [2, "e", "Reset", {"type": "Soft"}]),
        (False, [4, "e", "Silly", "no", {}]),
        (False, "no JSON"),
        (False, [2, "f", "Heartbeat", {}]),
        serial="garage-2",
    )
    found = rows(owner.get("/chargers/garage-2/log?kind=trouble").text)
    assert [re.search("⚠ (.*)", each)[1].split(":")[0] for each in found] == [
        "not JSON",
        "'Silly' is not an error code of OCPP",
        "status",
        "a message of type 2 is [2, str, str, dict]",
        "'Dance' is not an action of OCPP 1.6",
        "the central system refused it",
        "connectorId",
    ]


def test_a_frame_is_unfolded_with_the_answer_to_it_and_how_long_that_took(owner, store):
    keep(store, *SESSION, serial="garage-2")
    page = owner.get("/chargers/garage-2/log").text
    call, answer = (re.findall(r'id="frame-(\d+)"', page)[each] for each in (3, 2))
    shown = owner.get(f"/chargers/garage-2/frames/{call}").text
    assert "  &#34;RemoteStartTransaction&#34;,\n  {\n    &#34;idTag&#34;: &#34;04A1B2C3&#34;" in shown
    assert "Answered 1.000 s later" in plain(shown)
    assert "&#34;Rejected&#34;" in shown
    shown = owner.get(f"/chargers/garage-2/frames/{answer}").text
    assert "The call that it answers, sent 1.000 s before" in plain(shown)
    assert "&#34;RemoteStartTransaction&#34;" in shown


def test_a_call_of_each_side_may_have_the_same_id(owner, store):
    keep(
        store,
        (True, [2, "1", "Reset", {"type": "Soft"}]),
        (False, [2, "1", "Heartbeat", {}]),
        (True, [3, "1", {"currentTime": "2026-11-22T07:30:00Z"}]),
        (False, [3, "1", {"status": "Rejected"}]),
        serial="garage-2",
    )
    page = owner.get("/chargers/garage-2/log").text
    numbers = re.findall(r'id="frame-(\d+)"', page)
    reset, heartbeat = (owner.get(f"/chargers/garage-2/frames/{numbers[each]}").text for each in (3, 2))
    assert ("Rejected" in reset, "currentTime" in reset) == (True, False)
    assert ("Rejected" in heartbeat, "currentTime" in heartbeat) == (False, True)


def test_a_frame_without_its_other_half_says_so(owner, store):
    keep(store, (True, [2, "x", "Reset", {"type": "Soft"}]), (False, [3, "y", {}]), serial="garage-2")
    page = owner.get("/chargers/garage-2/log").text
    answer, call = re.findall(r'id="frame-(\d+)"', page)
    assert "No answer to it" in owner.get(f"/chargers/garage-2/frames/{call}").text
    assert "The call that it answers is not kept" in owner.get(f"/chargers/garage-2/frames/{answer}").text


def test_a_frame_of_another_charger_or_none_is_not_found(owner, store):
    keep(store, (False, "x"), serial="garage-2")
    number = re.search(r'id="frame-(\d+)"', owner.get("/chargers/garage-2/log").text)[1]
    for each in (number, "0", "-1", "9" * 30):
        assert owner.get(f"{HERE}/frames/{each}").status_code == 404
    assert owner.get(f"{HERE}/frames?before={'9' * 30}").status_code == 400


def test_a_page_never_has_the_whole_log(owner, store):
    keep(
        store,
        *((False, [2, str(each), "Heartbeat", {}]) for each in range(2 * log.PAGE + 3)),
        serial="garage-2",
    )
    page = owner.get("/chargers/garage-2/log").text
    seen = [len(rows(page))]
    while before := older(page):
        page = owner.get(f"/chargers/garage-2/frames?before={before}").text
        seen.append(len(rows(page)))
    assert seen == [log.PAGE, log.PAGE, 3]


def test_a_search_looks_at_some_thousand_frames_at_a_time_and_goes_on_when_it_is_asked_to(
    owner, store, monkeypatch
):
    monkeypatch.setattr(log, "_AT_ONCE", 10)
    monkeypatch.setattr(log, "_MOST_LOOKED_AT", 40)
    keep(
        store,
        (False, [2, "needle", "Heartbeat", {}]),
        *((False, [2, str(each), "Heartbeat", {}]) for each in range(50)),
        serial="garage-2",
    )
    page = owner.get("/chargers/garage-2/log?text=needle").text
    assert rows(page) == []
    assert "No frame found so far. Older looks further back." in page
    assert "No frame found.</p>" in owner.get(f"{PAGE}?text=needle").text
    page = owner.get(f"/chargers/garage-2/frames?text=needle&before={older(page)}").text
    assert (len(rows(page)), older(page)) == (1, None)


HOSTILE = [
    SCRIPT,
    "\u202e\x1b[31m\x00",
    "x" * 20_000,
    f'[2,"{"i" * 36}","{SCRIPT}",{{"k":"{SCRIPT}"}}]',
    f'[2,"a","{"A" * 10_000}",{{}}]',
    "[" * 16_000,
    "[2,\"a\",\"Heartbeat\"," + "[" * 900 + "]" * 900 + "]",
    '[3,"a",{"status":"' + "\\u202e" * 50 + '"}]',
    '[3,"a",{"idTagInfo":7}]',
    '[2,"a","MeterValues",{"connectorId":1,"meterValue":[{"sampledValue":[7,{}]}]}]',
    '[2,"a","BootNotification",[]]',
    '[2,{"a":1},"Heartbeat",{}]',
    "[4,\"a\"]",
    "[2e400]",
    "7",
    '[2,"a","DataTransfer",{"vendorId":"' + "v" * 16_500 + '"}]',
]  # fmt: skip


def test_hostile_frames_are_text_and_bounded(owner, store):
    keep(store, *((each % 2 == 0, text) for each, text in enumerate(HOSTILE)), serial="garage-2")
    answer = owner.get("/chargers/garage-2/log")
    page = answer.text
    assert answer.status_code == 200
    assert len(rows(page)) == len(HOSTILE)
    assert len(page) < 40_000
    for number in re.findall(r'id="frame-(\d+)"', page):
        shown = owner.get(f"/chargers/garage-2/frames/{number}")
        assert shown.status_code == 200
        assert len(shown.text) < 250_000
        page += shown.text
    assert "<script>" not in page
    assert "\u202e" not in page
    assert "\x1b" not in page
    assert "its first 16384 characters: the books keep no more of a frame" in page


def test_secrets_are_masked(owner, store):
    keep(store, (True, [2, "a", "ChangeConfiguration", {"key": "AuthorizationKey", "value": "hunter2"}]))
    page = owner.get(PAGE).text
    assert "AuthorizationKey = ***" in page
    assert "hunter2" not in page + owner.get(f"{HERE}/frames/6").text


def test_a_log_without_frames_says_why(owner, parts):
    assert "No frame of this charger is kept yet." in owner.get("/chargers/garage-2/log").text


@pytest.fixture
def following(parts, store):
    """following(text=...) -> looks for new frames of garage-1: (how many, their rows)."""

    def make(**wanted):
        with store.reading() as connection:
            newer = log.Newer("garage-1", log.Filter(**wanted), log.newest(connection, "garage-1"))
        follower = LogFollower(Fragments(parts.pages, may_change=False), newer)

        def look():
            with store.reading() as connection:
                return [(data["count"], rows(data["html"])) for _, data in follower.look(connection)]

        return look

    return make


def test_new_frames_appear_with_the_action_of_the_call_before_them(following, store):
    keep(store, (True, [2, "k", "ClearCache", {}]))
    look = following()
    assert look() == []
    keep(store, (False, [3, "k", {"status": "Accepted"}]))
    assert look() == [(1, ["← from the charger ClearCache answered Accepted"])]
    assert look() == []


def test_new_frames_are_filtered_too(following, store):
    look = following(direction="in")
    keep(store, (True, [2, "k", "ClearCache", {}]))
    assert look() == [(0, [])]
    keep(store, (False, [2, "l", "Heartbeat", {}]))
    assert look() == [(1, ["← from the charger Heartbeat"])]


def test_a_burst_comes_in_portions(following, store, monkeypatch):
    monkeypatch.setattr(log, "_MOST_AT_A_TIME", 5)
    look = following()
    keep(store, *((False, [2, str(each), "Heartbeat", {}]) for each in range(7)))
    assert [look()[0][0], look()[0][0], look()] == [5, 2, []]


def test_it_takes_no_time_to_look_at_the_largest_frames(store):
    largest = [2, "a", "DataTransfer", {"vendorId": "v", "data": "x" * 16_000}]
    keep(store, *((False, largest) for _ in range(500)), serial="garage-2")
    began = time.process_time()
    with store.reading() as connection:
        log.page(connection, "garage-2", log.Filter(text="not there"))
    assert time.process_time() - began < 2
