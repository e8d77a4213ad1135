# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The JSON API: what it shows, what it changes, and how it refuses."""

from __future__ import annotations

import pytest
from chargerctl.central.books.interface import Outcome


def test_chargers_are_listed_with_what_they_do(site):
    found = site.get("/chargers").json()
    assert found["central_systems"] == 1
    left, right = found["chargers"]
    assert (left["serial"], left["name"], left["connected"], left["state"]) == (
        "garage-1",
        "Left",
        "mqtt",
        "Charging",
    )
    assert left["sessions"][0]["card"] == "04A1B2C3"
    assert (right["state"], right["connected"]) == ("Offline", None)


def test_one_charger_is_shown_with_its_connectors_and_configuration(site):
    assert site.get("/chargers/garage-1").json()["boot"]["firmwareVersion"] == "1.0"
    [connector] = site.get("/chargers/garage-1/connectors").json()["connectors"]
    assert (connector["connector"], connector["status"]) == (1, "Charging")
    [key] = site.get("/chargers/garage-1/configuration").json()["configuration"]
    assert (key["key"], key["value"], key["readonly"]) == ("HeartbeatInterval", "300", False)
    [complaint] = site.get("/chargers/garage-1/complaints").json()["complaints"]
    assert complaint["action"] == "StopTransaction"


def test_frames_come_in_pages_from_the_newest_to_the_oldest(site):
    first = site.get("/chargers/garage-1/frames", limit=6).json()
    second = site.get("/chargers/garage-1/frames", limit=6, before=first["before"]).json()
    ids = [each["id"] for each in second["frames"] + first["frames"]]
    assert len(ids) == 10
    assert ids == sorted(set(ids))
    assert second["before"] is None
    assert [each["action"] for each in first["frames"]] == ["Heartbeat"] * 6


def test_sessions_are_filtered_and_come_in_pages(site):
    first = site.get("/sessions", limit=1).json()
    second = site.get("/sessions", limit=1, before=first["before"]).json()
    assert [each["state"] for each in first["sessions"] + second["sessions"]] == ["running", "stopped"]
    assert [each["state"] for each in site.get("/sessions", state="running").json()["sessions"]] == [
        "running"
    ]
    assert site.get("/sessions", charger="garage-2").json() == {"sessions": [], "before": None}
    later = {"from": "2026-11-23T00:00:00+01:00"}
    assert site.get("/sessions", **later).json()["sessions"] == []
    assert len(site.get("/sessions", card="04a1b2c3", to="2026-11-23T00:00:00Z").json()["sessions"]) == 2


def test_a_session_is_shown_with_its_meter_values(site):
    number = site.get("/sessions", state="stopped").json()["sessions"][0]["id"]
    assert site.get(f"/sessions/{number}").json()["energy_wh"] == 1500
    first = site.get(f"/sessions/{number}/meter-values", limit=1).json()
    second = site.get(f"/sessions/{number}/meter-values", limit=2, offset=first["offset"]).json()
    assert [each["value"] for each in first["meter_values"] + second["meter_values"]] == ["1250", "1300"]
    assert second["offset"] is None


def test_energy_is_summed_by_what_is_asked_for(site):
    found = site.get("/energy", by=["card", "month"]).json()
    assert found == {
        "sums": [{"card": "04A1B2C3", "month": "2026-11", "name": "Anna", "sessions": 1, "energy_wh": 1500}],
        "total": {"sessions": 1, "energy_wh": 1500},
    }
    [by_day] = site.get("/energy", by="day", zone="Pacific/Auckland").json()["sums"]
    assert by_day["day"] == "2026-11-22"


def test_a_body_that_is_nested_deeply_is_told_in_words(site):
    answer = site.send("PUT", "/cards/AA", b"[" * 200_000)
    sentence = "the body cannot be read: it must be JSON that is not nested deeply"
    assert (answer.status_code, answer.json()["error"]) == (400, sentence)


def test_a_card_is_entered_changed_shown_and_removed(site):
    wanted = {"name": "Ben", "valid_until": "2027-01-01T00:00:00+01:00", "chargers": ["garage-2"]}
    assert site.change("PUT", "/cards/04:A1:B2:C4", wanted).json()["new"]
    found = site.get("/cards/04A1B2C4").json()
    assert (found["name"], found["valid_until"], found["chargers"]) == (
        "Ben",
        "2026-12-31T23:00:00Z",
        ["garage-2"],
    )
    assert not site.change("PUT", "/cards/04A1B2C4", {"blocked": True}).json()["new"]
    assert site.get("/cards/04A1B2C4").json()["state"] == "Blocked"
    assert len(site.get("/cards").json()["cards"]) == 3
    assert site.change("DELETE", "/cards/04A1B2C4").json() == {"removed": ["04A1B2C4"]}
    assert site.get("/cards/04A1B2C4").status_code == 404


@pytest.mark.parametrize(
    ("answer", "done"), [({"status": "Accepted"}, True), ({"status": "Rejected"}, False), ({}, True)]
)
def test_a_call_is_answered_with_what_the_charger_said(site, answering, answer, done):
    central = answering(Outcome(answer=answer))
    found = site.change("POST", "/chargers/garage-1/calls", {"action": "reset", "payload": {}}).json()
    assert (found["action"], found["answer"], found["done"]) == ("Reset", answer, done)
    assert [(each.action, each.payload) for each in central.calls] == [("Reset", {"type": "Soft"})]


@pytest.mark.parametrize(
    ("outcome", "status"),
    [
        (Outcome(error="NotConnected", detail="the charger is not connected"), 409),
        (Outcome(error="Timeout", detail="no answer within 5 s"), 504),
        (Outcome(error="NotSupported", detail="no"), 502),
        (Outcome(error="Cancelled", detail="before it was sent"), 503),
    ],
)
def test_a_call_without_an_answer_is_an_error_in_words(site, answering, outcome, status):
    answering(outcome)
    answer = site.change("POST", "/chargers/garage-1/calls", {"action": "ClearCache", "timeout_s": 5})
    assert answer.status_code == status
    assert outcome.detail in answer.json()["error"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"action": "Resett"}, "did you mean Reset"),
        ({"action": "Reset", "payload": {"type": "Firm"}}, "not one of Hard, Soft"),
        ({"action": "ReserveNow"}, "is missing"),
        ({"action": "Reset", "timeout_s": 0}, "timeout_s"),
        ({"payload": {}}, "action"),
    ],
)
def test_a_call_that_the_schema_of_ocpp_does_not_allow_is_not_sent(site, answering, body, words):
    central = answering(Outcome(answer={}))
    answer = site.change("POST", "/chargers/garage-1/calls", body)
    assert answer.status_code == 400
    assert words in answer.json()["error"]
    assert not central.calls


@pytest.mark.parametrize(
    "path",
    [
        "/chargers/nobody",
        "/chargers/nobody/frames",
        "/sessions/7777",
        "/sessions/7777/meter-values",
        "/cards/NOBODY",
        "/elsewhere",
    ],
)
def test_what_is_not_there_is_404_in_words(site, path):
    answer = site.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == 404
    assert problem["detail"] == problem["error"]


def test_a_name_that_was_mistyped_is_suggested(site):
    assert "garage-1" in site.get("/chargers/garage-11").json()["error"]


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/sessions", {"limit": 0}),
        ("/sessions", {"limit": 100_000}),
        ("/sessions", {"from": "yesterday"}),
        ("/sessions", {"from": "2026-11-22T09:00:00"}),
        ("/sessions/0", {}),
        ("/sessions/99999999999999999999", {}),
        ("/energy", {}),
        ("/energy", {"by": "year"}),
        ("/energy", {"by": "day", "zone": "../../etc/passwd"}),
        ("/chargers/a%00b", {}),
        ("/chargers/garage-1/frames", {"before": -1}),
    ],
)
def test_a_wrong_parameter_is_400_in_words(site, path, query):
    answer = site.get(path, **query)
    assert answer.status_code == 400
    assert answer.json()["error"]


@pytest.mark.parametrize(
    ("uid", "body"),
    [
        ("04A1", {"name": "x" * 101}),
        ("04A1", {"name": "a\u202eb"}),
        ("04A1", {"parent": "p" * 21}),
        ("04A1", {"valid_until": "9999-12-31T00:00:00Z"}),
        ("04A1", {"valid_until": "2027-01-01"}),
        ("04A1", {"chargers": ["nobody"]}),
        ("1" * 21, {}),
        ("1E+10", {}),
    ],
)
def test_a_card_that_cannot_be_is_refused_and_not_entered(site, uid, body):
    answer = site.change("PUT", f"/cards/{uid}", body)
    assert answer.status_code in (400, 404)
    assert answer.json()["error"]
    assert len(site.get("/cards").json()["cards"]) == 2


def test_secrets_are_masked_in_the_answer_to_a_call(site, answering):
    answering(Outcome(answer={"status": "Accepted"}))
    payload = {"key": "AuthorizationKey", "value": "0123456789abcdef0123"}
    body = {"action": "ChangeConfiguration", "payload": payload}
    answer = site.change("POST", "/chargers/garage-1/calls", body)
    assert answer.json()["payload"] == {"key": "AuthorizationKey", "value": "***"}


def test_the_metrics_are_served(site):
    answer = site.client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert 'chargerctl_charger_online{charger="garage-1"} 1.0' in answer.text
