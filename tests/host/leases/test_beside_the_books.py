# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Bridges and central systems in one database: whoever comes first makes the tables of the leases."""

import threading

from chargerctl.central.books.engine import database_url
from chargerctl.central.books.policies import Policies, Policy
from chargerctl.central.books.store import open_books
from chargerctl.leases.postgres import PostgresRegister

_POLICIES = Policies(Policy.ACCEPT, Policy.ACCEPT)


def _bridge_has(database, serial):
    register = PostgresRegister(database_url(database), "bridge")
    try:
        register.join("a", takes=True)
        register.claim("a", [serial])
        return register.held("a")
    finally:
        register.close()


def test_the_books_come_into_a_database_that_only_bridges_use(postgres):
    database = postgres.database()
    assert _bridge_has(database, "GA001") == {"GA001"}
    open_books(database, _POLICIES).close()
    assert _bridge_has(database, "GA002") == {"GA002"}, "who begins anew has nothing of what it had"


def test_bridges_come_into_the_database_of_the_books(postgres):
    database = postgres.database()
    open_books(database, _POLICIES).close()
    assert _bridge_has(database, "GA001") == {"GA001"}
    open_books(database, _POLICIES).close()


def test_two_that_come_first_at_the_same_time_make_the_tables_once(postgres):
    database = postgres.database()
    registers = [PostgresRegister(database_url(database), "bridge") for _ in range(4)]
    found = []
    threads = [
        threading.Thread(target=lambda each=each, name=name: found.append(each.join(name, takes=True)))
        for each, name in zip(registers, "abcd", strict=True)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert found == [1, 1, 1, 1]
    for each in registers:
        each.close()
