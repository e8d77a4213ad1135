# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The virtual board's page in a real browser: a whole session by mouse, which then is a test of its own."""

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.support.select import Select

from tests.browser import DESK, PHONE
from tests.command import chargerctl
from tests.simulated_page import simulated_page

__all__ = ["chargerctl"]

# Ready sooner than others.
BOARD = ("--set", "hardware.board=adafruit_feather_esp32s2", "--set", "hardware.service_pin=A2")


@pytest.fixture
def page(tmp_path):
    with simulated_page(tmp_path, *BOARD) as page:
        yield page


def oled(browser, text):
    browser.until(lambda: text in browser.find("#oled").get_attribute("aria-label"), f"the OLED shows {text}")


def lit(browser):
    """How many pixels of the OLED are."""
    return browser.run(
        "const oled = document.getElementById('oled');"
        "const {data} = oled.getContext('2d').getImageData(0, 0, 128, 64);"
        "return data.filter((value, at) => at % 4 === 0 && value > 100).length"
    )


def is_pressed(browser, selector):
    return browser.find(selector).get_attribute("aria-pressed") == "true"


def hold(browser, selector, until):
    """Keep the mouse's button down until something has happened."""
    ActionChains(browser.driver).click_and_hold(browser.find(selector)).perform()
    until()
    ActionChains(browser.driver).release().perform()


def frames(events):
    """What was said, without what differs each time: ids, times and energy."""
    said = []
    for event in events:
        if event["kind"] == "frame":
            match event["frame"]:
                case [2, _, action, payload]:
                    kept = {key: payload[key] for key in ("status", "idTag", "reason") if key in payload}
                    said.append((event["dir"], action, kept))
                case [kind, _, *_]:
                    said.append((event["dir"], kind, {}))
    return said


def test_a_session_by_mouse_and_the_same_again_as_a_script(browser, page, chargerctl, tmp_path):
    browser.size(*DESK)
    browser.open(page.url)
    browser.shows("running", "#running")
    assert browser.barriers() == []
    oled(browser, "Available")
    assert lit(browser) > 200
    browser.until(lambda: browser.find("#led").get_attribute("data-rgb") == "001400", "the light is green")

    slider = browser.find("#meter")
    ActionChains(browser.driver).click(slider).perform()  # in its middle
    browser.shows("11 kW", "#meter-value")
    browser.click("#cable-switch")
    browser.shows("in", "#cable")
    oled(browser, "Preparing")
    Select(browser.find("#hold")).select_by_value("5")  # long enough to be seen on a busy computer
    browser.click("#card-a")
    browser.shows("04A1B2C3", "#card")
    browser.shows("closed", "#relay")
    browser.shows("closed", "#contact")
    browser.shows("locked", "#lock")
    browser.shows("11 kW", "#meter-text")
    oled(browser, "Charging")
    browser.shows("StartTransaction", "#frames")
    browser.shows("transaction started by 04A1B2C3", "#console")
    browser.until(lambda: browser.find("#led").get_attribute("data-rgb") == "000014", "the light is blue")
    assert browser.barriers() == []

    # The script expects what has settled, by the board's time, which is late on a busy computer.
    closed_s = page.until("relay", closed=True)["t"]
    while page.until("display")["t"] < closed_s + 1:
        pass
    browser.click("#estop")
    browser.shows("open", "#relay")
    browser.until(lambda: is_pressed(browser, "#estop"))
    browser.shows("0 kW", "#meter-text")
    page.until("frame", dir="out")
    browser.shows("EmergencyStop", "#frames")
    browser.click("#estop")
    browser.until(lambda: not is_pressed(browser, "#estop"))
    # As long as a person does: the firmware looks at the button once in each pass, which may be a long one.
    hold(browser, "#service", lambda: browser.shows("fault cleared: EmergencyStop", "#console"))
    page.until("hand", text="release service")
    browser.until(lambda: browser.text("#lock") == "unlocked")
    browser.click("#cable-switch")
    oled(browser, "Available")

    # A frame unfolds, and the console pauses.
    first = browser.find("#frames details")
    browser.run("arguments[0].scrollIntoView()", first)
    first.click()
    browser.shows('"chargePointVendor"', "#frames pre")
    browser.click("#pause")
    browser.click("#power-off")
    browser.shows("off", "#power")
    browser.shows("new", "#pause")
    assert "(power off)" not in browser.text("#console")
    browser.click("#pause")
    browser.shows("(power off)", "#console")
    browser.until(lambda: lit(browser) == 0, "the OLED is dark")

    # What is wrong is said, and is text.
    browser.fill("#line", "<b>plog</b>")
    browser.click("#by-hand button")
    browser.shows("found <b>plog</b>", "#say")
    assert browser.all("#console b, #say b") == []

    assert browser.overflow() <= 0
    browser.size(*PHONE)
    assert browser.overflow() <= 0
    browser.size(*DESK)

    browser.click("#download")
    path = browser.downloads / "by-hand.script"
    browser.until(path.exists, "the script is downloaded")
    page.interrupt()
    browser.shows("has ended with exit status 0", "#over")
    assert not browser.find("#power-off").is_enabled()
    assert page.wait()[0] == 0
    it_goes_on_when_the_command_is_started_again_and_offers_only_what_is_there(browser, tmp_path, page.url)

    text = path.read_text(encoding="utf-8")
    assert "\nexpect relay closed\n" in text
    again = chargerctl("simulate", "--json", *BOARD, "--script", path).must_hold()
    assert frames(again.events) == frames(page.seen)
    expected = ("400", "ERR_CONNECTION_REFUSED", "ERR_INCOMPLETE_CHUNKED_ENCODING", "willReadFrequently")
    unexpected = [each for each in browser.complaints() if not any(text in each for text in expected)]
    assert unexpected == []


def it_goes_on_when_the_command_is_started_again_and_offers_only_what_is_there(browser, tmp_path, url):
    """The page is still open, of a command that has ended while the power was off."""
    address = url.removeprefix("http://").rstrip("/")
    without = ("--set", "hardware.card_reader=none", "--broker", "127.0.0.1:9", "--central", "none")
    with simulated_page(tmp_path, *without, at=address) as page:
        browser.shows("running", "#running")
        browser.shows("on", "#power")
        assert not browser.find("#card-a").is_enabled()
        assert browser.find("#card-a").get_attribute("title") == "This charger has no reader"
        browser.shows("not there", "#card")
        assert not browser.find("#call button").is_enabled()
        browser.shows("--central none", "#no-central")
        browser.fill("#line", "c")
        assert not any(row.is_displayed() for row in browser.all("#help [data-usage^=csms]"))
        browser.fill("#line", "p")
        browser.shows("press estop|service", "#help")
        assert browser.find("#estop").is_enabled()
        # By keyboard alone.
        browser.run("document.getElementById('cable-switch').focus()")
        browser.press(" ")
        browser.shows("in", "#cable")
        browser.open(page.url)
        browser.shows("running", "#running")
        reached = browser.reached_by_tab()
        for each in ('id="estop"', 'id="meter"', 'id="wifi"', 'id="line"', 'id="console"', 'id="download"'):
            assert any(each in html for html in reached), each
        page.interrupt()
        assert page.wait()[0] == 0
