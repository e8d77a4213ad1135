# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The report's page in a real browser: light and dark, on a desk and on a phone."""

import pytest
from chargerctl.fleet.report.page import page
from chargerctl.fleet.report.summary import summary
from chargerctl.fleet.share import Share

from tests.browser import DESK, PHONE
from tests.host.fleet.plans import nobody, plan


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    fleet = plan(2)
    measured = Share(fleet).run(nobody)
    file = tmp_path_factory.mktemp("report") / "fleet.html"
    file.write_text(page(summary(fleet, measured, ["lost>0: it is 1"])), encoding="utf-8")
    return file.as_uri()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE])
def test_it_can_be_read_by_everybody(browser, address, size, scheme):
    browser.size(*size)
    browser.scheme(scheme)
    browser.open(address)
    browser.shows("Messages a second")
    assert browser.barriers() == []
    assert browser.overflow() <= 0
    assert browser.complaints() == []
