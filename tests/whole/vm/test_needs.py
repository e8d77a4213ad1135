# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The figures by which a deploy judges a board's memory against those that are measured."""

import pytest
from chargerctl.deploy.memory import COMPILING, LIVE

from bench.needs import compiling, live

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
    table, measured = LIVE[choice][0 if compiled else 1], live(*choice, compiled)
    assert table - below <= measured <= table + above, AGAIN


def test_what_compiling_takes_is_what_is_measured():
    assert COMPILING - 2 * KB <= compiling() <= COMPILING + KB // 2, AGAIN
