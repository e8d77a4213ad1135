# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Finding an address without waiting, on real UDP sockets."""

import sys
import tracemalloc

import pytest
from charger import ticks
from charger.net import resolver as module
from charger.net.resolver import Resolver
from charger.visit import LOAD_MS

PASS_MS = 5


class Part:
    def __init__(self, pool, home, clock, stalls, host="broker.example"):
        self.pool, self.home, self.clock, self.stalls = pool, home, clock, stalls
        self.server = pool.server
        self.server.names[host] = "192.0.2.7"
        self.resolver = Resolver(pool, home, host, stalls)

    def run(self, ms):
        """True as soon as there is nothing to wait for."""
        for _ in range(0, ms, PASS_MS):
            if self.resolver.ready(self.clock.now):
                return True
            self.clock.advance(PASS_MS)
        return False

    def look_up(self):
        start = self.clock.now
        assert self.run(20000)
        return ticks.diff(self.clock.now, start)


@pytest.fixture
def part(make_part):
    return make_part()


@pytest.fixture
def make_part(named_pool, home, rig_parts):
    return lambda **changes: Part(named_pool, home, *rig_parts[:2], **changes)


def test_a_name_is_found_in_the_third_pass(part):
    """The first two load what looks it up."""
    assert not part.resolver.ready(part.clock.now)
    assert not part.resolver.ready(part.clock.now)
    assert part.resolver.ready(part.clock.now)
    assert part.stalls.allowed == [LOAD_MS, LOAD_MS]
    assert part.resolver.address == "192.0.2.7"
    assert part.pool.targets == [("192.0.2.53", 53)]


def test_nobody_is_asked_for_an_address(make_part):
    part = make_part(host="192.0.2.1")
    for _ in range(10):
        assert part.resolver.ready(part.clock.now)
        part.resolver.failed()
    assert part.resolver.address == "192.0.2.1"
    assert part.pool.targets == []


def test_what_was_found_is_kept(part):
    part.look_up()
    for _ in range(2):
        part.resolver.failed()
    part.resolver.worked()
    for _ in range(2):
        part.resolver.failed()
    assert part.look_up() == 0
    assert part.server.lookups == 1


def test_after_three_failures_in_a_row_it_is_found_again(part):
    part.look_up()
    part.server.names["broker.example"] = "192.0.2.8"
    for _ in range(3):
        part.resolver.failed()
    part.look_up()
    assert part.resolver.address == "192.0.2.8"
    assert part.server.lookups == 2


def test_a_known_address_outlives_the_name_server(part):
    part.look_up()
    part.server.answer = lambda query: None
    for _ in range(3):
        part.resolver.failed()
    part.look_up()
    assert part.resolver.address == "192.0.2.7"
    assert part.resolver.problem == "no answer from name server 192.0.2.53"
    assert part.look_up() == 0


def test_a_silent_name_server_is_asked_three_times_with_growing_patience(part):
    part.server.answer = lambda query: None
    asked = []
    while not part.resolver.ready(part.clock.now):
        asked.append((len(part.server.queries), len(asked) * PASS_MS))
        part.clock.advance(PASS_MS)
    first = dict(reversed(asked))
    assert first == {0: 0, 1: PASS_MS, 2: PASS_MS + 1000, 3: PASS_MS + 3000}
    assert len(asked) * PASS_MS == PASS_MS + 7000
    assert len(set(part.server.queries)) == 1
    assert part.resolver.problem == "no answer from name server 192.0.2.53"


def test_a_late_answer_counts(part):
    part.server.answer = lambda query: None
    assert not part.run(2500)
    part.server.send(part.server.truth(part.server.queries[0]))
    assert part.run(10)
    assert part.resolver.address == "192.0.2.7"


def test_every_look_up_has_an_unforeseeable_id_and_a_port_of_its_own(make_part):
    part = make_part()
    for _ in range(50):
        part.resolver.address = None
        part.look_up()
    assert part.server.lookups > 40
    assert len({port for _, port in part.server.clients}) > 1


@pytest.mark.parametrize("source", [("192.0.2.66", 53), ("192.0.2.53", 5353)])
def test_an_answer_from_elsewhere_is_passed_by(part, source):
    part.server.source = source
    assert not part.run(6000)
    part.server.source = ("192.0.2.53", 53)
    part.server.send(part.server.truth(part.server.queries[0]))
    assert part.run(10)
    assert part.resolver.address == "192.0.2.7"


def test_a_guessed_answer_is_passed_by_and_the_right_one_behind_it_counts(part, dns):
    part.server.answer = lambda query: bytes([query[0] ^ 1]) + dns.answer_to(query, code=3)[1:]
    assert not part.run(100)
    part.server.send(part.server.truth(part.server.queries[0]))
    part.look_up()
    assert part.resolver.address == "192.0.2.7"


def test_nonsense_is_no_answer(part, dns):
    part.server.answer = lambda query: dns.answer_to(query, b"\xff" * 400)
    assert part.look_up() == PASS_MS + 7000
    assert part.resolver.problem == "no answer from name server 192.0.2.53"


def test_no_such_name_is_said_at_once(part):
    part.server.names.clear()
    assert part.look_up() <= 3 * PASS_MS
    assert part.resolver.address is None
    assert part.resolver.problem == "no such name"


def test_a_network_without_a_name_server_is_said(part):
    part.home.name_server = lambda: None
    assert part.look_up() == PASS_MS
    assert part.resolver.problem == "the Wi-Fi network has announced no name server"
    assert part.pool.open == 0


def test_the_name_server_of_the_network_that_is_there_now_is_asked(part):
    part.home.name_server = lambda: "192.0.2.54"
    part.server.source = ("192.0.2.54", 53)
    part.look_up()
    assert part.pool.targets == [("192.0.2.54", 53)]


def test_local_names_are_asked_for_all_around_and_the_host_itself_answers(make_part):
    part = make_part(host="homeassistant.local")
    part.home.name_server = lambda: None
    part.server.source = ("192.0.2.77", 5353)
    part.look_up()
    assert part.resolver.address == "192.0.2.7"
    assert part.pool.targets == [("224.0.0.251", 5353)]


@pytest.mark.parametrize(
    "error", [OSError(113, "no route"), BrokenPipeError(32), RuntimeError("Out of sockets")]
)
def test_no_error_of_the_radio_gets_out_and_no_socket_stays_open(part, error):
    part.pool.error = error
    assert part.look_up() == PASS_MS
    assert part.resolver.problem.startswith(type(error).__name__)
    assert part.pool.open == 0
    part.pool.error = None
    part.look_up()
    assert part.resolver.address == "192.0.2.7"


def test_sockets_are_closed_however_it_ends(part):
    for answer in (part.server.truth, lambda query: None):
        part.server.answer = answer
        part.resolver.address = None
        part.look_up()
        assert part.pool.open == 0


@pytest.mark.parametrize("days", [0.1, 2, 4, 6])
def test_a_long_time_without_wifi_in_the_middle_does_not_stop_it(part, days):
    """The tick counter wraps after 6.2 days; nothing is called in the meantime."""
    part.server.answer = lambda query: None
    part.run(500)
    part.server.answer = part.server.truth
    part.clock.advance(int(days * 86_400_000))
    assert part.look_up() <= 1010
    assert part.resolver.address == "192.0.2.7"


def test_waiting_allocates_nothing(part, monkeypatch):
    """As far as CPython shows it: a board's ipoll gives one tuple again and again, so here it gives none."""
    part.server.answer = lambda query: None
    part.run(50)
    ready, now = part.resolver.ready, part.clock.now
    part.resolver._look_up._question._ready = lambda timeout: ()
    ready(now)
    tracemalloc.start()
    before = tracemalloc.take_snapshot()
    for _ in range(100):
        ready(now)
    after = tracemalloc.take_snapshot()
    tracemalloc.stop()
    ours = [each for each in after.compare_to(before, "filename") if "/charger/net/" in str(each.traceback)]
    assert sum(each.count_diff for each in ours) == 0


def test_what_looks_up_is_loaded_for_it_alone(part):
    part.look_up()
    assert "charger.net.lookup" not in sys.modules
    assert "charger.net.dns" not in sys.modules


def test_it_is_not_loaded_while_everything_must_go_on(part):
    part.stalls.limit = LOAD_MS - 1
    assert not part.run(1000)
    assert part.server.queries == []
    part.stalls.limit = LOAD_MS
    assert part.look_up() <= 3 * PASS_MS


def test_without_memory_the_look_up_is_postponed(part, monkeypatch):
    def no_room(name):
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(module, "visit", no_room)
        assert part.look_up() == 0
    assert part.resolver.address is None
    assert part.resolver.problem == "no memory to look it up"
    part.look_up()
    assert part.resolver.address == "192.0.2.7"
