# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Whatever a charger repeats, and in whichever order its messages come, the books are those of each message once."""

import shutil

import hypothesis.strategies as st
import pytest
from chargerctl.central.books.store import open_books
from chargerctl.central.books.tables import complaints, metadata, meter_values, transactions
from hypothesis import given, settings
from sqlalchemy import delete

from tests.host.central.books.charger import NOW, START, STOP, call, rows
from tests.host.central.books.conftest import LEARNING

SESSIONS = 3
CHARGERS = ("GA001", "GA002")


def start(serial, session, ids):
    return "StartTransaction", START | {"meterStart": 1000 * session, "connectorId": session}


def meter(serial, session, ids):
    sampled = [{"value": str(1000 * session + 1)}, {"value": "230", "measurand": "Voltage", "unit": "V"}]
    value = {"timestamp": "2026-11-22T08:00:00Z", "sampledValue": sampled}
    return "MeterValues", {
        "connectorId": session,
        "transactionId": ids[serial, session],
        "meterValue": [value],
    }


def stop(serial, session, ids):
    data = meter(serial, session, ids)[1]["meterValue"]
    payload = {"transactionId": ids[serial, session], "meterStop": 1000 * session + 10 * session}
    return "StopTransaction", STOP | payload | {"transactionData": data}


# No charger knows an id before its start was answered: the first of each session is its start.
messages = st.lists(
    st.tuples(st.sampled_from(CHARGERS), st.integers(1, SESSIONS), st.sampled_from([start, meter, stop])),
    max_size=40,
)
groups = st.lists(st.integers(1, 5), min_size=1, max_size=10)


def play(books, wanted, sizes):
    """In units of these sizes, again and again."""
    ids = {}
    wanted = list(wanted)
    while wanted:
        size = sizes[len(wanted) % len(sizes)]
        with books.unit() as unit:
            for serial, session, kind in wanted[:size]:
                first = (serial, session) not in ids
                action, payload = (start if first else kind)(serial, session, ids)
                answer = call(unit, serial, action, payload, NOW)
                if action == "StartTransaction":
                    assert (
                        ids.setdefault((serial, session), answer["transactionId"]) == answer["transactionId"]
                    )
        del wanted[:size]
    return ids


def content(books, ids):
    """What was booked, without the ids that depend on the order."""
    sessions = {number: each for each, number in ids.items()}
    booked = rows(books, transactions, "id", "meter_start", "meter_stop", "energy_wh", "stop_time")
    values = rows(books, meter_values, "transaction_id", "value", "measurand", "connector_id")
    return (
        sorted((sessions[number], rest) for number, *rest in booked),
        sorted((sessions[number], rest) for number, *rest in values),
        rows(books, complaints, "reason"),
    )


def expected(wanted):
    """Which kinds of message there are of each session."""
    kinds = {}
    for serial, session, kind in wanted:
        if (serial, session) in kinds:
            kinds[serial, session].add(kind)
        else:
            kinds[serial, session] = {start}
    return kinds


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def shared(request, tmp_path_factory):
    """Books for all examples; each empties them first."""
    made = request.getfixturevalue(f"made_{request.param}")
    if request.param == "sqlite":
        made = shutil.copy(made, tmp_path_factory.mktemp("any order"))
    books = open_books(str(made), LEARNING)
    if request.param == "sqlite":
        with books.reading() as connection:  # the only one; nothing here is about the disk
            for statement in ("COMMIT", "PRAGMA synchronous = OFF", "BEGIN"):
                connection.exec_driver_sql(statement)
    yield books
    with books.writing() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(delete(table))
    books.close()


@settings(max_examples=settings.default.max_examples // 5)
@given(wanted=messages, sizes=groups)
def test_the_books_are_those_of_each_message_once(shared, wanted, sizes):
    kinds = expected(wanted)
    once = [
        (*each, kind) for each, some in sorted(kinds.items()) for kind in (start, meter, stop) if kind in some
    ]
    found = []
    for order, units in ((wanted, sizes), (once, [1])):
        with shared.writing() as connection:
            for table in (meter_values, transactions, complaints):
                connection.execute(delete(table))
        ids = play(shared, order, units)
        found.append(content(shared, ids))
    assert found[0] == found[1]
    sessions, values, strange = found[0]
    assert len(sessions) == len(kinds)
    assert sum(energy or 0 for _each, (_start, _stop, energy, _time) in sessions) == sum(
        10 * session for (_serial, session), some in kinds.items() if stop in some
    )
    assert len(values) == 2 * sum(1 for some in kinds.values() if some & {meter, stop})
    assert strange == []
