# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a deploy over the serial console sends: docs/deploying.md has the figures of `python -m bench serial_line`."""

from __future__ import annotations

import pytest
from chargerctl.deploy.apply import execute
from chargerctl.deploy.image import Image

from bench.serial_line import FACTORY, planned
from tests.host.serial_board.board import SerialBoard
from tests.host.serial_board.host import at_work


@pytest.mark.slow
@pytest.mark.parametrize("has_zlib", [True, False])
def test_no_more_than_half_as_much_again_is_sent_as_is_written(new_image: Image, has_zlib: bool) -> None:
    """All bytes from the moment the port is opened, helper included."""
    with SerialBoard(FACTORY, has_zlib=has_zlib) as board, at_work(board) as (volume, _):
        plan = planned(volume, new_image)
        execute(volume, plan)
        assert board.sent / plan.bytes_to_write <= 1.5
