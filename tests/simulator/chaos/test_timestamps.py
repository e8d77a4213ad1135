# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A time server that misbehaves is not believed; a firmware that does believe it is found out."""

import pytest
from chargerctl.simulator.chaos.acts import Act
from chargerctl.simulator.chaos.carry_out import carry_out
from chargerctl.simulator.chaos.episode import Episode
from chargerctl.simulator.chaos.soak import Drives, Replacement

XIAO_C6 = "seeed_xiao_esp32c6"
BELIEVED = {
    "unsynchronised": Replacement(
        "charger/net/time_answer.py", "if packet[0] >> 6 == 3 or packet[1] > 15:", "if False:"
    ),
    "foreign": Replacement("charger/net/ntp.py", " and answer[24:32] == self._stamp", ""),
}


def episode(how):
    begin = Act(0.0, "time_server", f"time_server {how}", lambda scene: scene.network.ntp.behave(how))
    return Episode(1, XIAO_C6, {}, 25.0, (begin,))


@pytest.mark.parametrize("how", BELIEVED)
def test_believing_it_is_a_violation(tmp_path, how):
    drives = Drives(tmp_path, [BELIEVED[how]])
    violations = carry_out(episode(how), drives.of(XIAO_C6)).violations
    assert any("a frame has the timestamp 2027-" in violation for violation in violations)


@pytest.mark.parametrize("how", BELIEVED)
def test_the_firmware_does_not(tmp_path, how):
    assert carry_out(episode(how), Drives(tmp_path).of(XIAO_C6)).violations == []
