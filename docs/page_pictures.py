# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Makes the pictures of docs/page.md, docs/simulator.md and docs/fleet.md, with a real browser: python -m docs.page_pictures

Chargers and sessions of the central system are invented; the virtual board charges for some seconds; the fleet is one in
virtual time."""

from __future__ import annotations

import io
import random
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image

from tests.browser import DESK, PHONE, chromium
from tests.host.central.books.charger import call
from tests.simulated_page import simulated_page
from tests.whole.web.crowd import CARD, Crowd

DOCS = Path(__file__).parent

NAMES = {
    "garage-left": "Garage, left",
    "garage-right": "Garage, right",
    "yard": "Yard",
    "gate": "At the gate",
    "office-1": "Office 1",
    "office-2": "Office 2",
}
OWNERS = ("Anna", "Bob's van", "Chris", "Dana", "Guests", "The workshop")
# The page, its path, and the most pixels from its top.
PAGES = (
    ("overview", "/", 1000),
    ("charger", "/chargers/garage-left", 1100),
    ("sessions", "/sessions", 1100),
    ("cards", "/cards", 900),
)
MOST_BYTES = 60_000
_DAY_S = 86_400


def main() -> None:
    _board()
    _fleet()
    with tempfile.TemporaryDirectory() as folder, Crowd(Path(folder), NAMES, OWNERS) as crowd:
        _charge_for_a_month(crowd)
        with chromium(Path(folder)) as browser:
            browser.zone("Europe/Berlin")
            for size, scheme in ((DESK, "light"), (PHONE, "dark")):
                browser.size(*size)
                browser.scheme(scheme)
                for name, path, most in PAGES:
                    browser.open(crowd.url + path)
                    # The zone of the viewer is known from the second request on.
                    browser.open(crowd.url + path)
                    browser.find("h1")
                    time.sleep(1)
                    _write(DOCS / f"page-{name}-{size[0]}.png", browser.screenshot(most))


def _board() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        simulated_page(Path(folder)) as page,
        chromium(Path(folder)) as browser,
    ):
        browser.size(*DESK)
        browser.scheme("light")
        browser.open(page.url)
        browser.shows("BootNotification accepted", "#console")
        browser.fill("#line", "meter 11")
        browser.click("#by-hand button")
        browser.click("#cable-switch")
        browser.shows("-> Preparing", "#console")
        browser.click("#card-a")
        page.until("relay", closed=True)
        time.sleep(8)
        _write(DOCS / "board-page.png", browser.screenshot(1060))
        browser.size(*PHONE)
        time.sleep(1)
        _write(DOCS / "board-page-phone.png", browser.screenshot(1060))


def _fleet() -> None:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "fleet.html"
        words = ("fleet", "6", "--arrivals", "2/h", "--duration", "2h", "--ramp", "15min", "--seed", "7")
        subprocess.run(
            [sys.executable, "-m", "chargerctl.cli.main", *words, "--chaos", "--report", str(report)],
            stdout=subprocess.DEVNULL,
        )
        with chromium(Path(folder)) as browser:
            browser.size(800, DESK[1])
            browser.scheme("light")
            browser.open(report.as_uri())
            browser.shows("Messages a second")
            _write(DOCS / "fleet-report.png", browser.screenshot(1560))


def _charge_for_a_month(crowd) -> None:
    """Sessions that were, always the same but for their days."""
    draw = random.Random(15)
    today = time.time() // _DAY_S * _DAY_S
    with crowd.books.unit() as unit:
        for day in range(28, 0, -1):
            for number, serial in enumerate(NAMES):
                if draw.random() < 0.5:
                    began = today - day * _DAY_S + draw.randrange(6, 18) * 3600
                    _session(unit, serial, f"{CARD}{number:04X}", began, draw.randrange(2_000, 22_000))


def _session(unit, serial: str, card: str, began: float, energy_wh: int) -> None:
    def iso(at: float) -> str:
        return datetime.fromtimestamp(at, UTC).isoformat()

    ended = began + energy_wh / 11_000 * 3600
    start = {"connectorId": 1, "idTag": card, "meterStart": 0, "timestamp": iso(began)}
    number = call(unit, serial, "StartTransaction", start, began)["transactionId"]
    stop = {"transactionId": number, "meterStop": energy_wh, "timestamp": iso(ended), "reason": "Local"}
    call(unit, serial, "StopTransaction", stop, ended)


def _write(path: Path, png: bytes) -> None:
    """With few colours, which these pages have, it is small."""
    image = (
        Image.open(io.BytesIO(png))
        .convert("RGB")
        .quantize(128, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE)
    )
    image.save(path, optimize=True)
    size = path.stat().st_size
    print(f"{path.name}: {size:,} bytes")
    if size > MOST_BYTES:
        raise SystemExit(f"{path}: more than {MOST_BYTES:,} bytes: take fewer pixels")


if __name__ == "__main__":
    main()
