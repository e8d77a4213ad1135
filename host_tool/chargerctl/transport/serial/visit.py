# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A visit to a board over its serial port: ask whether it charges, stop it, work on its files, have it start again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from chargerctl.errors import ChargerctlError
from chargerctl.firmware_files import firmware_dir
from chargerctl.transport.lines import Lines
from chargerctl.transport.relay import HOLD, SILENT, Listening
from chargerctl.transport.serial.board import Board
from chargerctl.transport.serial.link import LostError, Ports, RealPorts
from chargerctl.transport.serial.volume import SerialVolume
from chargerctl.transport.volume import Restarted

_ANSWER_S = 10.0  # in which a charger that runs answers
_BOOT_S = 60.0  # in which a charger starts, after it may have finished a deploy
_WELL = "boot   firmware "
_STARTED = re.compile("boot   firmware .*|hold   .*|boot: cannot finish .*")
_NOT_RESET = Restarted(
    "the board does not reset, and its charger is stopped until it does: press its reset button", False
)


@contextmanager
def visited(
    name: str, force: bool, writes: bool, say: Callable[[str], None], ports: Ports | None = None
) -> Iterator[tuple[SerialVolume, Callable[[], Restarted]]]:
    """The files of the board at this port, and what has the board restart and says how it went.

    force: stop it even if that ends a charge, or if it does not say. writes: refuse a board whose drive belongs to USB.
    Relay and lock are driven safe while this lasts, and when it ends the board restarts, whatever happened.
    """
    ports = ports or RealPorts()
    board = Board(ports, name, (firmware_dir() / "hold.py").read_text(encoding="utf-8"), say)
    try:
        board.open()
        if not (force or board.runs_nothing()):
            _refuse_a_charge(board)
    except LostError as error:
        board.close()
        raise ChargerctlError(
            f"{name} {error.strerror}: plug the board in, or name another with --port"
        ) from None
    except BaseException:
        board.close()
        raise
    left = False

    def restart() -> Restarted:
        nonlocal left
        words = _FirstWords()
        was_reset = board.leave(words.feed)
        left = True
        return _how_it_starts(board, words) if was_reset else _NOT_RESET

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
        board.close()


def _refuse_a_charge(board: Board) -> None:
    """Return where a charger says that it does not charge; ChargerctlError where it does, or where nothing answers."""
    name = board.name
    answer = board.question(HOLD, Listening().feed, _ANSWER_S)
    if answer is None:
        raise ChargerctlError(
            f"the program on the board at {name} does not say whether it charges ({SILENT}): make sure that no car charges, "
            "then use --force"
        )
    if not answer.stays_open:
        raise ChargerctlError(
            f"the charger at {name} may not be stopped now: {answer}; {answer.remedy}, or use --force"
        )


def _how_it_starts(board: Board, words: _FirstWords) -> Restarted:
    """Wait for the board's first words; some may have come with the reset."""
    try:
        said = words.said or board.listen(words.feed, _BOOT_S)
    except (LostError, ChargerctlError):
        return Restarted(
            f"the port of the board has not come back within {_BOOT_S:.0f} s: look with chargerctl monitor",
            False,
        )
    if not said:
        return Restarted(
            f"the board has not said within {_BOOT_S:.0f} s that the charger runs: look with chargerctl monitor --port "
            f"{board.name}, and press its reset button",
            False,
        )
    return Restarted(f"the board was reset, and says: {said}", said.startswith(_WELL))


class _FirstWords:
    """Finds in what a console says the line with which a start succeeds or fails. said: that line."""

    def __init__(self) -> None:
        self.said = ""
        self._lines = Lines()

    def feed(self, data: bytes) -> str:
        for line in self._lines.feed(data):
            if not self.said and line.ended and (found := _STARTED.search(line.text)):
                self.said = found[0]
        return self.said
