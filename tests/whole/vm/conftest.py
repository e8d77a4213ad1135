# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT

import pytest

from tests.whole.vm import machine as vm


@pytest.fixture(scope="session", autouse=True)
def _vm_is_there():
    vm.require("the firmware")


@pytest.fixture
def machine():
    with vm.Machine() as fresh:
        yield fresh
