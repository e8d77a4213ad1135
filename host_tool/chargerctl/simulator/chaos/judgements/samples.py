# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""MeterValues come at their interval, belong to the running transaction, and show what the meter had counted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chargerctl.simulator.chaos.judgements import causes
from chargerctl.simulator.chaos.judgements.history import History
from chargerctl.simulator.chaos.judgements.transactions import Record, Transaction, transactions

# So many undelivered samples are kept.
_KEPT = 16
_SAYS = {"context": "Sample.Periodic", "measurand": "Energy.Active.Import.Register", "unit": "Wh"}


def judge(history: History) -> Iterator[tuple[float, str]]:
    for boot in history.boots:
        found = transactions(history, boot)
        for each in found:
            for sample in each.samples:
                for text in _complaints(history, each, sample):
                    yield sample.sent[0].at_s, f"a sample of {each.tag}'s transaction {text}"
        if boot.last:
            yield from _missing(history, found)


def _complaints(history: History, each: Transaction, sample: Record) -> Iterator[str]:
    (value,) = sample.payload["meterValue"]
    (said,) = [each for each in value["sampledValue"] if each.get("measurand") == _SAYS["measurand"]]
    wrong = {name: said.get(name) for name, right in _SAYS.items() if said.get(name) != right}
    if wrong:
        yield f"says {wrong}"
    given = causes.numbers(each.start.sent)
    number: Any = sample.payload.get("transactionId")
    if number not in given and number != -1:
        yield f"has transactionId {number}, and its start got {sorted(given)}"
    slack_s, at_s = history.slack_s, sample.time_s
    if slack_s is None or at_s is None or each.start.time_s is None:
        return
    # What a reset interrupted ended, by its stop, at its last checkpoint.
    end_s = each.ended_in.end_s if each.ended_by_reset else each.end_s
    if not each.begin_s <= at_s <= end_s:
        yield f"is of {value['timestamp']}, when it did not run"
    least, most = history.register_wh(at_s - slack_s, at_s + 1 + slack_s)
    if not least <= int(said["value"]) <= most:
        yield f"says {said['value']} Wh, and the meter showed {least:.0f} to {most:.0f}"


def _missing(history: History, found: list[Transaction]) -> Iterator[tuple[float, str]]:
    """One for each interval, unless so many were undelivered that some had to give way."""
    if history.configured("MeterValueSampleInterval") or history.configured("MeterValuesSampledData"):
        return
    interval_s = history.values.ocpp.meter_value_sample_interval
    if not interval_s or not history.values.hardware.meter_pulses_per_kwh or history.slack_s is None:
        return
    # One that was interrupted, and went on, has none of the time between.
    whole = [each for each in found if each.boot is each.ended_in]
    ended = [each for each in whole if each.stop is not None and each.stop.time_s is not None]
    due = {id(each): (each.end_s - each.begin_s) // interval_s for each in ended}
    thinned = sum(due.values()) > _KEPT
    for each in ended:
        count = due[id(each)]
        if len(each.samples) > count + 1:
            yield (
                each.begin_s,
                f"{len(each.samples)} samples of {each.tag}'s transaction, and {count:.0f} were due",
            )
        if not thinned and len(each.samples) < count - 1 and not _given_up(each):
            yield each.begin_s, f"{len(each.samples)} of {count:.0f} samples of {each.tag}'s transaction came"


def _given_up(each: Transaction) -> bool:
    """The central system cannot process them, or does not answer them."""
    return any(sample.answer is None for sample in each.samples)
