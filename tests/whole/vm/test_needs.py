# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The figures by which a deploy judges a board's memory against those that are measured."""

import pytest
from chargerctl.deploy.memory import COMPILING, LIVE
from chargerctl.settings.table import SETTINGS

from bench.needs import compiling, live
from tests.whole.vm import measure
from tests.whole.vm.machine import Machine

KB = 1024
AGAIN = "run python -m bench needs and put what it prints into deploy/memory.py"


@pytest.mark.parametrize("choice", [(False, False), (True, True)], ids=["bare", "full"])
@pytest.mark.parametrize(
    ("compiled", "below", "above"),
    # What a compiler leaves behind at that moment varies with the text that it read, and a conservative collector keeps
    # up to 3 KB more or less of what is garbage; the table has the most that was seen.
    [(True, 4 * KB, KB // 2), (False, 12 * KB, 12 * KB)],
    ids=["compiled", "source"],
)
def test_the_table_is_what_is_measured(choice, compiled, below, above):
    table = LIVE[choice][0 if compiled else 1]
    measured = live(*choice, compiled, table + above)
    assert table - below <= measured <= table + above, AGAIN


@pytest.mark.parametrize("display", ["ssd1306", "none"])
@pytest.mark.parametrize("reader", SETTINGS["hardware.card_reader"].choices[1:-1])
def test_no_other_reader_takes_more_than_the_table_has(reader, display):
    chosen = {"CHARGER_HARDWARE_CARD_READER": reader, "CHARGER_HARDWARE_DISPLAY": display}
    with Machine() as machine:
        measured = measure.built(machine, measure.Charger("", chosen)).worse
    # Up to 3 KB are what the conservative collector keeps.
    assert measured <= LIVE[display != "none", True][0] + 4 * KB, AGAIN


# Forty seconds: each of the largest modules is compiled from its text on the VM.
@pytest.mark.soak
def test_what_compiling_takes_is_what_is_measured():
    assert COMPILING - 2 * KB <= compiling() <= COMPILING + KB // 2, AGAIN
