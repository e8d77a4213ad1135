# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""How guessing is slowed down, without keeping the owner out."""

import pytest
from chargerctl.central.web.login import browsers
from chargerctl.central.web.login.addresses import is_shared, network_of
from chargerctl.central.web.login.limits import Limits, Pace

from tests.host.central.web.login.conftest import Clock, csrf_in, log_in

FEW = Pace("few", 3, 60)
WIDE = Pace("wide", 5, 10)


@pytest.fixture
def limits(clock):
    return Limits(clock)


def fail(limits, clock, key, times):
    """So often, waiting as long as is asked; the waits."""
    waits = []
    for _ in range(times):
        wait = limits.begin([key])
        if wait:
            waits.append(wait)
            clock.now += wait
            assert limits.begin([key]) == 0
    return waits


def test_each_failure_doubles_the_wait_up_to_the_longest(limits, clock):
    assert fail(limits, clock, (FEW, "a"), 12) == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_a_try_that_comes_too_early_does_not_count(limits, clock):
    fail(limits, clock, (FEW, "a"), 3)
    assert [limits.begin([(FEW, "a")]) for _ in range(50)] == [1.0] * 50
    clock.now += 1
    assert limits.begin([(FEW, "a")]) == 0


def test_many_at_once_are_no_way_around_it(limits):
    """They count when they begin, not when their hashes are done."""
    begun = [limits.begin([(FEW, "a")]) for _ in range(100)]
    assert begun.count(0) == 3


def test_what_was_right_takes_back_its_own_count_only(limits, clock):
    fail(limits, clock, (FEW, "a"), 5)
    clock.now += 60
    for _ in range(20):
        assert limits.begin([(FEW, "a")]) == 0
        limits.forgive([(FEW, "a")])
        clock.now += 4
    assert limits.begin([(FEW, "a")]) == 0
    assert limits.begin([(FEW, "a")]) == 8.0


def test_the_longest_wait_of_all_counts_and_nothing_is_counted_then(limits, clock):
    fail(limits, clock, (FEW, "a"), 3)
    for _ in range(20):
        assert limits.begin([(WIDE, "b"), (FEW, "a")]) == 1.0
    assert limits.begin([(WIDE, "b")]) == 0


def test_after_an_hour_without_a_failure_it_is_forgotten(limits, clock):
    fail(limits, clock, (FEW, "a"), 12)
    clock.now += 3600
    assert fail(limits, clock, (FEW, "a"), 3) == []


def test_any_number_of_names_takes_bounded_memory_and_hides_no_attack(limits, clock):
    fail(limits, clock, (FEW, "the owner"), 8)
    for number in range(25_000):
        limits.begin([(FEW, f"name {number}")])
    assert limits.begin([(FEW, "the owner")]) == 32.0
    assert len(limits._failed["few"]) <= 10_000


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("no address", "no address"),
    ],
)
def test_what_counts_as_one_address(address, network):
    assert network_of(address) == network


def test_a_proxy_on_this_computer_is_many_people():
    assert [is_shared(each) for each in ("127.0.0.1", "::1", "::ffff:127.0.0.1", "10.0.0.1", "::2", "")] == [
        True,
        True,
        True,
        False,
        False,
        False,
    ]


# At the page.


def wrong(visitor, name="anna", times=1):
    """The answers to so many wrong passwords."""
    csrf = csrf_in(visitor.get("/login"))
    return [
        visitor.post("/login", data={"name": name, "password": "wrong password", "csrf": csrf})
        for _ in range(times)
    ]


def test_after_five_wrong_passwords_an_address_has_to_wait(house, clock, told):
    visitor = house.visitor()
    answers = wrong(visitor, times=7)
    assert [each.status_code for each in answers] == [401] * 5 + [429] * 2
    assert "Too many wrong passwords: try again in a second." in answers[-1].text
    assert answers[-1].headers["retry-after"] == "1"
    assert (
        told.texts("login_refused")[-1] == "192.0.2.7 had to wait after wrong passwords for the account anna"
    )
    assert log_in(visitor, "anna").status_code == 429  # the right one, too
    clock.now += 1
    assert log_in(visitor, "anna").status_code == 303


def test_another_name_is_no_way_around_it(house):
    visitor = house.visitor()
    wrong(visitor, times=5)
    assert wrong(visitor, "ben")[0].status_code == 429
    assert wrong(visitor, "nobody")[0].status_code == 429


def test_another_address_of_the_same_home_is_no_way_around_it(house):
    wrong(house.visitor("2001:db8::1"), times=5)
    assert wrong(house.visitor("2001:db8::2:3"))[0].status_code == 429
    assert wrong(house.visitor("2001:db8:0:1::1"))[0].status_code == 401


def test_logging_in_with_an_own_account_gives_no_new_tries(house, clock):
    visitor = house.visitor()
    for _ in range(5):
        wrong(visitor)
        visitor.cookies.clear()
        log_in(visitor, "ben")
        visitor.cookies.clear()
    assert wrong(visitor)[0].status_code == 429


def guess_from_everywhere(house, clock, addresses):
    """As many wrong passwords for anna as get through in no time, from so many addresses; how many that are."""
    return sum(wrong(house.visitor(f"198.51.100.{each}"))[0].status_code == 401 for each in range(addresses))


def test_many_addresses_have_ten_tries_at_an_account_and_then_one_a_minute(house, clock):
    assert guess_from_everywhere(house, clock, 15) == 10
    for _ in range(7):
        clock.now += 60
        heard = [wrong(house.visitor(f"203.0.113.{each}"))[0].status_code == 401 for each in range(4)]
        assert sum(heard) == 1


def test_nobody_locks_the_owner_out_of_a_browser_that_has_logged_in_before(house, clock):
    owner = house.visitor("192.0.2.99")
    assert log_in(owner, "anna").status_code == 303
    owner.cookies.delete("chargerctl_session")
    guess_from_everywhere(house, clock, 12)
    wrong(house.visitor("192.0.2.99"), times=8)  # behind the same address, too
    assert log_in(house.visitor("192.0.2.50"), "anna").status_code == 429
    assert log_in(owner, "anna").status_code == 303


def test_out_of_a_new_browser_the_owner_is_locked_for_a_minute_at_most(house, clock):
    for _ in range(12):
        guess_from_everywhere(house, clock, 1)
        clock.now += 900
    guess_from_everywhere(house, clock, 12)
    answer = log_in(house.visitor("192.0.2.50"), "anna")
    assert int(answer.headers.get("retry-after", 0)) <= 60


def test_a_browser_that_has_logged_in_before_is_slowed_down_for_itself(house):
    browser = house.visitor()
    log_in(browser, "anna")
    browser.cookies.delete("chargerctl_session")
    assert [each.status_code for each in wrong(browser, times=6)] == [401] * 5 + [429]


def test_the_mark_of_a_browser_is_good_for_its_account_and_password_only(house):
    browser = house.visitor()
    log_in(browser, "ben")
    browser.cookies.delete("chargerctl_session")
    guess_from_everywhere(house, Clock(), 12)
    assert wrong(browser, "anna")[0].status_code == 429
    forged = house.visitor()
    for value in ("", ".", "a.b", "a" * 600):
        forged.cookies.set("chargerctl_browser", value)
        assert wrong(forged, "anna")[0].status_code == 429


def test_what_no_browser_sends_as_its_mark_is_none():
    for value in ("a.\u00e4", "a.\udcff", "\u00e4.", "a." + "0" * 64):
        assert browsers.recognised(value, "$argon2id$a hash") == ""
    assert browsers.recognised(browsers.mark("$argon2id$a hash"), "$argon2id$a hash")


def test_wrong_tokens_are_slowed_down_and_never_a_right_one(house, clock, told):
    house.add_token("grafana", "right", read_only=True)
    guesser, program = house.visitor(), house.visitor("192.0.2.8")
    answers = [
        guesser.get("/api/v1/nothing", headers={"Authorization": f"Bearer wrong{each}"}) for each in range(12)
    ]
    assert [each.status_code for each in answers] == [401] * 10 + [429] * 2
    assert answers[-1].headers["retry-after"] == "1"
    right = {"Authorization": "Bearer right"}
    for each in (program, guesser):
        assert each.get("/api/v1/nothing", headers=right).status_code == 404
    assert guesser.get("/api/v1/nothing", headers={"Authorization": "Bearer more"}).status_code == 429
    clock.now += 1
    assert guesser.get("/api/v1/nothing", headers={"Authorization": "Bearer more"}).status_code == 401
    assert len(told.texts("token_refused")) == 11
    assert "wrong1" not in str(told.events)
