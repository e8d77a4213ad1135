# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A real browser for tests of web pages: Debian's chromium, without a window, driven by its chromedriver."""

from __future__ import annotations

import base64
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException, TimeoutException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from tests import node

PATIENCE_S = 180
PHONE, DESK = (360, 800), (1280, 900)
_COOKIE = ("name", "value", "domain", "path", "secure", "httpOnly", "sameSite")
_TABS = 20  # pressed at once

_PROGRAMS = ("chromium", "chromedriver")
_AXE = Path(__file__).parent / "axe"
# No network but the page that is tested; as root, which CI is, there is no sandbox.
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--hide-scrollbars",
)


def needs_chromium() -> None:
    """Skips, but fails in CI, where one of the programs is missing."""
    missing = [name for name in _PROGRAMS if not shutil.which(name)]
    if missing and os.environ.get("CI") == "true":
        pytest.fail(f"not installed: {', '.join(missing)}")
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")


@contextmanager
def chromium(folder: Path) -> Iterator[Browser]:
    """A browser until the end of the block. folder: for its profile, and for what it downloads."""
    needs_chromium()
    downloads = folder / "downloads"
    downloads.mkdir(exist_ok=True)
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for flag in (*_FLAGS, f"--user-data-dir={folder / 'profile'}"):
        options.add_argument(flag)
    options.add_experimental_option("prefs", {"download.default_directory": str(downloads)})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    try:
        driver.set_page_load_timeout(PATIENCE_S)
        driver.set_script_timeout(PATIENCE_S)
        yield Browser(driver, downloads)
    finally:
        driver.quit()


class Browser:
    """One window. Elements are named by CSS selectors, and waited for."""

    def __init__(self, driver: webdriver.Chrome, downloads: Path) -> None:
        self.driver = driver
        self.downloads = downloads

    def fresh(self) -> None:
        """As a viewer comes for the first time, on a desk, in the light; nothing is left of who was here before."""
        self.open("about:blank")
        self.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
        self.size(*DESK)
        self.scheme("light")
        self.zone("")
        self.complaints()

    # What is shown.

    def open(self, url: str) -> None:
        self.driver.get(url)

    def cookies(self) -> list[dict]:
        """Those that the page has set."""
        return self.driver.get_cookies()

    def take_cookies(self, cookies: list[dict]) -> None:
        self.driver.execute_cdp_cmd(
            "Network.setCookies",
            {"cookies": [{key: each[key] for key in _COOKIE if key in each} for each in cookies]},
        )

    def size(self, width: int, height: int) -> None:
        values = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", values)

    def scheme(self, name: str) -> None:
        """ "light" or "dark", as the viewer's system is set."""
        features = [
            {"name": "prefers-color-scheme", "value": name},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def zone(self, name: str) -> None:
        """The viewer's time zone, such as Europe/Berlin; "" for that of this computer."""
        self.driver.execute_cdp_cmd("Emulation.setTimezoneOverride", {"timezoneId": name})

    def screenshot(self, most: int = 3000) -> bytes:
        """Of the whole page, as PNG; of so many pixels from its top at most."""
        width, height = self.run(
            "const all = document.documentElement; return [innerWidth, all.scrollHeight]"
        )
        clip = {"x": 0, "y": 0, "width": width, "height": min(height, most), "scale": 1}
        values = {"captureBeyondViewport": True, "clip": clip}
        return base64.b64decode(self.driver.execute_cdp_cmd("Page.captureScreenshot", values)["data"])

    # What is on the page.

    def run(self, script: str, *values):
        """The result of JavaScript."""
        return self.driver.execute_script(script, *values)

    def until(self, condition, what: str = ""):
        """Wait until condition() is true, and give what it gave; an element that was replaced is looked up again."""

        def met(driver):
            try:
                return condition()
            except StaleElementReferenceException:
                return None

        try:
            return WebDriverWait(self.driver, PATIENCE_S, 0.05).until(met)
        except TimeoutException:
            page = self.driver.find_element(By.TAG_NAME, "body").text[:2000]
            pytest.fail(f"not in time: {what}: {self.driver.current_url}: {page}")

    def find(self, selector: str):
        """The first that is shown."""
        return self.until(
            lambda: next((each for each in self.all(selector) if each.is_displayed()), None), selector
        )

    def all(self, selector: str):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def text(self, selector: str = "main") -> str:
        """What is shown there."""
        return self.until(lambda: [self.find(selector).text], selector)[0]

    def shows(self, text: str, selector: str = "main") -> None:
        """Wait until this text is there."""
        self.until(lambda: text in self.text(selector), f"{selector} shows {text!r}")

    # What a viewer does.

    def click(self, selector: str) -> None:
        self.until(lambda: [self.find(selector).click()], selector)

    def fill(self, selector: str, text: str) -> None:
        def filled():
            field = self.find(selector)
            field.clear()
            field.send_keys(text)
            return True

        self.until(filled, selector)

    def choose(self, selector: str, value: str) -> None:
        """An option of a <select>, by its value."""
        self.click(f'{selector} option[value="{value}"]')

    def press(self, *keys: str) -> None:
        """On whatever has the focus."""
        ActionChains(self.driver).send_keys(*keys).perform()

    def reached_by_tab(self, most: int = 400) -> list[str]:
        """What the Tab key reaches in a page in which nothing had the focus, each as the beginning of its HTML."""
        self.run(
            "window.reached = [];"
            "document.addEventListener('focusin', (event) => reached.push(event.target.outerHTML.slice(0, 200)))"
        )
        reached = []
        while len(reached) < most:
            before = len(reached)
            self.press(*[Keys.TAB] * _TABS)
            reached = self.run("return window.reached")
            # It has left the page, or begun again. A date has several places to stop at.
            if len(reached) == before or reached[0] in reached[1:]:
                break
        return reached

    # What is wrong with a page.

    def overflow(self) -> int:
        """By how many pixels it is wider than the window."""
        return self.run("return document.documentElement.scrollWidth - innerWidth")

    def barriers(self, *rules: str) -> list[str]:
        """What axe-core finds that is serious or critical, a line each; of all its rules, or of these."""
        node.require("axe-core", "in a browser")
        node.install(_AXE)
        if not self.run("return window.axe !== undefined"):
            self.run((_AXE / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8"))
        found = self.driver.execute_async_script(
            "const done = arguments[1];"
            "const rules = arguments[0].length ? {runOnly: arguments[0]} : {};"
            "axe.run(document, {resultTypes: ['violations'], ...rules})"
            ".then((all) => done(all.violations), (error) => done(String(error)))",
            rules,
        )
        assert not isinstance(found, str), found
        return [
            f"{each['id']}: {node['html'][:120]}: {node['failureSummary']}"
            for each in found
            if each["impact"] in ("serious", "critical")
            for node in each["nodes"]
        ]

    def complaints(self) -> list[str]:
        """What scripts, the Content-Security-Policy and requests that failed have left in the console since last time."""
        return [
            each["message"]
            for each in self.driver.get_log("browser")
            if each["level"] in ("SEVERE", "WARNING")
        ]
