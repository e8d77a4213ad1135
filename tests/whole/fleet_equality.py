# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A script on a fleet's charger, compared with what the virtual board did: the frames in both directions.

Compared are the charger's calls in their order, each with its answer, and the central system's, each with its answer; and
when each call came. What is left out depends on milliseconds, which a board spends on loading modules and drawing, and a
fleet's charger does not:

- times: those in the messages; and a call may come up to 2.5 s sooner or later after the call before it, whosever that was.
  A board takes 2 s longer to start, and tries some things again every 2 s;
- of the ids of the charger's messages what is random; their numbers count;
- energy by up to 10 Wh, and power by 3 % or 200 W: a board computes it from the meter's pulses, of which the last is up to
  20 s old;
- which of two independent exchanges came first: a call of the central system may overtake an answer;
- that a call was sent again because its answer was lost, which a board may have read already;
- how an upload ends: a fleet's charger has no way to a server for files. That one begins counts, but not its turn.

Lines that look at a display, an LED or a file take as long as they took on the board.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from chargerctl.fleet.firmware.firmware import Firmware
from chargerctl.simulator.script.language import Script, ScriptError, Statement, load, parse_line

from tests.fleet import OneCharger

LEFT_OUT = {
    "diagnostics": "upload post: a fleet's charger has no board for it",
    "display_lost_while_charging": "fail display: a fleet's charger has no display",
    "held_for_a_deploy": 'type "?relay": a fleet\'s charger has no board for it',
    # Presses a button in the pass that closes the relay: a board's pass takes time, a fleet's none.
    "nobody_is_locked_in": '"status": "Charging"',
    "no_display": "fail display: a fleet's charger has no display",
    # Waits for a line that a board prints while it sets up its parts.
    "no_meter": 'expect console "none: energy is reported as 0" within 20: since the last match',
}
"""script -> what is found where a fleet's charger cannot do it, or not in the same way."""

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_FILE_TIME = re.compile(r"-\d{10}\.txt")
_ID = re.compile(r"([0-9a-f]{16})-(\d+)")
_ABOUT_A_FILE = "DiagnosticsStatusNotification"
_BEGINS = {"status": "Uploading"}
_WITHIN_WH = 10
_WITHIN_W = 200
_POWER_SHARE = 0.03
_WITHIN_S = 2.5
_FIRMWARE = Firmware()


def must_do_the_same(path: Path, events: Iterable[Mapping[str, Any]], settings: Mapping[str, str]) -> None:
    """AssertionError where a fleet's charger does not do what the virtual board did, and is not left out; or is left out
    without need."""
    try:
        found = differences(path, events, settings)
    except (ScriptError, AssertionError) as error:
        found = [str(error)]
    text = "\n".join(found)
    if path.stem in LEFT_OUT:
        assert LEFT_OUT[path.stem] in text, (
            f"{path.stem} is not left out for this: {text or 'it is the same'}"
        )
    else:
        assert not found, text


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
        *_compare("upload", board.uploads, ours.uploads),
        *_out_of_time(board, ours),
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
"""When the call came, in seconds; the call, with the number of its id, and its answer."""


class _Exchanges:
    """Calls with their answers: `out` by the charger, but for those that an upload begins: `uploads`; `to_charger` by the
    central system."""

    def __init__(self, events: Iterable[Mapping[str, Any]]) -> None:
        self.out: list[_Exchange] = []
        self.uploads: list[_Exchange] = []
        self.to_charger: list[_Exchange] = []
        self._open: dict[tuple[str, str], list[Any]] = {}
        # How many ids of a charger, by what is random in them, were for calls about files.
        self._spent_on_files = Counter[str]()
        for event in events:
            if event["kind"] == "frame":
                self._take(event["t"], event["dir"], event["frame"])

    def _take(self, at_s: float, direction: str, frame: Any) -> None:
        calls = self.out if direction == "out" else self.to_charger
        match frame:
            case [2, str(message_id), action, payload]:
                known = self._open.get((direction, message_id))
                if known is None or known[1:-1] != [action, payload]:
                    about_a_file = action == _ABOUT_A_FILE
                    number = self._number(message_id, about_a_file)
                    known = self._open[direction, message_id] = [number, action, payload, None]
                    if not about_a_file:
                        calls.append((at_s, known))
                    elif payload == _BEGINS:
                        self.uploads.append((at_s, known))
            case [3 | 4 as kind, str(message_id), *rest]:
                asked = self._open.get(("in" if direction == "out" else "out", message_id))
                if asked is None:
                    calls.append((at_s, ["answer to nothing", kind, rest]))
                else:
                    asked[-1] = [kind, *rest]
            case _:
                calls.append((at_s, ["no message", frame]))

    def _number(self, message_id: str, about_a_file: bool) -> str:
        """Of the id, as if there were no calls about files, whose turn among the others is another one."""
        match = _ID.fullmatch(message_id)
        if match is None:
            return message_id
        if about_a_file:
            self._spent_on_files[match[1]] += 1
            return ""
        return str(int(match[2]) - self._spent_on_files[match[1]])


def _compare(whose: str, board: list[_Exchange], fleet: list[_Exchange]) -> list[str]:
    found = [
        f"{whose} {number}: board {json.dumps(have)}, fleet {json.dumps(other)}"
        for number, ((_, have), (_, other)) in enumerate(zip(board, fleet, strict=False), 1)
        if not _same(have, other)
    ]
    if len(board) != len(fleet):
        longer = board if len(board) > len(fleet) else fleet
        found.append(
            f"{whose}: board {len(board)}, fleet {len(fleet)}: {json.dumps(longer[min(len(board), len(fleet))])}"
        )
    return found


def _out_of_time(board: _Exchanges, fleet: _Exchanges) -> list[str]:
    """Calls that came sooner or later after the one before than on the board. Both start at 0."""
    pairs = [*zip(board.out, fleet.out, strict=False), *zip(board.to_charger, fleet.to_charger, strict=False)]
    found = []
    behind_s = 0.0
    for (at_s, call), (fleet_s, _) in sorted(pairs, key=lambda pair: pair[0][0]):
        longer_s, behind_s = at_s - fleet_s - behind_s, at_s - fleet_s
        if abs(longer_s) > _WITHIN_S:
            found.append(f"{longer_s:+.3f} s on the board: {json.dumps(call)}")
    return found


def _same(board: Any, fleet: Any, key: str = "") -> bool:
    match board, fleet:
        case {"measurand": str(measurand), "value": str(value)}, {"value": str(other)}:
            rest = {**board, "value": ""} == {**fleet, "value": ""}
            return rest and abs(float(value) - float(other)) <= _within(measurand, float(value))
        case dict(), dict():
            return board.keys() == fleet.keys() and all(
                _same(board[each], fleet[each], each) for each in board
            )
        case list(), list():
            return len(board) == len(fleet) and all(map(_same, board, fleet))
        case int(), int() if key in ("meterStart", "meterStop"):
            return abs(board - fleet) <= _WITHIN_WH
        case str(), str():
            return _masked(board) == _masked(fleet)
    return bool(board == fleet)


def _within(measurand: str, value: float) -> float:
    if measurand == "Power.Active.Import":
        return max(_WITHIN_W, value * _POWER_SHARE)
    return _WITHIN_WH if measurand == "Energy.Active.Import.Register" else 0


def _masked(text: str) -> str:
    return _FILE_TIME.sub("-TIME.txt", _TIME.sub("TIME", text))
