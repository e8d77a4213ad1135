# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A visit to a board over its serial port: ask whether it charges, stop it, work on its files, have it start again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from chargerctl.errors import ChargerctlError
from chargerctl.firmware_files import firmware_dir
from chargerctl.transport.lines import Lines
from chargerctl.transport.relay import HOLD, SILENT, Listening
from chargerctl.transport.serial.board import COMES_BACK_S, Board
from chargerctl.transport.serial.link import LostError, Ports, RealPorts, Stream
from chargerctl.transport.serial.volume import SerialVolume

_ANSWER_S = 10.0  # in which a charger that runs answers
_BOOT_S = 60.0  # in which a charger starts, after it may have finished a deploy
_STARTED = re.compile("boot   firmware .*|hold   .*|boot: cannot finish .*")
_Found = TypeVar("_Found")


@contextmanager
def visited(
    name: str, force: bool, writes: bool, say: Callable[[str], None], ports: Ports | None = None
) -> Iterator[tuple[SerialVolume, Callable[[], str]]]:
    """The files of the board at this port, and what has the board restart and says how it went.

    force: stop it even if that ends a charge, or if it does not say. writes: refuse a board whose drive belongs to USB.
    Relay and lock are driven safe while this lasts, and when it ends the board restarts, whatever happened.
    """
    ports = ports or RealPorts()
    board = Board(ports, name, (firmware_dir() / "hold.py").read_text(encoding="utf-8"), say)
    try:
        board.open()
        if not (force or board.runs_nothing()):
            board.close()
            _refuse_a_charge(ports, name)
    except LostError as error:
        raise ChargerctlError(
            f"{name} {error.strerror}: plug the board in, or name another with --port"
        ) from None
    except BaseException:
        board.close()
        raise
    left = False

    def restart() -> str:
        nonlocal left
        board.leave()
        left = True
        return _how_it_starts(ports, board.name)

    try:
        board.attach()
        if writes and board.facts.read_only:
            raise ChargerctlError(
                f"the drive of the board at {name} belongs to USB, and its own Python can only read it: use --drive PATH"
            )
        if "relay" not in board.facts.outputs:
            say(f"{name}: no relay pin is known on this board, so none is driven")
        yield SerialVolume(board), restart
    finally:
        if not left:
            board.leave()


def _refuse_a_charge(ports: Ports, name: str) -> None:
    """Return where a charger says that it does not charge; ChargerctlError where it does, or where nothing answers."""
    stream = ports.open(name)
    try:
        stream.write(HOLD)
        answer = _heard(stream, ports, Listening().feed, _ANSWER_S)
    finally:
        stream.close()
    if answer is None:
        raise ChargerctlError(
            f"the program on the board at {name} does not say whether it charges ({SILENT}): make sure that no car charges, "
            "then use --force"
        )
    if not answer.stays_open:
        raise ChargerctlError(
            f"the charger at {name} may not be stopped now: {answer}; {answer.remedy}, or use --force"
        )


def _how_it_starts(ports: Ports, name: str) -> str:
    """Wait for the board's first words; a line for the user."""
    end = ports.now() + COMES_BACK_S
    while True:
        for each in ports.again(name):
            try:
                stream = ports.open(each)
                try:
                    started = _heard(stream, ports, _first_words(), _BOOT_S)
                finally:
                    stream.close()
            except LostError:
                continue
            if started is None:
                return (
                    f"the board was reset, and has not said within {_BOOT_S:.0f} s that the charger runs: look with "
                    f"chargerctl monitor --port {each}"
                )
            return f"the board was reset, and says: {started}"
        if ports.now() > end:
            return "the board was reset, and its port has not come back yet: look with chargerctl monitor"
        ports.sleep(0.25)


def _first_words() -> Callable[[bytes], str | None]:
    """Finds in what a console says the line with which a start succeeds or fails."""
    lines = Lines()

    def found_in(data: bytes) -> str | None:
        found = (_STARTED.search(line.text) for line in lines.feed(data) if line.ended)
        return next((words[0] for words in found if words), None)

    return found_in


def _heard(
    stream: Stream, ports: Ports, find: Callable[[bytes], _Found | None], within_s: float
) -> _Found | None:
    """What find() finds in what the console says; None where it finds nothing in this time."""
    end = ports.now() + within_s
    while (left := end - ports.now()) > 0:
        if found := find(stream.read(min(left, 1.0))):
            return found
    return None
