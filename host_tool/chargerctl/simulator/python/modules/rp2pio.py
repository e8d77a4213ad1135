# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""rp2pio: state machines that run beside the program, also while it blocks. On RP2 only.

The words are executed by machine/pio.py, at the chip's clock. Modelled is a program with one output pin (SET), input
pins and a jump pin that are its own, no clock divider, and no transmit FIFO; `run` is what reaches it from Python.
"""

from __future__ import annotations

import struct
from types import ModuleType
from typing import Any

from chargerctl.simulator.machine import pins
from chargerctl.simulator.machine.board import VirtualBoard
from chargerctl.simulator.machine.clock import Timer
from chargerctl.simulator.machine.pio import Inputs, Program, Shifter, State
from chargerctl.simulator.python.module import Resource, deinitialized, new_module
from chargerctl.simulator.python.modules.digitalio import Pull

_MHZ = {"rp2040": 125, "rp2350": 150}
# Wi-Fi on a Pico W has one of eight, on a Pico 2 W one of twelve.
_FREE = {"rp2040": 7, "rp2350": 11}
# Between two words of one `run`: the processor's loop.
_CYCLES_A_WORD = 12
# Where board.parts keeps what a state machine of an earlier program still does: {its output's GPIO: level}.
_GHOST = "rp2pio ghost"


def make(board: VirtualBoard) -> ModuleType | None:
    if not board.profile.is_rp2:
        return None
    mhz = _MHZ[board.profile.chip]
    # How many are free; a test may set it.
    free = board.parts.setdefault("rp2pio", _FREE[board.profile.chip])
    made: list[StateMachine] = []

    class StateMachine(Resource):
        def __init__(
            self,
            program: Any,
            frequency: int,
            *,
            pio_version: int = 0,
            may_exec: Any = None,
            init: Any = None,
            first_out_pin: Any = None,
            out_pin_count: int = 1,
            initial_out_pin_state: int = 0,
            initial_out_pin_direction: int = 0xFFFFFFFF,
            first_in_pin: Any = None,
            in_pin_count: int = 1,
            pull_in_pin_up: int = 0,
            pull_in_pin_down: int = 0,
            first_set_pin: Any = None,
            set_pin_count: int = 1,
            initial_set_pin_state: int = 0,
            initial_set_pin_direction: int = 0x1F,
            first_sideset_pin: Any = None,
            sideset_pin_count: int = 1,
            sideset_pindirs: bool = False,
            initial_sideset_pin_state: int = 0,
            initial_sideset_pin_direction: int = 0x1F,
            sideset_enable: bool = False,
            jmp_pin: Any = None,
            jmp_pin_pull: Any = None,
            exclusive_pin_use: bool = True,
            auto_pull: bool = False,
            pull_threshold: int = 32,
            out_shift_right: bool = True,
            wait_for_txstall: bool = True,
            auto_push: bool = False,
            push_threshold: int = 32,
            in_shift_right: bool = True,
            user_interruptible: bool = True,
            wrap_target: int = 0,
            wrap: int = -1,
            offset: int = -1,
            fifo_type: str = "auto",
            mov_status_type: str = "txfifo",
            mov_status_n: int = 0,
        ) -> None:
            words = _words(program)
            _refuse_what_is_not_modelled(
                frequency or (may_exec and in_shift_right) or not out_shift_right or auto_pull or auto_push,
                init or first_out_pin or first_sideset_pin or offset != -1 or fifo_type != "auto",
                set_pin_count != 1 or in_pin_count != 1 or not initial_set_pin_direction & 1,
                not exclusive_pin_use or mov_status_n or pull_in_pin_down or pio_version,
            )
            _check_pins(words, first_set_pin, first_in_pin, jmp_pin)
            if len(made) >= free:
                raise RuntimeError("All state machines in use")
            given = (first_set_pin, first_in_pin, jmp_pin)
            for pin in given:
                if pin is not None and pin._pin.claimed_by is not None:
                    raise ValueError(f"{pin._pin.name} in use")
            self._set, self._in, self._jmp = (None if pin is None else pin._pin for pin in given)
            # One pin may be both input and jump pin.
            self._held = list(dict.fromkeys(pin for pin in (self._set, self._in, self._jmp) if pin))
            last = len(words) - 1 if wrap == -1 else wrap
            self._program = Program(words, wrap_target, last, pull_threshold)
            self._shifter = Shifter()
            self._pushes = any(word & 0xE080 == 0x8000 for word in _words(may_exec or b""))
            self._initial = bool(initial_set_pin_state & 1)
            self._stopped = True
            self._timer: Timer | None = None
            self._state = State(0, 0, 0, 0, 32, self._initial)
            self._at = 0
            made.append(self)
            for pin in self._held:
                pin.claimed_by = "StateMachine"
            ghost = board.parts.pop(_GHOST, {})
            if self._set is not None and self._set.gpio in ghost:
                # The pin is the state machine's before the machine is begun anew.
                self._set.configure(ghost[self._set.gpio], None)
                board.clock.spend(board.costs.pio_call)
            if self._jmp is not None:
                self._jmp.configure(None, pins.Pull.UP if jmp_pin_pull is Pull.UP else None)
            if self._in is not None:
                self._in.configure(None, pins.Pull.UP if pull_in_pin_up & 1 else None)
            if self._set is not None:
                self._set.configure(self._initial, None)
            self._seen = self._inputs()
            for pin in self._held:
                pin.watch(self._pin_moved)
            board.at_vm_end(self._vm_ended)
            self.restart()

        def deinit(self) -> None:
            if self in made:
                self._end()
                for pin in self._held:
                    board.release_pin(pin)

        def restart(self) -> None:
            self._alive()
            board.clock.spend(board.costs.pio_call)
            self._catch_up()
            self._shifter.clear()
            self._state = self._state._replace(pc=0, shifted=32, output=self._initial)
            self._stopped = False
            self._show()

        def stop(self) -> None:
            self._alive()
            self._catch_up()
            self._stopped = True
            self._show()

        def run(self, instructions: Any) -> None:
            self._alive()
            board.clock.spend(board.costs.pio_call)
            self._catch_up()
            for word in _words(instructions):
                # Neither touches what the program sees, but the clock goes on.
                if not self._shifter.execute(word, self._state, self._seen):
                    self._state = self._program.execute(word, self._state, self._seen)
                if not self._stopped:
                    self._state = self._program.orbit(self._state, self._seen).after(_CYCLES_A_WORD)
                self._at += _CYCLES_A_WORD
            self._show()

        def readinto(
            self, buffer: Any, *, start: int = 0, end: int | None = None, swap: bool = False
        ) -> None:
            self._alive()
            if not self._pushes:
                raise RuntimeError("No in in program")
            view = memoryview(buffer)[start:end]
            if view.itemsize != 1 or swap:
                raise NotImplementedError("only bytes are read")
            board.clock.spend(board.costs.pio_call)
            for place in range(len(view)):
                # A board blocks until something arrives: here, where nothing pushes meanwhile, without end.
                board.clock.wait(lambda: self._shifter.fifo)
                view[place] = self._shifter.fifo.pop(0) & 0xFF

        @property
        def in_waiting(self) -> int:
            self._alive()
            return len(self._shifter.fifo)

        @property
        def frequency(self) -> int:
            return mhz * 1_000_000

        # What happens by itself.

        def _pin_moved(self, pin: pins.Pin) -> None:
            if pin is not self._set:
                self._catch_up()
                self._seen = self._inputs()
                self._show()

        def _inputs(self) -> Inputs:
            return Inputs(
                int(self._in is not None and self._in.level), self._jmp is not None and self._jmp.level
            )

        def _catch_up(self) -> None:
            """Run up to the present, with the levels there were."""
            cycles = board.clock.now_us * mhz - self._at
            if cycles <= 0:
                return
            self._at += cycles
            if not self._stopped:
                self._state = self._program.orbit(self._state, self._seen).after(cycles)

        def _show(self) -> None:
            """The present level at the pin, and a timer for the next change of it."""
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            if self._set is not None and self._set.driven is not self._state.output:
                self._set.drive(self._state.output)
            change = None if self._stopped else self._program.orbit(self._state, self._seen).change()
            if change is not None:
                # Rounded up: nothing is shown before it is so.
                self._timer = board.clock.call_at(-(-(self._at + change) // mhz), self._changes)

        def _changes(self) -> None:
            self._timer = None
            self._catch_up()
            self._show()

        def _vm_ended(self, orderly: bool) -> None:
            """The pins are taken from it, their inputs read low then; but nothing stops it before the chip is reset."""
            if orderly and self in made and self._set is not None and not self._stopped:
                self._catch_up()
                rest = self._program.orbit(self._state, Inputs(0, False)).after(1_000_000)
                board.parts[_GHOST] = {self._set.gpio: rest.output}
            if not orderly:
                board.parts.pop(_GHOST, None)
            self._end()

        def _end(self) -> None:
            if self in made:
                made.remove(self)
                self._stopped = True
                if self._timer is not None:
                    self._timer.cancel()
                for pin in self._held:
                    pin.unwatch(self._pin_moved)

        def _alive(self) -> None:
            if self not in made:
                raise deinitialized()

    return new_module("rp2pio", StateMachine)


def _words(program: Any) -> tuple[int, ...]:
    data = bytes(program)
    if len(data) % 2 or len(data) > 64:
        raise ValueError("Program size invalid")
    return struct.unpack(f"<{len(data) // 2}H", data)


def _check_pins(words: tuple[int, ...], set_pin: Any, in_pin: Any, jmp_pin: Any) -> None:
    if set_pin is None and any(word & 0xE0E0 == 0xE000 for word in words):
        raise ValueError("Missing first_set_pin. program sets pin(s)")
    if in_pin is None and any(word & 0xE007 == 0xA000 for word in words):
        raise ValueError("Missing first_in_pin. program reads pin(s)")
    if jmp_pin is None and any(word & 0xE0E0 == 0x00C0 for word in words):
        raise ValueError("Missing jmp_pin. program jumps on pin")
    if set_pin is not None and set_pin in (in_pin, jmp_pin):
        raise ValueError("pull masks conflict with direction masks")


def _refuse_what_is_not_modelled(*groups: object) -> None:
    if any(groups):
        raise NotImplementedError("the virtual board's rp2pio has only what the firmware's gate needs")
