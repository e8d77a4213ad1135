# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The first page of a charger."""

from tests.host.central.web.charger.conftest import HERE


def test_it_shows(owner):
    answer = owner.get(HERE)
    assert answer.status_code == 200
    for page in ("configuration", "log"):
        answer = owner.get(f"{HERE}/{page}")
        assert answer.status_code == 200
