# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""One state machine of the RP2's programmable I/O: what its instruction words do, a cycle each. It knows no time.

Modelled as far as the firmware needs it (RP2040 datasheet, 3.4): JMP, OUT, MOV and SET in the program; IN and PUSH
as well in what is executed from outside. No delays, side-set, WAIT, PULL or IRQ: those raise NotImplementedError, so
that nothing passes here which a board would do otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

_ALL_ONES = 0xFFFFFFFF
_FIFO_DEPTH = 8  # both halves joined, as for a program that only pushes
_JMP, _IN, _OUT, _PUSH_PULL, _MOV, _SET = 0, 2, 3, 4, 5, 7
# Sources and destinations.
_PINS, _X, _Y, _NULL, _ISR, _OSR = 0, 1, 2, 3, 6, 7
_MOST_STATES = 20_000


class Inputs(NamedTuple):
    """Levels that the machine sees: `pins` from its first input pin on, as a number, and its jump pin."""

    pins: int
    jump: bool


class State(NamedTuple):
    """Everything that decides what the program does next, and the level of its output pin."""

    pc: int
    x: int
    y: int
    osr: int
    shifted: int
    output: bool


class Orbit(NamedTuple):
    """The states that follow one another from one on while the inputs stay; at the end they begin again at `loop`."""

    states: tuple[State, ...]
    loop: int

    def after(self, cycles: int) -> State:
        if cycles >= len(self.states):
            cycles = self.loop + (cycles - self.loop) % (len(self.states) - self.loop)
        return self.states[cycles]

    def change(self) -> int | None:
        """After how many cycles the output changes; None: never."""
        for cycles, state in enumerate(self.states):
            if state.output != self.states[0].output:
                return cycles
        return None


class Program:
    """The words in instruction memory, at offset 0; RP2 relocates jumps, so that the offset does not matter."""

    def __init__(self, words: Sequence[int], wrap_target: int, wrap: int, pull_threshold: int = 32) -> None:
        self._words = tuple(words)
        self._wrap_target = wrap_target
        self._wrap = wrap
        self._pull_threshold = pull_threshold
        for word in self._words:
            if word >> 13 in (_IN, _PUSH_PULL) or (word >> 13 == _MOV and word >> 5 & 7 == _ISR):
                raise NotImplementedError("the program itself uses ISR or a FIFO")
        self.orbit = lru_cache(maxsize=4096)(self._orbit)

    def step(self, state: State, inputs: Inputs) -> State:
        """One cycle."""
        at = state.pc
        following = self._wrap_target if at == self._wrap else (at + 1) % 32
        return self.execute(self._words[at], state._replace(pc=following), inputs)

    def execute(self, word: int, state: State, inputs: Inputs) -> State:
        """One word; a jump that is not taken, and any other word, leaves `pc` as it is."""
        if word >> 8 & 0x1F:
            raise NotImplementedError("delays and side-set")
        argument, kind = word & 0x1F, word >> 5 & 7
        match word >> 13:
            case 0:  # JMP
                return self._jump(kind, argument, state, inputs)
            case 3:  # OUT
                return _out(kind, argument or 32, state)
            case 5:  # MOV
                return _move(kind, _transformed(argument >> 3, _value(argument & 7, state, inputs)), state)
            case 7:  # SET
                return _set(kind, argument, state)
        raise NotImplementedError(f"PIO instruction {word:04x}")

    def _jump(self, condition: int, address: int, state: State, inputs: Inputs) -> State:
        taken = (
            True,
            state.x == 0,
            state.x != 0,
            state.y == 0,
            state.y != 0,
            state.x != state.y,
            inputs.jump,
            state.shifted < self._pull_threshold,
        )[condition]
        if condition == 2:
            state = state._replace(x=(state.x - 1) & _ALL_ONES)
        if condition == 4:
            state = state._replace(y=(state.y - 1) & _ALL_ONES)
        return state._replace(pc=address) if taken else state

    def _orbit(self, state: State, inputs: Inputs) -> Orbit:
        seen: dict[State, int] = {}
        while state not in seen:
            seen[state] = len(seen)
            if len(seen) > _MOST_STATES:
                raise NotImplementedError("a program that does not come to rest in a loop")
            state = self.step(state, inputs)
        return Orbit(tuple(seen), seen[state])


class Shifter:
    """The input shift register (to the left) and the receive FIFO, which only words from outside use."""

    def __init__(self) -> None:
        self.fifo: list[int] = []
        self._register = 0

    def clear(self) -> None:
        """The register, as a restart of the state machine does; the FIFO stays."""
        self._register = 0

    def execute(self, word: int, state: State, inputs: Inputs) -> bool:
        """Carry out `word` if it is one of these; False if not."""
        argument, kind = word & 0x1F, word >> 5 & 7
        if word >> 13 == _IN and not word >> 8 & 0x1F:
            bits = argument or 32
            value = self._register if kind == _ISR else _value(kind, state, inputs)
            self._register = (self._register << bits | value & (1 << bits) - 1) & _ALL_ONES
        elif word >> 13 == _MOV and kind == _ISR and argument & 7 != _ISR:
            self._register = _transformed(argument >> 3, _value(argument & 7, state, inputs))
        elif word == 0x8000:  # push noblock
            if len(self.fifo) < _FIFO_DEPTH:
                self.fifo.append(self._register)
            self._register = 0
        else:
            return False
        return True


def _value(source: int, state: State, inputs: Inputs) -> int:
    values = {_PINS: inputs.pins, _X: state.x, _Y: state.y, _NULL: 0, _OSR: state.osr}
    if source not in values:
        raise NotImplementedError(f"PIO source {source}")
    return values[source]


def _transformed(operation: int, value: int) -> int:
    if operation == 0:
        return value
    if operation == 1:
        return ~value & _ALL_ONES
    return int(f"{value:032b}"[::-1], 2)


def _out(destination: int, bits: int, state: State) -> State:
    """Shifted to the right."""
    value = state.osr & (1 << bits) - 1
    state = state._replace(osr=state.osr >> bits, shifted=min(32, state.shifted + bits))
    return _move(destination, value, state) if destination != _NULL else state


def _move(destination: int, value: int, state: State) -> State:
    if destination == _X:
        return state._replace(x=value)
    if destination == _Y:
        return state._replace(y=value)
    if destination == _OSR:
        return state._replace(osr=value, shifted=0)
    raise NotImplementedError(f"PIO destination {destination}")


def _set(destination: int, value: int, state: State) -> State:
    if destination == _PINS:
        return state._replace(output=bool(value & 1))
    return _move(destination, value, state)
