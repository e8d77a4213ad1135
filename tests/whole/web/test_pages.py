# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Every page, in a real browser: nothing keeps people out, nothing is wider than a phone, all is reached by keyboard, and
hostile names are text. The overview of 200 chargers stays small."""

from __future__ import annotations

import httpx2 as httpx
import pytest

from tests.browser import PATIENCE_S, PHONE
from tests.whole.web.crowd import CARD, Crowd

HOSTILE = (
    '<script>document.title="gone"</script><img src=x onerror=alert(1)>\u202eesrever\u200b' + "x" * 10_000
)
NAMES = {
    "GA-0001": "Garage",
    "GA-0002": HOSTILE,
    "GA-0003": "",
    **{f"GA-{n:04}": f"Place {n}" for n in range(4, 9)},
}
PAGES = (
    "/",
    "/chargers/GA-0001",
    "/chargers/GA-0002",
    "/chargers/GA-0001/configuration",
    "/chargers/GA-0001/log",
    "/sessions",
    "/sessions/1",
    "/sessions/months",
    "/cards",
    f"/cards/card?uid={CARD}0001",
    "/api",
    "/login",
    "/nowhere",
    # Much as others are.
    *(
        pytest.param(path, marks=pytest.mark.soak)
        for path in (
            "/chargers/GA-0003",
            "/chargers/GA-0002/log?text=Boot",
            "/sessions?charger=nobody",
            "/cards?text=nobody",
        )
    ),
)
# What depends on colours, and on the width.
_LOOK = ("color-contrast", "target-size", "scrollable-region-focusable")


@pytest.fixture(scope="module")
def crowd(tmp_path_factory):
    with Crowd(tmp_path_factory.mktemp("crowd"), NAMES) as crowd:
        yield crowd
    assert [event.text for event in crowd.events if event.what == "bug"] == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page(browser, crowd, path):
    browser.open(f"{crowd.url}{path}")
    # What a mouse can do, the Tab key reaches: everything that is shown, and enabled; of radio buttons the chosen one, from
    # where arrows lead to the others.
    wanted = browser.run(
        "return [...document.querySelectorAll('a[href], button, select, textarea, summary,"
        " input:not([type=hidden], [type=radio]:not(:checked))')]"
        ".filter((each) => each.checkVisibility() && !each.disabled && each.closest('dialog:not([open])') === null)"
        ".map((each) => each.outerHTML.slice(0, 200))"
    )
    assert set(wanted) - set(browser.reached_by_tab()) == set()
    assert browser.barriers() == []
    browser.scheme("dark")
    browser.size(*PHONE)
    assert browser.barriers(*_LOOK) == []
    assert browser.overflow() <= 0
    assert browser.run("return document.title") != "gone"
    assert [each for each in browser.complaints() if "status of 404" not in each] == []


def test_the_overview_of_200_chargers_is_small(tmp_path):
    with Crowd(tmp_path, {f"GA-{number:04}": f"Parking place {number}" for number in range(200)}) as crowd:
        answer = httpx.get(crowd.url, headers={"Accept": "text/html"}, timeout=PATIENCE_S)
    assert answer.status_code == 200
    assert answer.text.count('id="charger-') == 200
    assert len(answer.content) < 300_000
