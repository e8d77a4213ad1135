# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Draws an episode from its seed: which board, which settings, and what happens when. The same seed, the same episode."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from chargerctl.settings.table import board_settings
from chargerctl.simulator.chaos import core_profile, customers, on_the_link, stories
from chargerctl.simulator.chaos.acts import Act, spell
from chargerctl.simulator.chaos.ingredients import INGREDIENTS
from chargerctl.simulator.chaos.scene import Scene

LONGEST_S = 120.0
# About what the charger takes from the power to its first pass, loaded from source.
_BOOT_S = 10.0
# An hour, and its closings.
_IDLE_S = (3700.0, 7300.0)
OFFLINE_SESSIONS = 8
_THOROUGH_EVERY = 16
# This part of the episodes tells a story.
_STORIES = 0.16
# One episode of so many idles for hours.
_ONE_IN, _IDLE = 200, 57

# Their journals are in nvm.
_IN_NVM = ("adafruit_feather_esp32s3_nopsram", "raspberry_pi_pico_w")
_BOARDS = ("seeed_xiao_esp32c6",) * 3 + _IN_NVM
_READERS = tuple(reader for reader, pins in board_settings.READERS if pins)
# With an SPI reader MISO is taken; these are free on each board, whichever reader there is.
_ESTOP = {
    "seeed_xiao_esp32c6": "MTDI",
    "adafruit_feather_esp32s3_nopsram": "A1",
    "raspberry_pi_pico_w": "GP20",
}


_FEEDBACK = {
    "seeed_xiao_esp32c6": "MTMS",
    "adafruit_feather_esp32s3_nopsram": "A2",
    "raspberry_pi_pico_w": "GP21",
}


@dataclass(frozen=True)
class Episode:
    """`settings`: name -> text, on top of the defaults. `acts` in the order of time, all before `length_s`.

    `thorough`: every pass of the loop is run, and the pystack counted; in the others passes in which nothing happens
    are left out, which takes half the time.
    """

    seed: int
    board_id: str
    settings: dict[str, str]
    length_s: float
    acts: tuple[Act, ...]

    @property
    def thorough(self) -> bool:
        return self.seed % _THOROUGH_EVERY == 0


def draw(seed: int) -> Episode:
    random = Random(seed)
    board_id = random.choice(_BOARDS)
    settings = _settings(random, board_id)
    if seed % _ONE_IN == _IDLE:
        return _idle_hours(random, seed, board_id, settings)
    # Of its own, so that the others stay as they are.
    own = Random(f"{seed}/story")
    if own.random() < _STORIES:
        return _story(own, seed, board_id, settings)
    if random.random() < 0.08:
        return _offline_day(random, seed, board_id, settings)
    length_s = _BOOT_S + (
        random.uniform(15, 50) if random.random() < 0.85 else random.uniform(60, LONGEST_S - _BOOT_S)
    )
    acts = customers.draw(random, length_s)
    for _ in range(random.randint(3, 11)):
        make = INGREDIENTS[random.choice(tuple(INGREDIENTS))]
        acts += make(random, random.uniform(0.2, length_s - 1))
    acts += core_profile.draw(seed, length_s)
    return Episode(seed, board_id, settings, length_s, _in_order(acts, length_s))


def _settings(random: Random, board_id: str) -> dict[str, str]:
    stale_s = random.choice((6, 6, 10, 60))
    return {
        "hardware.estop_pin": _ESTOP[board_id],
        # Most chargers measure their contactor.
        "hardware.feedback_pin": random.choice((_FEEDBACK[board_id],) * 3 + ("none",)),
        "hardware.card_reader": random.choice(_READERS),
        "mqtt.keep_alive": str(random.choice((5, 10, 60))),
        "ntp.sync_interval_minutes": str(random.choice((1, 240))),
        "ocpp.meter_value_sample_interval": str(random.choice((1, 5, 60))),
        "ocpp.connection_timeout": str(random.choice((5, stale_s))),
        "ocpp.offline_authorization": random.choice(("true", "false")),
        # As late as the relay may still close for it.
        "ocpp.authorize_timeout": str(min(10, stale_s - 1)),
        "safety.stale_authorization_seconds": str(stale_s),
        "safety.feedback_ms": str(random.choice((50, 300, 1000))),
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


def _story(random: Random, seed: int, board_id: str, settings: dict[str, str]) -> Episode:
    """One of stories.py, with nothing in its way, and then customers while one or two other things go wrong."""
    tell = stories.STORIES[seed // 2 % len(stories.STORIES)]
    if tell is stories.start_unwritten:
        board_id = random.choice(_IN_NVM)
        settings = _settings(random, board_id)
    settings |= {"safety.min_off_seconds": "0", "safety.max_cycles_per_hour": "60"}
    if tell is stories.power_lost:
        settings["safety.resume_after_power_loss"] = random.choice(("true", "true", "false"))
    begin_s = _BOOT_S + random.uniform(8, 12)
    again_s = begin_s + stories.LASTS_S
    length_s = again_s + random.uniform(5, 25)
    acts = tell(random, begin_s)
    acts += [act for act in customers.draw(random, length_s) if act.at_s > again_s]
    for _ in range(random.randint(1, 2)):
        make = INGREDIENTS[random.choice(tuple(INGREDIENTS))]
        acts += make(random, random.uniform(again_s, length_s - 1))
    return Episode(seed, board_id, settings, length_s, _in_order(acts, length_s))


def _idle_hours(random: Random, seed: int, board_id: str, settings: dict[str, str]) -> Episode:
    """Customers, then none for hours, then customers: what is counted by the hour, and what comes at intervals."""
    settings |= {"safety.max_cycles_per_hour": "3", "safety.min_off_seconds": "0"}
    acts, idle_s = customers.draw_hasty(random, _BOOT_S + 8, 3)
    again_s = idle_s + random.uniform(*_IDLE_S)
    acts += spell("idle", idle_s, again_s - idle_s - 1, Scene.idle, Scene.wake)
    for make in random.sample((on_the_link.broker_restart, on_the_link.time_lost, on_the_link.link_drop), 2):
        acts += make(random, random.uniform(idle_s + 60, again_s - 600))
    more, end_s = customers.draw_hasty(random, again_s, 2)
    return Episode(seed, board_id, settings, end_s, _in_order([*acts, *more], end_s))


def _in_order(acts: list[Act], length_s: float) -> tuple[Act, ...]:
    return tuple(sorted((act for act in acts if act.at_s < length_s), key=lambda act: act.at_s))
