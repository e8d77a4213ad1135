# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Who comes when everything works again: episodes that once ended with a customer who was not served."""

import json

import pytest
from chargerctl.central.conversation.script import Behaviour
from chargerctl.simulator.chaos.acts import Act
from chargerctl.simulator.chaos.carry_out import carry_out
from chargerctl.simulator.chaos.episode import Episode
from chargerctl.simulator.chaos.soak import Drives

C6 = "seeed_xiao_esp32c6"
UID = "04A2B3C4"


@pytest.fixture
def episode(tmp_path):
    """episode(length_s, *(seconds, do(scene))): its violations."""

    def run(length_s, *acts):
        drawn = tuple(Act(at_s, "", "act", do) for at_s, do in acts)
        return carry_out(Episode(1, C6, {}, length_s, drawn), Drives(tmp_path).of(C6)).violations

    return run


def test_nobody_waits_behind_the_unanswered_authorize_of_one_who_has_left(episode):
    slow = Behaviour(delay_s=35.0)
    assert not episode(
        19.0,
        (17.0, lambda scene: scene.central.script.add("Authorize", slow)),
        (17.5, lambda scene: scene.world.plug()),
        (18.2, lambda scene: scene.world.swipe(UID)),
    )


def test_the_next_customer_does_not_come_while_a_restart_is_due(episode):
    """The link is gone when the Soft reset wants to report the transaction; it is carried out once the link is back."""

    def reset(scene):
        scene.publish(json.dumps([2, "reset-1", "Reset", {"type": "Soft"}]))
        scene.later(0.05, lambda: scene.network.broker(False))

    assert not episode(
        24.0,
        (15.0, lambda scene: scene.world.plug()),
        (15.5, lambda scene: scene.world.swipe(UID)),
        (20.0, reset),
    )
