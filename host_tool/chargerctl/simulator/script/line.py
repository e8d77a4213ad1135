# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""How a line of the script language is declared: its form and its help, beside the function that carries it out.

    @line("swipe uid:UID [hold:HOLD]", "Hold a card to the reader.")
    def swipe(stage: Stage, uid: str, hold: float = 0.5) -> None: ...

A form has keywords, `name:KIND` for an argument of the function, and [what may be left out], perhaps with a keyword of its
own. A KIND is a choice of words, or one of values.KINDS; a test compares each with the function's annotation.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from chargerctl.simulator.script.values import KINDS

if TYPE_CHECKING:
    from chargerctl.central.conversation.conversation import Conversation
    from chargerctl.simulator.machine.board import VirtualBoard
    from chargerctl.simulator.network.network import Network
    from chargerctl.simulator.peripherals.wiring import World
    from chargerctl.simulator.script.record import Record
    from chargerctl.simulator.script.stage import Supply, Surroundings, Wire


@dataclass(frozen=True)
class Stage:
    """What the lines of a script act on. `central` is None when the central system is not the simulator's."""

    board: Supply
    world: Surroundings
    network: Wire
    central: Conversation | None
    record: Record

    # For lines that are board_only.

    @property
    def virtual_board(self) -> VirtualBoard:
        return cast("VirtualBoard", self.board)

    @property
    def virtual_world(self) -> World:
        return cast("World", self.world)

    @property
    def virtual_network(self) -> Network:
        return cast("Network", self.network)


@dataclass(frozen=True)
class Expectation:
    """`holds` is to become true within `within` seconds, or with `forbidden` must not. `wakes` is the kind of event that
    may make it true; `found` describes what there was instead."""

    wakes: str
    within: float
    holds: Callable[[], bool]
    found: Callable[[], str]
    forbidden: bool = False


# Acts at once.
Act = Callable[..., None]
# Gives the seconds to wait, or what to wait for.
Timed = Callable[..., "float | Expectation"]


@dataclass(frozen=True)
class Element:
    """One word of a form: a keyword (no name), or an argument, perhaps optional and with its own keyword."""

    name: str
    kind: str
    optional: bool = False
    keyword: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        """The only words it can be; empty where its kind reads a value."""
        return () if self.kind in KINDS else tuple(self.kind.split("|"))


@dataclass(frozen=True)
class Line:
    """One form of the language. `usage` is the form as a person writes it; of `act` and `timed` it has one. board_only: it
    needs the virtual board; a fleet's charger has none."""

    usage: str
    help: str
    elements: tuple[Element, ...]
    act: Act | None = None
    timed: Timed | None = None
    board_only: bool = False

    @property
    def keywords(self) -> tuple[str, ...]:
        """The words that it begins with."""
        return tuple(each.kind for each in itertools.takewhile(lambda each: not each.name, self.elements))


def line(form: str, help: str, *, board_only: bool = False) -> Callable[[Act], Line]:
    """Declare a line that acts at once."""
    return lambda act: Line(_usage(form), help, _elements(form), act=act, board_only=board_only)


def timed(form: str, help: str, *, board_only: bool = False) -> Callable[[Timed], Line]:
    """Declare a line that lets time pass."""
    return lambda timed: Line(_usage(form), help, _elements(form), timed=timed, board_only=board_only)


_ELEMENT = re.compile(
    r"\[(?:(?P<keyword>\w+) )?(?P<option>\w+):(?P<of>[^]]+)\]|(?:(?P<name>\w+):)?(?P<kind>\S+)"
)


def _elements(form: str) -> tuple[Element, ...]:
    return tuple(
        Element(match["option"], match["of"], True, match["keyword"] or "")
        if match["option"]
        else Element(match["name"] or "", match["kind"])
        for match in _ELEMENT.finditer(form)
    )


def _usage(form: str) -> str:
    return re.sub(r"\b[a-z]+:(?=[^…\s])", "", form)
