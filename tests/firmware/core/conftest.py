# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT

import pytest

from tests.firmware.rig import Rig


@pytest.fixture
def rig():
    return Rig()


@pytest.fixture
def held(rig):
    """The central system has refused the start of a transaction: its cable is held until the card frees it."""
    rig.answers["StartTransaction"] = {"idTagInfo": {"status": "Blocked"}, "transactionId": 9}
    rig.run(2000)
    rig.plug()
    rig.swipe()
    rig.run(1000)
    assert rig.lock.engaged


@pytest.fixture
def make_rig():
    return Rig
