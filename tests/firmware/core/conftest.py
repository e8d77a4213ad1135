# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT

import pytest

from tests.firmware.rig import Rig


@pytest.fixture
def rig():
    return Rig()


@pytest.fixture
def make_rig():
    return Rig
