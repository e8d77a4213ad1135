# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The firmware in a table of its own."""

import sys
from types import SimpleNamespace

import pytest
from chargerctl.fleet.firmware.firmware import Firmware
from chargerctl.fleet.firmware.modules import Modules

_GIVEN = {"micropython": SimpleNamespace(const=lambda value: value)}


def test_what_is_loaded_leaves_no_trace_in_this_python():
    before = dict(sys.modules)
    Modules(_GIVEN).load("charger.ticks")
    new = {name for name in sys.modules.keys() - before.keys() if name.startswith("charger.")}
    assert not new
    assert sys.modules.get("charger.ticks") is before.get("charger.ticks")


def test_a_module_is_loaded_once_and_each_table_has_its_own():
    modules = Modules(_GIVEN)
    assert modules.load("charger.ticks") is modules.load("charger.ticks")
    assert modules.load("charger.ticks") is not Modules(_GIVEN).load("charger.ticks")


def test_modules_find_each_other_in_the_table():
    modules = Modules(_GIVEN)
    assert modules.load("charger.loop").ticks is modules.load("charger.ticks")


def test_the_board_s_modules_are_what_is_given():
    given = SimpleNamespace(const=lambda value: -value)
    assert Modules({"micropython": given}).load("charger.loop")._LATE_MS == -20


def test_a_module_that_is_not_there_is_named():
    with pytest.raises(ImportError, match=r"charger\.nothing"):
        Modules(_GIVEN).load("charger.nothing")


def test_settings_are_checked_as_on_the_board():
    values, problems = Firmware().settings({"CHARGER_SERIAL": "a", "CHARGER_MQTT_PORT": "99999"})
    assert values["charger.serial"] == "a"
    assert any(variable == "CHARGER_MQTT_PORT" for variable, _why, _fatal in problems)
