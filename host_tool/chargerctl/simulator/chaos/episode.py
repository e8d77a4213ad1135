# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Draws an episode from its seed: which board, which settings, and what happens when. The same seed, the same episode."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from chargerctl.settings.table import board_settings
from chargerctl.simulator.chaos import customers, on_the_link
from chargerctl.simulator.chaos.acts import Act
from chargerctl.simulator.chaos.ingredients import INGREDIENTS

LONGEST_S = 120.0
# About what the charger takes from the power to its first pass, loaded from source.
_BOOT_S = 10.0
OFFLINE_SESSIONS = 8

_BOARDS = ("seeed_xiao_esp32c6",) * 3 + ("adafruit_feather_esp32s3_nopsram", "raspberry_pi_pico_w")
_READERS = tuple(reader for reader, pins in board_settings.READERS if pins)
# With an SPI reader MISO is taken; these are free on each board, whichever reader there is.
_ESTOP = {
    "seeed_xiao_esp32c6": "MTDI",
    "adafruit_feather_esp32s3_nopsram": "A1",
    "raspberry_pi_pico_w": "GP20",
}


@dataclass(frozen=True)
class Episode:
    """`settings`: name -> text, on top of the defaults. `acts` in the order of time, all before `length_s`."""

    seed: int
    board_id: str
    settings: dict[str, str]
    length_s: float
    acts: tuple[Act, ...]


def draw(seed: int) -> Episode:
    random = Random(seed)
    board_id = random.choice(_BOARDS)
    settings = _settings(random, board_id)
    if random.random() < 0.08:
        return _offline_day(random, seed, board_id, settings)
    length_s = _BOOT_S + (
        random.uniform(15, 50) if random.random() < 0.85 else random.uniform(60, LONGEST_S - _BOOT_S)
    )
    acts = customers.draw(random, length_s)
    for _ in range(random.randint(3, 11)):
        make = INGREDIENTS[random.choice(tuple(INGREDIENTS))]
        acts += make(random, random.uniform(0.2, length_s - 1))
    return Episode(seed, board_id, settings, length_s, _in_order(acts, length_s))


def _settings(random: Random, board_id: str) -> dict[str, str]:
    return {
        "hardware.estop_pin": _ESTOP[board_id],
        "hardware.card_reader": random.choice(_READERS),
        "mqtt.keep_alive": str(random.choice((5, 10, 60))),
        "ntp.sync_interval_minutes": str(random.choice((1, 240))),
        "ocpp.meter_value_sample_interval": str(random.choice((1, 5, 60))),
        "ocpp.connection_timeout": str(random.choice((5, 60))),
        "ocpp.offline_authorization": random.choice(("true", "false")),
        "safety.stale_authorization_seconds": str(random.choice((5, 5, 10, 60))),
        "safety.min_off_seconds": str(random.choice((0, 2, 10, 15, 15))),
        "safety.max_cycles_per_hour": str(random.choice((3, 20, 60))),
    }


def _offline_day(random: Random, seed: int, board_id: str, settings: dict[str, str]) -> Episode:
    """Offline while customers come and go: every session must be reported afterwards."""
    settings |= {
        "ocpp.offline_authorization": "true",
        "safety.min_off_seconds": "0",
        "safety.max_cycles_per_hour": "60",
    }
    cut_off = random.choice((on_the_link.link_drop, on_the_link.refused, on_the_link.black_hole))
    begins = cut_off(random, _BOOT_S + 8.0)[0]
    first_s = _BOOT_S + 24.0
    acts, end_s = customers.draw_hasty(
        random, first_s, random.randint(OFFLINE_SESSIONS, OFFLINE_SESSIONS + 5)
    )
    mark = Act(first_s, "offline_sessions", "offline_sessions", lambda scene: None)
    return Episode(seed, board_id, settings, end_s, _in_order([begins, mark, *acts], end_s))


def _in_order(acts: list[Act], length_s: float) -> tuple[Act, ...]:
    return tuple(sorted((act for act in acts if act.at_s < length_s), key=lambda act: act.at_s))
