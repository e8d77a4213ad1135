# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT

import pytest

from tests.whole.gate.charger import PICO, Charger


@pytest.fixture
def make_charger(tmp_path):
    def make(*settings, board_id=PICO, **more):
        return Charger(tmp_path / "drive", board_id, [f"hardware.board={board_id}", *settings], **more)

    return make
