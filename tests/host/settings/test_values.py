# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The value of every setting, by section, as the laptop's own parts read it."""

import re
from operator import attrgetter
from pathlib import Path

import chargerctl
import pytest
from chargerctl.settings.table import SECTIONS
from chargerctl.settings.values import Values

VIEWED = re.compile(rf"\bvalues\.({'|'.join(SECTIONS)})\.(\w+)")


def test_a_section_has_its_keys_as_attributes():
    values = Values.of({"CHARGER_MQTT_PORT": "1884"})
    assert values["mqtt.port"] == values.mqtt.port == 1884
    assert values.hardware.display_address == 0x3C


@pytest.mark.parametrize("name", ["mqqt.port", "mqtt.prot"])
def test_a_name_that_is_no_setting_is_an_error(name):
    with pytest.raises(AttributeError):
        attrgetter(name)(Values.of({}))


def test_every_attribute_that_is_read_is_a_setting():
    texts = [path.read_text(encoding="utf-8") for path in Path(chargerctl.__file__).parent.rglob("*.py")]
    names = [".".join(found) for text in texts for found in VIEWED.findall(text)]
    assert names
    assert [name for name in names if name not in Values.of({})] == []
