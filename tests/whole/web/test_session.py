# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What an owner does on the page, in a real browser, with the real firmware as the charger."""

from __future__ import annotations

import csv
import io
import time

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser import PHONE
from tests.whole.web.site import CARD, CARD_NAME, NAME, SERIAL

NEW_CARD = "04D4E5F6"
TILE = f"#charger-{SERIAL}"
HERE = f"/chargers/{SERIAL}"


@pytest.fixture
def owner(site, browser):
    """Who is logged in; the charger is free when the test begins."""
    site.enter(browser, "anna")
    browser.shows("Chargers", "h1")
    shows_state(browser, "Available")
    yield browser
    site.charger.do("unplug")
    assert browser.complaints() == []


def shows_state(browser, word):
    """On the overview."""
    browser.find(f"{TILE}[data-word={word}]")


def number(browser, selector):
    return float(browser.text(selector).replace("\N{EN DASH}", "nan"))


def test_who_does_not_know_the_password_sees_only_the_login(site, browser):
    browser.open(f"{site.url}/sessions")
    browser.shows("Log in", "h1")
    site.log_in(browser, "anna", "wrong")
    browser.shows("Wrong name or password", "#error")
    assert NAME not in browser.driver.page_source
    bar, text = browser.run(
        "const style = getComputedStyle(document.getElementById('error')); return [style.borderLeftColor, style.color]"
    )
    assert bar == text


def test_a_session_is_watched_stopped_and_another_started(site, owner):
    site.charger.do("meter 11", "plug")
    shows_state(owner, "Preparing")
    site.charger.do(f"swipe {CARD}")
    shows_state(owner, "Charging")
    owner.shows(CARD_NAME, TILE)
    owner.until(lambda: number(owner, f"{TILE} .session .big") > 10)
    energy = f"{TILE} .session p:nth-child(2) b"
    before = owner.until(lambda: number(owner, energy))
    owner.until(lambda: number(owner, energy) > before)

    owner.click(f"{TILE} a.name")
    owner.shows("Charging", "#status")
    owner.click("#stop button")
    owner.shows("Accepted", "#stop-outcome")
    site.charger.until(kind="relay", closed=False)
    owner.shows("Finished", "#status")
    site.charger.do("unplug")
    owner.shows("Available", "#status")

    site.charger.do("plug")
    owner.shows("Preparing", "#status")
    owner.choose("#start-card", CARD)
    owner.click("#start-send")
    owner.shows("has begun", "#start-outcome")
    assert "plugged in" not in owner.text("#start-outcome")
    site.charger.until(kind="relay", closed=True)
    owner.shows("Charging", "#status")
    assert not owner.all("#start-send")[0].is_displayed()
    site.charger.do("unplug")
    owner.shows("Available", "#status")

    # Both are in the ledger, and in what a spreadsheet reads.
    owner.open(f"{site.url}/sessions")
    owner.shows(CARD_NAME)
    owner.click("#csv")
    file = owner.until(lambda: next(owner.downloads.glob("*.csv"), None))
    owner.until(lambda: file.read_text(encoding="utf-8").count("\n") >= 3)
    rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"))))
    assert [row["card"] for row in rows] == [CARD, CARD]
    # Of the second the cable was pulled at once.
    assert max(float(row["energy_kwh"]) for row in rows) > 0
    file.unlink()


def test_a_key_is_changed_and_the_charger_has_it(site, owner):
    owner.open(f"{site.url}{HERE}/configuration")
    key = "[data-key=ConnectionTimeOut]"
    owner.fill(f"{key} input[name=value]", "33")
    owner.click(f"{key} button")
    owner.shows("Accepted", f"{key} .outcome")
    owner.fill(f"{key} input[name=value]", "9999")
    owner.click(f"{key} button")
    owner.shows("Rejected", f"{key} .outcome")
    owner.shows("It told last: 33", f"{key} .outcome")
    field = f"return document.querySelector('{key} input[name=value]').defaultValue"
    assert owner.run(field) == "33"
    owner.click("#read-send")
    owner.until(
        lambda: owner.run("return document.querySelector('#read-outcome').className") == "outcome done"
    )
    owner.open(f"{site.url}{HERE}/configuration")
    assert owner.find(f"{key} input[name=value]").get_attribute("value") == "33"


def test_the_log_shows_each_frame_once_also_after_it_was_out_of_sight(site, owner):
    def shown():
        return owner.run("return [...document.querySelectorAll('#frames .frame')].map((each) => each.id)")

    def one_more():
        before = len(shown())
        with site.store.unit() as unit:
            unit.frame(SERIAL, False, '[2,"1","Heartbeat",{}]', time.time())
        return owner.until(lambda: len(found := shown()) > before and found, "the new frame")

    owner.open(f"{site.url}{HERE}/log")
    owner.until(lambda: owner.run("return document.body.dataset.live") == "yes", "a live page")
    for _ in range(2):
        one_more()
        owner.run("dispatchEvent(new Event('pagehide')); dispatchEvent(new Event('pageshow'))")
    found = one_more()
    assert len(found) == len(set(found))


def test_the_log_fits_on_a_phone(site, owner):
    owner.open(f"{site.url}{HERE}/configuration")
    owner.click("#key-HeartbeatInterval button")
    owner.shows("Accepted", "#key-HeartbeatInterval .outcome")
    owner.size(*PHONE)
    owner.open(f"{site.url}{HERE}/log?action=ChangeConfiguration")
    owner.find(".frame strong")
    lines = (
        "return [...document.querySelectorAll('.frame strong')].map((each) => each.getClientRects().length)"
    )
    assert set(owner.run(lines)) == {1}
    tops = "return [...document.querySelectorAll('#filter .actions > *')].map((each) => each.getBoundingClientRect().top)"
    assert len(owner.run(tops)) == 2
    assert len(set(owner.run(tops))) == 1


def test_a_value_that_comes_while_somebody_types_is_there_when_the_field_is_as_it_was(site, owner):
    owner.open(f"{site.url}{HERE}/configuration")
    field = "[data-key=HeartbeatInterval] input[name=value]"
    had = owner.find(field).get_attribute("value")
    owner.until(lambda: owner.run("return document.body.dataset.live") == "yes", "a live page")
    told_at = "return document.querySelector('#read-at time').dateTime"
    before = owner.run(told_at)
    owner.fill(field, "44")
    with site.store.unit() as unit:
        told = {"key": "HeartbeatInterval", "readonly": False, "value": "555"}
        asked = {"key": ["HeartbeatInterval"]}
        unit.charger(SERIAL).told("GetConfiguration", asked, {"configurationKey": [told]}, time.time())
    owner.until(lambda: owner.run(told_at) != before, "that it was told")
    assert owner.find(field).get_attribute("value") == "44"
    owner.fill(field, had)
    owner.press(Keys.TAB)
    owner.until(lambda: owner.find(field).get_attribute("value") == "555", "the new value")


def test_a_card_is_added_by_holding_it_to_the_charger(site, owner):
    owner.open(f"{site.url}/cards")
    owner.until(lambda: owner.run("return document.body.dataset.live") == "yes", "a live page")
    site.charger.do(f"swipe {NEW_CARD}")
    owner.shows(NEW_CARD, "#offers")
    owner.fill("#offers [name=name]", "Bob's\u200bvan")
    owner.click("#offers button")
    owner.shows("the name has a character that cannot be seen", "#offers .error")
    assert owner.run("return document.querySelector('#say p').textContent") == ""
    assert [each for each in owner.complaints() if "status of 400" not in each] == []
    owner.fill("#offers [name=name]", "Bob's van")
    owner.click("#offers button")
    owner.shows("Bob's van", "#cards")
    site.charger.do("plug", f"swipe {NEW_CARD}")
    site.charger.until(kind="relay", closed=True)
    owner.open(site.url)
    owner.shows("Bob's van", TILE)


def test_who_may_only_look_sees_all_and_changes_nothing(site, browser):
    site.enter(browser, "guest")
    browser.shows("guest (read-only)", ".who")
    token = browser.run("return document.querySelector('meta[name=csrf]').content")
    for path in ("/", HERE, f"{HERE}/configuration", "/sessions", "/cards"):
        browser.open(f"{site.url}{path}")
        browser.find("h1")
        assert browser.all("main form[method=post]") == []
    answer = browser.driver.execute_async_script(
        "fetch(arguments[0], {method: 'POST', headers: {'X-CSRF': arguments[1]}}).then((a) => arguments[2](a.status))",
        f"{HERE}/call/ClearCache",
        token,
    )
    assert answer == 403
