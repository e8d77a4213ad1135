# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A program that books sessions until it is killed. For each URL on stdin it starts a process, which prints its id, then the
number of each session once it is kept; then the program prints `dead`. One start of Python serves all crashes of a test."""

import itertools
import os
import sys

from chargerctl.central.books.policies import Policies, Policy
from chargerctl.central.books.store import open_books

NOW = 1_795_332_600.0


def book(database):
    books = open_books(database, Policies(Policy.LEARN, Policy.LEARN))
    print(os.getpid(), flush=True)
    for count in itertools.count():
        with books.unit() as unit:
            charger = unit.charger("GA001")
            start = {
                "connectorId": 1,
                "idTag": "A",
                "meterStart": 0,
                "timestamp": "2026-11-22T07:30:00Z",
                # No two sessions of any process are the same.
                "reservationId": os.getpid() * 100_000 + count,
            }
            number = charger.transaction_id(start)
            answer = {"transactionId": number, "idTagInfo": {"status": "Accepted"}}
            charger.book("StartTransaction", start, answer, NOW)
            sampled = [{"value": str(number)}]
            value = {"timestamp": "2026-11-22T07:31:00Z", "sampledValue": sampled}
            stop = {
                "transactionId": number,
                "meterStop": 100,
                "timestamp": "2026-11-22T07:31:00Z",
                "transactionData": [value],
            }
            charger.book("StopTransaction", stop, {}, NOW)
            unit.frame("GA001", False, "[]", NOW)
        print(number, flush=True)


for line in sys.stdin:
    if os.fork() == 0:
        book(line.strip())
    os.wait()
    print("dead", flush=True)
