# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""GetDiagnostics: what is asked for, how often it is tried, and what the central system is told. The upload is faked."""

from types import SimpleNamespace

import pytest
from charger import settings, visit

HERE = {"location": "http://files.example/logs"}
original = visit.visit


class Uploads:
    """Each attempt takes a step, and ends with the next of `outcomes`: a status, 0, or an exception when it is loaded."""

    def __init__(self):
        self.outcomes = []
        self.made = []
        self.closed = 0

    def visit(self, name):
        return SimpleNamespace(Upload=self.make) if name == "net.upload" else original(name)

    def make(self, charger, method, place, name, window):
        self.made.append((method, place, name, window))
        outcome = self.outcomes.pop(0) if self.outcomes else 200
        if isinstance(outcome, Exception):
            raise outcome
        return SimpleNamespace(step=lambda now: outcome, problem="why", close=self._close)

    def _close(self):
        self.closed += 1


@pytest.fixture
def uploads(monkeypatch):
    fake = Uploads()
    monkeypatch.setattr(visit, "visit", fake.visit)
    return fake


@pytest.fixture
def online(rig, uploads):
    rig.run(2000)
    return rig


def told(rig):
    return [payload["status"] for payload in rig.calls("DiagnosticsStatusNotification")]


def ask(rig, **payload):
    return rig.call("GetDiagnostics", {**HERE, **payload}, f"{rig.now}")


@pytest.mark.requirement(
    "SPEC 5.9", "The answer names the file that will be uploaded, in at most 255 characters."
)
@pytest.mark.requirement("SPEC 4.4", "Uploading, and then Uploaded, is reported.")
def test_the_answer_names_the_file_and_the_statuses_follow_it(online, uploads):
    answer = ask(online)
    online.run(500)
    name = answer[2]["fileName"]
    assert name == "t-1-1795332600.txt"
    assert told(online) == ["Uploading", "Uploaded"]
    assert uploads.made == [("PUT", (False, "files.example", 80, "logs"), name, (None, None))]
    actions = [frame[2] for frame in online.link.sent if frame[0] == 2]
    assert actions[-2:] == ["DiagnosticsStatusNotification"] * 2
    online.wait(60)
    assert len(uploads.made) == uploads.closed == 1


@pytest.mark.requirement("SPEC 8.2", "http and https are the protocols")
@pytest.mark.parametrize(
    ("location", "place"),
    [
        ("https://Files.example", (True, "files.example", 443, "")),
        ("HTTP://10.0.0.1:8080/a/b?c=d#e", (False, "10.0.0.1", 8080, "a/b?c=d")),
    ],
)
def test_places_that_a_file_can_go_to(online, uploads, location, place):
    assert "fileName" in ask(online, location=location)[2]
    online.run(500)
    assert uploads.made[0][1] == place


@pytest.mark.requirement("SPEC 8.2", "ftp is refused by status")
@pytest.mark.requirement("SPEC 5.9", "A location that no file can go to gets no file name, and UploadFailed.")
@pytest.mark.parametrize(
    "location",
    [
        "ftp://user:secret@files.example/x",
        "ftps://files.example/",
        "http://",
        "http:///x",
        "http://a b/",
        "http://user:secret@files.example/",
        "http://files.example:0/",
        "http://files.example:65536/",
        "http://files.example:x/",
        "http://files.example:/",
        "http://[::1]/",
        "file:///settings.toml",
        "://",
    ],
)
def test_ftp_and_rubbish_are_refused_by_status(online, uploads, location):
    assert ask(online, location=location)[2] == {}
    online.run(1000)
    assert told(online) == ["UploadFailed"]
    assert uploads.made == []
    assert not any("secret" in line for line in online.log_lines)


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"location": "x"}, "PropertyConstraintViolation"),
        ({"location": ""}, "PropertyConstraintViolation"),
        ({"location": "http://é/"}, "PropertyConstraintViolation"),
        ({"location": 1}, "TypeConstraintViolation"),
        ({"retries": -1}, "PropertyConstraintViolation"),
        ({"retries": "1"}, "TypeConstraintViolation"),
        ({"retryInterval": -1}, "PropertyConstraintViolation"),
        ({"retryInterval": 1.5}, "TypeConstraintViolation"),
        ({"startTime": "yesterday"}, "PropertyConstraintViolation"),
        ({"stopTime": 1}, "TypeConstraintViolation"),
    ],
)
def test_a_malformed_call_gets_an_error_and_starts_nothing(online, uploads, payload, code):
    assert ask(online, **payload)[2] == code
    online.run(1000)
    assert told(online) == []
    assert uploads.made == []


@pytest.mark.requirement(
    "SPEC 6.25", "It is tried again after retryInterval, retries times (ERR 3.50), then given up."
)
@pytest.mark.requirement("ERR 3.50", "`retries` counts the attempts after the first.")
def test_it_is_tried_again_as_often_as_the_call_says(online, uploads):
    uploads.outcomes = [0, 500, MemoryError(), ImportError("no module"), 200]
    ask(online, retries=3, retryInterval=20)
    online.wait(19)
    assert len(uploads.made) == 1
    online.wait(60)
    assert len(uploads.made) == 4
    assert told(online) == ["Uploading"] * 4 + ["UploadFailed"]
    online.wait(600)
    assert len(uploads.made) == 4


def test_a_server_that_takes_no_put_gets_a_post_at_once(online, uploads):
    uploads.outcomes = [405]
    ask(online, retries=0)
    online.run(1000)
    assert [method for method, *_ in uploads.made] == ["PUT", "POST"]
    assert told(online) == ["Uploading", "Uploaded"]
    uploads.outcomes = [501, 501]
    ask(online, retries=0)
    online.run(1000)
    assert told(online)[2:] == ["Uploading", "UploadFailed"]


@pytest.mark.requirement("SPEC 5.9", "startTime and stopTime are those of the log in the file")
def test_the_times_of_the_log_are_passed_on(online, uploads):
    ask(online, startTime="2026-11-22T07:30:00Z", stopTime="2026-11-22T08:30:00+01:00")
    online.run(1000)
    assert uploads.made[0][3] == (1795332600, 1795332600)


def test_the_name_of_every_secret_setting_has_the_word_by_which_the_file_leaves_it_out():
    secret = [row[0] for row in settings.TABLE if "S" in row[5]]
    assert secret
    assert all("password" in name for name in secret)


def test_while_the_relay_may_close_it_waits_but_not_for_ever(online, uploads):
    online.stalls.idle = False
    ask(online, retries=1, retryInterval=100)
    online.wait(190)
    assert told(online) == []
    online.wait(20)
    assert told(online) == ["UploadFailed"]
    online.stalls.idle = True
    online.wait(60)
    assert uploads.made == []


def test_an_upload_that_is_interrupted_by_a_session_is_no_failure(online, uploads):
    uploads.outcomes = [None]
    ask(online, retries=0)
    online.run(1000)
    online.stalls.idle = False
    online.run(1000)
    assert uploads.closed == 1
    online.stalls.idle = True
    online.wait(15)
    assert told(online) == ["Uploading", "Uploaded"]


def test_the_last_request_counts(online, uploads):
    uploads.outcomes = [None]
    ask(online)
    online.run(1000)
    ask(online, location="http://elsewhere.example/")
    online.run(1000)
    assert uploads.closed == 2
    assert [place[1] for _, place, *_ in uploads.made] == ["files.example", "elsewhere.example"]
    assert told(online) == ["Uploading", "Uploading", "Uploaded"]


@pytest.mark.requirement("SPEC 4.4", "A status that gets no answer is sent again.")
def test_an_outcome_is_told_until_it_is_answered_or_the_central_system_is_silent(online, uploads):
    online.answers["DiagnosticsStatusNotification"] = lambda payload: (
        {} if payload["status"] == "Uploading" else None
    )
    ask(online)
    online.run(200)
    online.link.connected = False
    online.run(500)
    online.link.connected = True
    online.wait(200)
    outcomes = told(online)[1:]
    assert set(outcomes) == {"Uploaded"}
    assert 4 <= len(outcomes) <= 8
    online.wait(300)
    assert told(online)[1:] == outcomes


@pytest.mark.requirement("SPEC 4.2", "While Pending, no DiagnosticsStatusNotification is sent.")
def test_while_pending_nothing_is_uploaded(rig, uploads):
    rig.answers["BootNotification"] = {
        "status": "Pending",
        "interval": 3600,
        "currentTime": "2026-11-22T07:30:00Z",
    }
    rig.run(500)
    assert "fileName" in ask(rig, retries=0, retryInterval=0)[2]
    rig.wait(30)
    assert told(rig) == []
    assert uploads.made == []
    # It is not kept for ever.
    rig.wait(700)
    assert rig.call("GetDiagnostics", {"location": "x"})[2] == "PropertyConstraintViolation"
