# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The overview of 200 chargers in a real browser: its size, and the time from a change in the books, once it is committed,
to the change on the page. Needs chromium."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

import httpx2 as httpx

from bench._processes import warn_if_busy
from tests.browser import chromium
from tests.whole.web.crowd import Crowd

CHARGERS = 200
CHANGES = 30
GOAL_BYTES, GOAL_S = 300_000, 1.0
# Notes when a tile of the overview gets another state.
_WATCH = """
window.seen = {};
new MutationObserver((changes) => {
  for (const change of changes) for (const node of change.addedNodes) {
    if (node.id?.startsWith("charger-")) window.seen[`${node.id} ${node.dataset.word}`] = Date.now();
  }
}).observe(document.getElementById("chargers"), { childList: true });
"""


def main() -> None:
    warn_if_busy()
    names = {f"GA-{number:04}": f"Parking place {number}" for number in range(CHARGERS)}
    with tempfile.TemporaryDirectory() as folder, Crowd(Path(folder), names) as crowd:
        size = len(httpx.get(crowd.url, headers={"Accept": "text/html"}).content)
        print(f"page of {CHARGERS} chargers: {size:,} bytes (goal: under {GOAL_BYTES:,})")
        with chromium(Path(folder)) as browser:
            browser.open(crowd.url)
            browser.until(lambda: browser.run("return document.body.dataset.live") == "yes", "a live page")
            browser.run(_WATCH)
            took = [_change(crowd, browser, number) for number in range(CHANGES)]
    print(
        f"from the commit to the page, {CHANGES} changes: median {statistics.median(took):.2f} s, "
        f"longest {max(took):.2f} s (goal: {GOAL_S} s)"
    )


def _change(crowd, browser, number: int) -> float:
    """Seconds."""
    serial = f"GA-{number * 5:04}"
    word = "Reserved" if number % 2 else "SuspendedEVSE"
    crowd.status(serial, word)
    committed = time.time()
    seen = browser.until(
        lambda: browser.run("return window.seen[arguments[0]]", f"charger-{serial} {word}"), serial
    )
    time.sleep(0.1 * (number % 7))  # at any moment of what follows the books
    return seen / 1000 - committed
