# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A plan goes to a worker as JSON, and shares the chargers."""

from chargerctl.fleet.plan import Broker, Plan, ScriptText, Target

from tests.host.fleet.plans import plan


def test_it_is_read_as_it_was_written():
    for each in (
        plan(),
        plan(broker=Broker("b", 1883, "me", "secret", {"fleet-00001": "x"}, True, "ca.pem")),
        plan(target=Target("wss://csms.example", "p"), scripts=(ScriptText("a", "wait 1\n", "."),)),
        plan(duration_s=None, worker=1, workers=3),
    ):
        assert Plan.from_json(each.to_json()) == each


def test_every_charger_is_in_one_share():
    numbers = [number for worker in range(3) for number in plan(10, worker=worker, workers=3).numbers]
    assert sorted(numbers) == list(range(1, 11))


def test_serials_have_five_digits_or_six():
    assert plan().serial(1) == "fleet-00001"
    assert plan(100_000, prefix="x").serial(100_000) == "x-100000"


def test_a_charger_draws_the_same_in_every_process():
    one, other = plan(10, worker=0, workers=1), plan(10, worker=2, workers=3)
    assert one.random(3, "customers").random() == other.random(3, "customers").random()
    assert one.urandom(3)(8) == other.urandom(3)(8)
    assert one.urandom(3)(8) != one.urandom(4)(8)
    assert one.id_prefix("fleet-00003") == other.id_prefix("fleet-00003")


def test_bytes_go_on():
    urandom = plan().urandom(1)
    assert len({urandom(8) for _ in range(100)}) == 100


def test_a_jitter_is_below_its_end():
    randrange = plan().randrange(1, "network")
    drawn = {randrange(5) for _ in range(200)}
    assert drawn == {0, 1, 2, 3, 4}
