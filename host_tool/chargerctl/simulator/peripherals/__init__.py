# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The parts around the board, each modelled at its wires: bytes, levels and pulses in, what a person sees out.

Nothing here knows what the firmware believes. Time comes from the board's clock; none is spent here.
"""

from __future__ import annotations

from chargerctl.simulator.peripherals.contactor import Contactor
from chargerctl.simulator.peripherals.contacts import Cable, EmergencyStop, Lock, Relay, ServiceButton
from chargerctl.simulator.peripherals.display import Display
from chargerctl.simulator.peripherals.fram import FramPart
from chargerctl.simulator.peripherals.meter import Meter
from chargerctl.simulator.peripherals.part import Part
from chargerctl.simulator.peripherals.reader import Reader
from chargerctl.simulator.peripherals.ws2812 import Led

PARTS: tuple[type[Part], ...] = (
    Relay,
    Contactor,
    Lock,
    Cable,
    EmergencyStop,
    ServiceButton,
    Display,
    Reader,
    Led,
    Meter,
    FramPart,
)

# What a script can `fail` and `repair`, and `press` and `release`.
FAILING = tuple(part.name for part in PARTS if part.can_fail)
BUTTONS = tuple(part.name for part in PARTS if part.is_button)
