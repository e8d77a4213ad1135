# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Every module of the tool can be imported, in the Python that runs the tests, and warns of nothing."""

import pkgutil
from importlib import import_module

import chargerctl


def test_every_module_can_be_imported():
    def failed(name):
        raise AssertionError(name)

    names = [module.name for module in pkgutil.walk_packages(chargerctl.__path__, "chargerctl.", failed)]
    assert len(names) > 300
    for name in names:
        import_module(name)
