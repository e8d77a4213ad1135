# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`central serve --http` as a process of its own, the real firmware on the virtual board as its charger, and accounts."""

from __future__ import annotations

import pytest

from tests.whole.web.site import Site


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with Site(tmp_path_factory.mktemp("site")) as site:
        yield site
