# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT

import os

import pytest

from tests.whole.vm import machine as vm


@pytest.fixture(scope="session", autouse=True)
def _vm_is_there():
    lacking = vm.missing()
    if lacking and os.environ.get("CI") == "true":
        pytest.fail(f"{lacking} is needed to run the firmware on a 32-bit VM")
    if lacking:
        pytest.skip(f"{lacking} is not installed: the firmware is not run on a 32-bit VM")


@pytest.fixture
def machine():
    with vm.Machine() as fresh:
        yield fresh
