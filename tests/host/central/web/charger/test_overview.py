# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The first page of a charger: what it does, what the books know of it, what was asked of it."""

import re
import time
from html import unescape

import pytest
from chargerctl.central.books import owner as owning
from chargerctl.central.books.tables import workers
from chargerctl.central.web.charger.follow import OverviewFollower
from chargerctl.central.web.charger.fragments import Fragments, digest
from chargerctl.central.web.charger.snapshot import MOST_CALLS

from tests.host.central.cli.conftest import boot, meter, status, stop
from tests.host.central.web.charger.conftest import HERE

SCRIPT = "<script>alert(1)</script>"


def plain(html):
    """What a person reads of it."""
    return unescape(" ".join(re.sub(r"<[^>]*>", " ", html).split()))


def test_it_shows_what_the_charger_does(owner):
    shown = plain(owner.get(HERE).text)
    for each in (
        "Left garage-1",
        "Charging",
        "connected over MQTT since",
        "Energy 3.500 kWh",
        "Session 4 on connector 1, card Anna",
        "Connector 1 Charging",
        "Vendor GA Make",
        "Model ESP32-C6",
        "Firmware 0.1.0",
        "Registration Accepted,",
        "May take part yes",
        "Password the books have its hash",
        "Last heard",
        "Stop session 4",
        "Nobody has called it yet",
        "all that it sent fits the books",
    ):
        assert each in shown


def test_an_error_of_a_connector_is_shown_with_what_the_charger_says_of_it(owner):
    shown = plain(owner.get("/chargers/garage-2").text)
    assert "Connector 1 Fault OtherError \\x1b[31m\\u202ex since" in shown
    assert "not connected" in shown
    assert "No session runs." in shown


def test_a_charger_that_asks_can_be_let_in_and_refused(owner, store):
    assert "It is not in the books, and asks. " in plain(owner.get("/chargers/yard").text) + " "
    answer = owner.post("/chargers/yard/allowed", allowed="yes")
    assert answer.json()["said"] == "It may take part from its next BootNotification on."
    with store.reading() as connection:
        assert owning.find_account(connection, "yard") is not None
    answer = owner.post("/chargers/yard/allowed", allowed="no")
    assert "its next BootNotification is rejected" in answer.json()["said"]
    assert "It is refused now." in plain(owner.get("/chargers/yard").text)
    assert owner.post("/chargers/yard/allowed", allowed="perhaps").status_code == 400


def test_stop_comes_first_and_start_is_folded_while_every_connector_has_a_session(owner, store):
    page = owner.get(HERE).text
    assert page.index('id="stop-4"') < page.index('id="start"')
    assert '<details id="starting"><summary>Start a session' in page
    with store.unit() as unit:
        status(unit, "garage-1", 2, "Available", time.time())
    assert '<details id="starting" open>' in owner.get(HERE).text


def test_what_it_can_be_told_comes_right_after_its_state(owner):
    page = owner.get(HERE).text
    places = [page.index(f'id="{each}"') for each in ("state", "actions", "connectors", "calls")]
    assert places == sorted(places)


def test_a_connector_has_the_words_of_the_overview(owner, store):
    with store.unit() as unit:
        status(unit, "garage-1", 2, "Finishing", time.time())
    shown = plain(owner.get(HERE).text)
    assert "Connector 2 Finished since" in shown
    assert "Finishing" not in shown
    assert "Connector 1 Fault OtherError" in plain(owner.get("/chargers/garage-2").text)


def test_a_fault_says_what_it_is_in_the_charger_s_words(owner, store):
    with store.unit() as unit:
        more = {"errorCode": "OtherError", "info": "EmergencyStop"}
        status(unit, "garage-1", 1, "Faulted", time.time(), **more)
    assert "Out of order: OtherError: EmergencyStop." in plain(owner.get(HERE).text)


def test_a_stranger_that_takes_part_does_not_ask(owner, store):
    with store.writing() as connection:
        owning.change_charger(connection, "garage-1", known=False)
    shown = plain(owner.get(HERE).text)
    assert "May take part yes, as unknown chargers may" in shown
    assert "Let it in for good It takes part, since unknown chargers may; it is not in the books." in shown
    asks = plain(owner.get("/chargers/yard").text)
    assert "May take part not in the books: it asks" in asks
    assert "Let it in It is not in the books, and asks." in asks


def test_the_name_is_changed(owner):
    answer = owner.post(f"{HERE}/name", name=f"  {SCRIPT} ")
    assert answer.json()["said"] == f"The name is {SCRIPT} now."
    page = owner.get(HERE).text
    assert SCRIPT not in page
    assert '<h1 id="title">&lt;script&gt;alert(1)&lt;/script&gt;</h1>' in page
    assert owner.post(f"{HERE}/name").json() == {"said": "It has no name now.", "name": ""}


@pytest.mark.parametrize("name", ["x" * 101, "left\u202e", "a\x00b"])
def test_a_name_that_cannot_be_used_is_refused_in_words(owner, name):
    answer = owner.post(f"{HERE}/name", name=name)
    assert (answer.status_code, answer.json()["error"].startswith("the name ")) == (400, True)


GETS = (
    "",
    "/stream",
    "/configuration",
    "/configuration/stream",
    "/log",
    "/log/stream?after=0",
    "/frames",
    "/frames/1",
)


@pytest.mark.parametrize("serial", ["garage-9", "%3Cscript%3E", "%00", "x" * 10_000, "%ed%a0%80", "..."])
def test_a_charger_that_is_not_there_is_not_found(owner, serial):
    asked = [owner.get(f"/chargers/{serial}{path}") for path in GETS]
    asked += [
        owner.post(f"/chargers/{serial}{path}", name="n", allowed="yes", key="k")
        for path in ("/name", "/allowed", "/call/Reset", "/configuration", "/configuration/read")
    ]
    for answer in asked:
        assert answer.status_code == 404
        assert "<script>" not in answer.text or "json" in answer.headers["content-type"]
        assert len(answer.text) < 5_000


def test_what_was_asked_of_the_charger_stays_readable(owner, answering):
    answering({"Reset": {"status": "Rejected"}})
    for _ in range(MOST_CALLS + 1):
        owner.post(f"{HERE}/call/Reset")
    page = owner.get(HERE).text
    assert page.count('<li class="failed">') == MOST_CALLS
    assert "Reset: Rejected: the charger refused to restart now Soft" in plain(page)


def test_a_secret_is_not_shown_while_its_call_waits(owner, store):
    from chargerctl.central.books import calls

    with store.writing() as connection:
        payload = {"key": "AuthorizationKey", "value": "hunter2 hunter2"}
        calls.ask(connection, "garage-1", "ChangeConfiguration", payload, 30, time.time())
    shown = plain(owner.get(HERE).text)
    assert "ChangeConfiguration: waiting for the central system" in shown
    assert "AuthorizationKey = ***" in shown
    assert "hunter2" not in shown


def test_complaints_are_shown_as_the_charger_sent_them(owner, store):
    with store.unit() as unit:
        stop(unit, "garage-1", 777, time.time(), 5, reason="Local", idTag=SCRIPT[:20])
    page = owner.get(HERE).text
    assert "StopTransaction" in page
    assert "&#34;transactionId&#34;:777" in page
    assert SCRIPT[:20] not in page


def test_a_complaint_keeps_its_place_on_the_page_when_another_one_comes(owner, store):
    with store.unit() as unit:
        stop(unit, "garage-1", 777, time.time(), 5)
    (first,) = re.findall('id="(complaint-[0-9]+)".*?:777', owner.get(HERE).text)
    for number in range(12):
        with store.unit() as unit:
            stop(unit, "garage-1", 778 + number, time.time(), 5)
    found = dict(re.findall(r'id="(complaint-[0-9]+)".*?:(7[0-9]+)', owner.get(HERE).text))
    assert first not in found
    assert found == {f"complaint-{int(first[10:]) + each}": str(777 + each) for each in range(3, 13)}


def test_a_charger_that_was_removed_and_never_came_does_not_ask(owner, store):
    with store.writing() as connection:
        owning.add_charger(connection, "never", time.time())
        owning.remove_charger(connection, "never")
    shown = plain(owner.get("/chargers/never").text)
    assert "Offline" in shown
    assert "May take part not in the books Password" in shown
    assert "It is not in the books. " in shown


def test_hostile_texts_of_a_charger_are_text_and_short(owner, store):
    now = time.time()
    hostile = f"{SCRIPT}\u202e\x1b[31m" + "x" * 10_000
    with store.unit() as unit:
        boot(unit, "garage-1", now, chargePointVendor=hostile, firmwareVersion=hostile)
        status(unit, "garage-1", 1, hostile, now, errorCode=hostile, info=hostile, vendorErrorCode=hostile)
    page = owner.get(HERE).text
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert "\x1b" not in page
    assert "x" * 250 not in page


def test_hostile_names_of_cards_and_chargers_are_text_and_short(owner, store):
    hostile = f"{SCRIPT}\u202e" + "x" * 10_000
    with store.writing() as connection:
        owning.put_cards(connection, [owning.Card("04A1B2C3", hostile)], time.time())
        owning.change_charger(connection, "garage-1", name=hostile)
    for path in ("", "/configuration", "/log"):
        page = owner.get(f"{HERE}{path}").text
        assert "<script>alert" not in page
        assert "\u202e" not in page
        assert len(page) < 50_000


def test_a_viewer_who_may_only_look_has_nothing_to_press(reader):
    for path in (HERE, f"{HERE}/configuration", f"{HERE}/log"):
        main = re.search(r"<main.*</main>", reader.get(path).text, re.DOTALL)[0]
        assert 'method="post"' not in main
        assert "Left" in main
        assert ("<button" in main) is (path != HERE)  # those of the filters


def test_cards_that_may_charge_there_are_offered(owner):
    page = owner.get(HERE).text
    assert '<option value="04A1B2C3">Anna (04A1B2C3)</option>' in page
    assert "04D4E5F6" not in page  # its time is over
    assert "00VISITOR" not in page  # it is blocked


@pytest.fixture
def follower(parts):
    """follower(may_change) -> looks at garage-1: the parts that are new, by their ids."""

    def make(may_change=True):
        fragments = Fragments(parts.pages, may_change)
        with parts.store.reading() as connection:
            seen = fragments.now(connection, "garage-1", time.time())
        followed = OverviewFollower(fragments, "garage-1", time.time, ".".join(map(digest, seen.values())))

        def look():
            with parts.store.reading() as connection:
                events = followed.look(connection)
            assert {name for name, _ in events} <= {"parts"}
            found = [html for _, data in events for html in data["html"]]
            return {re.search(r'id="([\w-]+)"', html)[1]: plain(html) for html in found}

        return look

    return make


def test_the_page_gets_what_has_changed_and_nothing_else(follower, store):
    look = follower()
    assert look() == {}
    with store.unit() as unit:
        meter(unit, "garage-1", 4, time.time(), 5000)
    assert set(found := look()) == {"state"}
    assert "Energy 4.500 kWh" in found["state"]
    with store.unit() as unit:
        stop(unit, "garage-1", 4, time.time(), 5000)
    assert set(found := look()) == {"state", "stop"}
    assert "No session runs." in found["state"]
    assert found["stop"] == ""
    assert look() == {}


def test_a_page_that_comes_back_is_shown_what_has_become_as_it_was_at_first(parts, store):
    """It says what it has by now, not what it was drawn with."""
    fragments = Fragments(parts.pages, may_change=True)

    def look(seen):
        with store.reading() as connection:
            return OverviewFollower(fragments, "garage-1", time.time, seen).look(connection)

    def rename(name):
        with store.writing() as connection:
            owning.change_charger(connection, "garage-1", name=name)

    ((_, first),) = look("")
    rename("Other")
    ((_, second),) = look(first["seen"])
    rename("Left")
    ((_, third),) = look(second["seen"])
    assert "Other" in plain("".join(second["html"]))
    assert "Left" in plain("".join(third["html"]))
    assert third["seen"] == first["seen"]


def test_who_may_only_look_gets_no_buttons_later_either(follower, store):
    look = follower(may_change=False)
    with store.unit() as unit:
        stop(unit, "garage-1", 4, time.time(), 5000)
    assert set(look()) == {"state"}


def test_the_page_sees_that_the_central_system_has_stopped(follower, store):
    look = follower()
    with store.writing() as connection:
        connection.execute(workers.delete())
    assert "not connected" in look()["state"]
