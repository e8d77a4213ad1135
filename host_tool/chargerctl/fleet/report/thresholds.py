# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What must not be, as it is typed: `p99>500ms, p99.StartTransaction>=2s, lost>0`. Each is true or false of a Measured.

    threshold = NAME[.ACTION] OP NUMBER[UNIT]
    OP        = > | >= | < | <= | == | !=

NAMES has the names and their units. An ACTION is one of OCPP 1.6's to a central system. With several thresholds there are
commas between them, or the option is repeated.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from chargerctl.errors import InputError
from chargerctl.fleet.measuring.histogram import SHARES
from chargerctl.fleet.measuring.measured import Measured
from chargerctl.likeness import did_you_mean, nearest

_TIMES = {"us": 1.0, "ms": 1e3, "s": 1e6}
_ENERGY = {"Wh": 1.0, "kWh": 1e3, "MWh": 1e6}
_NUMBER = {"": 1.0}

_OPERATORS: Mapping[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
}

Value = Callable[[Measured, str], float | None]
"""value(measured, action): None where nothing was measured; action "" means all."""


def _answers(share: float) -> Value:
    def value(measured: Measured, action: str) -> float | None:
        tally = measured.tally
        if not action:
            return tally.answers.at(share)
        return tally.calls[action].times.at(share) if action in tally.calls else None

    return value


def _late(share: float) -> Value:
    return lambda measured, action: measured.tally.late.at(share)


def _count(name: str) -> Value:
    return lambda measured, action: measured.tally.counts[name]


def _of_calls(name: str) -> Value:
    def value(measured: Measured, action: str) -> float:
        calls = measured.tally.calls
        chosen = [calls[action]] if action in calls else [] if action else list(calls.values())
        return sum(each.errors.total() if name == "errors" else each.unanswered for each in chosen)

    return value


@dataclass(frozen=True)
class _Name:
    value: Value
    units: Mapping[str, float]
    help: str
    by_action: bool = False


NAMES: Mapping[str, _Name] = {
    **{
        name: _Name(_answers(share), _TIMES, f"{name} of the time from a charger's call to its answer", True)
        for name, share in SHARES.items()
    },
    **{
        f"late-{name}": _Name(_late(share), _TIMES, f"{name} of the simulator's own delay, in real time")
        for name, share in SHARES.items()
    },
    "stood-still": _Name(
        lambda measured, action: measured.stood_still_s * 1e6,
        _TIMES,
        "how long this computer kept the simulator from running, in real time",
    ),
    "unanswered": _Name(_of_calls("unanswered"), _NUMBER, "calls of the chargers without an answer", True),
    "errors": _Name(_of_calls("errors"), _NUMBER, "CALLERRORs of the central system", True),
    "violations": _Name(
        lambda measured, action: measured.tally.violations.total(),
        _NUMBER,
        "frames of the central system that violate the schemas of OCPP 1.6",
    ),
    "strange": _Name(_count("strange_answers"), _NUMBER, "answers to calls that were not open"),
    "reconnects": _Name(_count("reconnects"), _NUMBER, "connections after the first of each charger"),
    "lost": _Name(_count("lost"), _NUMBER, "transactions that the central system has not confirmed"),
    "double": _Name(_count("double"), _NUMBER, "transactions whose transactionId is wrong"),
    "refused": _Name(_count("refused_starts"), _NUMBER, "StartTransactions that were not Accepted"),
    "sessions": _Name(
        _count("sessions_begun"), _NUMBER, "transactions that the central system has confirmed"
    ),
    "energy": _Name(_count("energy_wh"), _ENERGY, "energy of the transactions that have ended"),
    "accepted": _Name(_count("accepted"), _NUMBER, "chargers that the central system has ever accepted"),
    "offline": _Name(
        lambda measured, action: measured.tally.states["Offline"] + measured.tally.states["Booting"],
        _NUMBER,
        "chargers that are not connected and accepted at the end",
    ),
}

OF_REPLAY: Mapping[str, _Name] = {
    "differences": _Name(_count("differences"), _NUMBER, "answers that were other than in the record"),
    "unsent": _Name(_count("unsent"), _NUMBER, "calls of the record that could not be sent"),
    "missing": _Name(_count("missing"), _NUMBER, "calls that were answered in the record, and now were not"),
}
"""NAMES that only a replay has."""

_ALL = {**NAMES, **OF_REPLAY}


@dataclass(frozen=True)
class Threshold:
    """text: as it was typed."""

    text: str
    name: str
    action: str
    compare: str
    limit: float

    def fails(self, measured: Measured) -> str:
        """Why, with the value that was measured; "" if it does not."""
        value = _ALL[self.name].value(measured, self.action)
        if value is None or not _OPERATORS[self.compare](value, self.limit):
            return ""
        return f"{self.text}: it is {_with_unit(value, _ALL[self.name].units)}"


_PART = re.compile(
    r"\s*(?P<name>[a-z0-9-]*)(?:\.(?P<action>[A-Za-z]*))?"
    r"\s*(?P<op>[<>=!]*)\s*(?P<number>[\d.]*)\s*(?P<unit>[A-Za-z]*)\s*",
    re.ASCII,
)


def parse(text: str, actions: frozenset[str], replay: bool = False) -> list[Threshold]:
    """actions: that may be named. replay: OF_REPLAY may be, too.

    InputError says what is wrong, and at which character, counted from 1.
    """
    names = _ALL if replay else NAMES
    found, at = [], 0
    while True:
        match = _PART.match(text, at)
        assert match is not None
        found.append(_threshold(text, match, actions, names))
        at = match.end()
        if at == len(text):
            return found
        if text[at] != ",":
            raise _wrong(text, at, "expected a comma or the end")
        at += 1


def _threshold(
    text: str, match: re.Match[str], actions: frozenset[str], names: Mapping[str, _Name]
) -> Threshold:
    name, action, compare = match["name"], match["action"], match["op"]
    if name in OF_REPLAY and name not in names:
        raise _wrong(text, match.start("name"), f"{name} is measured with --replay only")
    if name not in names:
        raise _wrong(text, match.start("name"), f"{name!r} is not measured{_hint(name, names)}")
    about = names[name]
    if action is not None and not about.by_action:
        raise _wrong(text, match.start("action"), f"{name} is not measured by action")
    if action is not None and action not in actions:
        raise _wrong(text, match.start("action"), f"{action!r} is no action{_hint(action, actions)}")
    if compare not in _OPERATORS:
        raise _wrong(text, match.start("op"), f"expected one of {' '.join(_OPERATORS)}")
    try:
        number = float(match["number"])
    except ValueError:
        raise _wrong(text, match.start("number"), "expected a number") from None
    if match["unit"] not in about.units:
        units = " or ".join(each or "no unit" for each in about.units)
        raise _wrong(text, match.start("unit"), f"expected {units}")
    return Threshold(match[0].strip(), name, action or "", compare, number * about.units[match["unit"]])


def _hint(word: str, known: Mapping[str, object] | frozenset[str]) -> str:
    return "; " + did_you_mean(nearest(word, known, 0.6), f"known are {', '.join(sorted(known))}")


def _wrong(text: str, at: int, why: str) -> InputError:
    return InputError(f"{text!r}, character {at + 1}: {why}", at=at + 1)


def _with_unit(value: float, units: Mapping[str, float]) -> str:
    unit = max(
        (each for each in units if units[each] <= abs(value)),
        key=lambda each: units[each],
        default=min(units, key=lambda each: units[each]),
    )
    number = value / units[unit]
    if units is not _TIMES:
        return f"{number:,.10g} {unit}".rstrip()
    # No more digits than the histogram has.
    return f"{number:,.0f} {unit}" if number >= 100 else f"{number:.2g} {unit}"
