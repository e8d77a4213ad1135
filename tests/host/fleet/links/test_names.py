# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Names of hosts: looked up on a thread, once for all who ask."""

import socket
import threading

import pytest
from chargerctl.fleet.links.names import Names, system
from chargerctl.fleet.realtime import RealTime
from chargerctl.simulator.machine.clock import Clock

_S = 1_000_000


class System:
    """answer: addresses, or what it raises."""

    def __init__(self):
        self.asked = []
        self.answer = [(socket.AF_INET, "192.0.2.1")]
        self.may_answer = threading.Event()
        self.may_answer.set()

    def __call__(self, host):
        self.asked.append(host)
        assert self.may_answer.wait(30)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def setup():
    driver, found = RealTime(Clock()), System()
    yield driver, found, Names(driver, found)
    driver.close()


def until(driver, holds):
    for _ in range(1500):
        if holds():
            return
        driver.run(driver.clock.now_us + 20_000)
    pytest.fail("it did not come about")


def test_an_address_is_known_without_a_look_up(setup):
    _driver, found, names = setup
    assert names.get("192.0.2.7").addresses == [(socket.AF_INET, "192.0.2.7")]
    assert names.get("2001:db8::7").addresses == [(socket.AF_INET6, "2001:db8::7")]
    assert not found.asked


def test_all_who_ask_meanwhile_are_told_and_nothing_stands_still(setup):
    driver, found, names = setup
    found.may_answer.clear()
    told = []
    for number in range(3):
        names.ask(names.get("broker.lan"), lambda number=number: told.append(number))
    driver.run(driver.clock.now_us + 50_000)
    assert told == []
    found.may_answer.set()
    until(driver, lambda: told == [0, 1, 2])
    assert names.get("broker.lan").addresses == found.answer
    assert found.asked == ["broker.lan"]


def test_a_name_that_is_none_has_a_problem_and_is_not_looked_up_again_at_once(setup):
    driver, found, names = setup
    found.answer = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    told = []
    name = names.get("broker.lan")
    for _ in range(2):
        names.ask(name, lambda: told.append(name.problem))
        until(driver, lambda: told)
    assert found.asked == ["broker.lan"]
    assert set(told) == {found.answer}


def test_an_address_is_kept_when_the_next_look_up_fails(setup):
    driver, found, names = setup
    told = []
    name = names.get("broker.lan")
    names.ask(name, lambda: told.append(1))
    until(driver, lambda: told)
    name.asked_us -= 60 * _S
    found.answer = socket.gaierror(socket.EAI_AGAIN, "Temporary failure")
    names.ask(name, lambda: told.append(2))
    until(driver, lambda: len(told) == 2)
    assert name.addresses == [(socket.AF_INET, "192.0.2.1")]
    assert name.problem is found.answer


def test_an_address_of_ipv4_comes_first(monkeypatch):
    found = [
        (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::1", 0, 0, 0)),
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0)),
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    assert system("localhost")[0] == (socket.AF_INET, "127.0.0.1")
