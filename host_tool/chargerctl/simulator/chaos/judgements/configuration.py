# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""ChangeConfiguration (SPEC 5.3): what a key cannot take is refused, and what was accepted is what GetConfiguration tells,
also after a reset."""

from __future__ import annotations

from collections.abc import Iterator

from chargerctl.simulator.chaos.judgements.history import Asked, Boot, History
from chargerctl.simulator.chaos.judgements.kept import outlasts

# Values that are drawn and that no key takes.
NONSENSE = ("fast", "1.5", "-1", "perhaps", "SoC", "1.XYZ")
# Keys of which even a right value is refused, and the lowest timeout is 5 s.
_READ_ONLY = ("NumberOfConnectors",)
_TOO_LOW = (("ConnectionTimeOut", "0"),)


def judge(history: History) -> Iterator[tuple[float, str]]:
    changes: list[Asked] = []
    for boot in history.boots:
        for call in boot.asked:
            if call.action == "ChangeConfiguration" and call.answered_s is not None:
                for text in _complaints(call):
                    yield call.answered_s, f"ChangeConfiguration {call.id} {text}"
            if call.action == "ChangeConfiguration":
                changes.append(call)
            elif call.action == "GetConfiguration" and call.kind == 3 and call.answered_s is not None:
                for text in _differences(history, boot, changes, call):
                    yield call.answered_s, f"GetConfiguration {call.id} tells {text}"


def _complaints(call: Asked) -> Iterator[str]:
    key, value = str(call.payload.get("key")), str(call.payload.get("value"))
    impossible = value in NONSENSE or key in _READ_ONLY or (key, value) in _TOO_LOW
    if impossible and call.accepted:
        yield f"was accepted, with {key} = {value}"


def _differences(history: History, boot: Boot, changes: list[Asked], call: Asked) -> Iterator[str]:
    told = {entry["key"]: entry.get("value") for entry in call.answer.get("configurationKey", ())}
    for key in {str(each.payload.get("key")) for each in changes}:
        its = [each for each in changes if each.payload.get("key") == key and not each.refused]
        # The last must have been answered before this was asked.
        if not its or not its[-1].accepted or (its[-1].answered_s or 0.0) > call.at_s:
            continue
        value = str(its[-1].payload.get("value"))
        if key in told and outlasts(history, its[-1], boot) and told[key] != value:
            yield f"{key} = {told[key]}, and {value} had been accepted"
