# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The order in which a pass reads the inputs."""

from types import SimpleNamespace

from charger.inputs import Inputs


class Meter:
    """One pulse comes while the reader is read."""

    waiting = energy_wh = 0

    def step(self, now):
        self.energy_wh += self.waiting
        self.waiting = 0


def test_a_pulse_that_comes_while_the_reader_is_read_is_counted_before_the_card_ends_the_charge():
    meter, counted = Meter(), []

    def read(now):
        meter.waiting = 1
        return b"card"

    parts = SimpleNamespace(
        card_reader=SimpleNamespace(step=read),
        meter=meter,
        service_button=SimpleNamespace(pressed=lambda: False),
    )
    controller = SimpleNamespace(card=lambda uid: counted.append(meter.energy_wh))
    Inputs(parts, controller, SimpleNamespace(blind=False, fault=None)).step(0)
    assert counted == [1]
