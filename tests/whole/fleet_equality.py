# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A script on a fleet's charger, compared with what the virtual board did: the frames in both directions.

Compared are the charger's calls in their order, each with its answer, and the central system's, each with its answer. What
is left out depends on milliseconds, which a board spends on loading modules and drawing, and a fleet's charger does not:

- times: those in the messages, and by up to 5 s how long after the call before a call comes;
- the ids of the charger's messages, which are random;
- energy by up to 10 Wh, which is a second or so of charging, and the power that a board computes from the meter's pulses;
- which of two independent exchanges came first: a call of the central system may overtake an answer;
- that a call was sent again because its answer was lost, which a board may have read already;
- what became of a file: a fleet's charger has no way to a server for files.

Lines that look at a display, an LED or a file take as long as they took on the board.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from chargerctl.fleet.firmware.firmware import Firmware
from chargerctl.simulator.script.language import Script, ScriptError, Statement, load, parse_line

from tests.fleet import OneCharger

LEFT_OUT = {
    "diagnostics": "chooses what the server of files does",
    "display_lost_while_charging": "cuts the display's wires",
    "held_for_a_deploy": "types at the console",
    "nobody_is_locked_in": "presses a button in the pass that closes the relay: a board's pass takes time, a fleet's none",
    "no_display": "cuts the display's wires",
    "no_meter": "waits for a line that a board prints while it sets up its parts",
}
"""script -> why a fleet's charger cannot do it, or not in the same way."""

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_FILE_TIME = re.compile(r"-\d{10}\.txt")
_WH = 10
_WITHIN_S = 5.0
_FIRMWARE = Firmware()


def must_do_the_same(path: Path, events: Iterable[Mapping[str, Any]], settings: Mapping[str, str]) -> None:
    """AssertionError where a fleet's charger does not do what the virtual board did, and is not left out; or is left out
    without need."""
    try:
        found = differences(path, events, settings)
    except (ScriptError, AssertionError) as error:
        found = [str(error)]
    if path.stem in LEFT_OUT:
        assert found, f"{path.stem} is the same on a fleet's charger: take it out of LEFT_OUT"
    else:
        assert not found, "\n".join(found)


def differences(path: Path, events: Iterable[Mapping[str, Any]], settings: Mapping[str, str]) -> list[str]:
    """Of the fleet's charger from the virtual board, whose events these are. AssertionError where it does not carry the
    script out, ScriptError where it cannot."""
    events = list(events)
    fleet = OneCharger(dict(settings), _FIRMWARE)
    fleet.play(_without_board(load(path, fleet=True), events))
    board, ours = _Exchanges(events), _Exchanges(fleet.events)
    return [
        *_compare("charger", board.out, ours.out),
        *_compare("central", board.to_charger, ours.to_charger),
    ]


def _without_board(script: Script, events: list[Mapping[str, Any]]) -> Script:
    """With waits in the place of what only looks at the board: as long as the board took."""
    statements = list(script.statements)
    ended = {each["line"]: each["t"] for each in events if each["kind"] in ("script", "expect")}
    begun = 0.0
    for index, each in enumerate(statements):
        if each.form.keywords == ("wait",):
            begun += each.arguments["seconds"]
        elif each.line in ended:
            if each.form.board_only and each.form.timed is not None:
                statements[index] = _wait(each, max(ended[each.line] - begun, 0))
            begun = ended[each.line]
    return replace(script, statements=tuple(statements))


def _wait(statement: Statement, seconds: float) -> Statement:
    wait = parse_line(statement.line, f"wait {seconds:.6f}", Path())
    assert wait is not None
    return wait


_Exchange = tuple[float, list[Any]]
"""When the call came, in seconds; the call and its answer."""


class _Exchanges:
    """Calls with their answers: `out` by the charger, `to_charger` by the central system."""

    def __init__(self, events: Iterable[Mapping[str, Any]]) -> None:
        self.out: list[_Exchange] = []
        self.to_charger: list[_Exchange] = []
        self._open: dict[tuple[str, str], list[Any]] = {}
        for event in events:
            if event["kind"] == "frame":
                self._take(event["t"], event["dir"], event["frame"])

    def _take(self, at_s: float, direction: str, frame: Any) -> None:
        calls = self.out if direction == "out" else self.to_charger
        match frame:
            case [2, str(message_id), *rest]:
                known = self._open.get((direction, message_id))
                if known is None or known[:-1] != rest:
                    known = self._open[direction, message_id] = [*rest, None]
                    if rest[0] != "DiagnosticsStatusNotification":
                        calls.append((at_s, known))
            case [3 | 4 as kind, str(message_id), *rest]:
                asked = self._open.get(("in" if direction == "out" else "out", message_id))
                if asked is None:
                    calls.append((at_s, ["answer to nothing", kind, rest]))
                else:
                    asked[-1] = [kind, *rest]
            case _:
                calls.append((at_s, ["no message", frame]))


def _compare(whose: str, board: list[_Exchange], fleet: list[_Exchange]) -> list[str]:
    found = []
    # A board takes longer to boot and for some lines, which adds up: what counts is how much longer since the call before.
    behind_s = 0.0
    for number, (have, other) in enumerate(zip(board, fleet, strict=False), 1):
        longer_s, behind_s = have[0] - other[0] - behind_s, have[0] - other[0]
        if not _same(have[1], other[1]) or abs(longer_s) > _WITHIN_S:
            found.append(f"{whose} {number}: board {json.dumps(have)}, fleet {json.dumps(other)}")
    if len(board) != len(fleet):
        longer = board if len(board) > len(fleet) else fleet
        found.append(
            f"{whose}: board {len(board)}, fleet {len(fleet)}: {json.dumps(longer[min(len(board), len(fleet))])}"
        )
    return found


def _same(board: Any, fleet: Any, key: str = "") -> bool:
    match board, fleet:
        case dict(), dict():
            if board.get("measurand", "").startswith(("Power", "Current")):
                return board.keys() == fleet.keys() and board["measurand"] == fleet["measurand"]
            return board.keys() == fleet.keys() and all(
                _same(board[each], fleet[each], each) for each in board
            )
        case list(), list():
            return len(board) == len(fleet) and all(map(_same, board, fleet))
        case int(), int() if key in ("meterStart", "meterStop"):
            return abs(board - fleet) <= _WH
        case str(), str() if key == "value" and board.isdigit() and fleet.isdigit():
            return abs(int(board) - int(fleet)) <= _WH
        case str(), str():
            return _masked(board) == _masked(fleet)
    return bool(board == fleet)


def _masked(text: str) -> str:
    return _FILE_TIME.sub("-TIME.txt", _TIME.sub("TIME", text))
