# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The first page of a charger."""

from tests.host.central.web.charger.conftest import HERE


def test_it_shows(browser):
    answer = browser.get(HERE)
    print(answer.text)
    assert answer.status_code == 200
    for page in ("configuration", "log"):
        answer = browser.get(f"{HERE}/{page}")
        print(answer.text)
        assert answer.status_code == 200
