# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Ten bugs put into the firmware on the drive: the episodes find each of them.

`make test` begins at a seed that is known to find the bug, `make soak` searches.
"""

import pytest
from chargerctl.simulator.chaos.soak import Replacement, soak

EPISODES = 200

BUGS = {
    "opening is debounced": [
        Replacement(
            "charger/interlock.py",
            'if self._relay.closed and not plugged:\n            self._open("cable unplugged")',
            "if self._relay.closed and not plugged and ticks.diff(now, self._edge) >= self._limits.unplug_confirm_ms:"
            '\n            self._open("cable unplugged")',
        )
    ],
    "an answer of the broker is awaited for ever": [
        Replacement(
            "charger/net/packet_socket.py",
            "        if ticks.reached(now, self._wait_until):\n            raise LinkError(_NO_ANSWER)\n",
            "",
        ),
    ],
    "an answer of the broker is awaited within the pass": [
        Replacement(
            "charger/net/packet_socket.py",
            '                raise NotYetError("no answer yet")\n',
            "                import time\n"
            "                while not self.fetch(self._ticks_ms()):\n"
            "                    self.flush(self._ticks_ms())\n"
            "                    time.sleep(0.005)\n"
            "                return self.recv_into(target, n)\n",
        )
    ],
    "StopTransaction is lost on reconnect": [
        Replacement(
            "charger/ocpp/transactions.py",
            '        if error == "LinkLost":\n',
            '        if error == "LinkLost" and record.kind == outbox.STOP:\n'
            "            self._settle(record)\n"
            "            return\n"
            '        if error == "LinkLost":\n',
        )
    ],
    "a retained call is obeyed": [Replacement("charger/net/framing.py", "elif first & 1:", "elif False:")],
    "a stale authorisation is obeyed": [
        Replacement(
            "charger/interlock.py",
            "ticks.diff(now, self._unused_since) >= self._limits.stale_authorization_ms",
            "False",
        )
    ],
    "the relay closes before the lock": [
        Replacement(
            "charger/interlock.py",
            "            and self._lock.engaged\n            and self._lock_settled\n",
            "",
        )
    ],
    "revoke does not open": [
        Replacement("charger/interlock.py", '        self._open("authorisation ended")\n', "")
    ],
    "the own card does not stop": [
        Replacement(
            "charger/connector.py",
            '        if _same(tag, state.tag):\n            return _end(state, "Local", tag)\n',
            "",
        )
    ],
    "a queue overruns": [
        Replacement(
            "charger/ocpp/outbox.py",
            "        self._records.append(record)\n",
            "        self._records.append(record)\n        if len(self._records) > 12:\n            self._records.pop(0)\n",
        )
    ],
}


# The first seed whose episode finds the bug. What changes the firmware's timing may move it: one of the next finds it then.
SEEDS = {
    "opening is debounced": 0,
    "an answer of the broker is awaited for ever": 31,
    "an answer of the broker is awaited within the pass": 31,
    "StopTransaction is lost on reconnect": 5,
    "a retained call is obeyed": 0,
    "a stale authorisation is obeyed": 14,
    "the relay closes before the lock": 0,
    "revoke does not open": 6,
    "the own card does not stop": 6,
    "a queue overruns": 7,
}
NEXT = 25


@pytest.mark.parametrize("bug", BUGS)
def test_a_bug_is_found_by_its_seed_or_one_of_the_next(bug):
    assert found(bug, range(SEEDS[bug], SEEDS[bug] + NEXT)) is not None, SOAK


SOAK = "not found: put into SEEDS what pytest -m soak tests/simulator/chaos/test_seeded_bugs.py prints"


@pytest.mark.soak
@pytest.mark.parametrize("bug", BUGS)
def test_a_bug_is_found_within_200_episodes(bug, capsys):
    seed = found(bug, range(EPISODES))
    assert seed is not None
    with capsys.disabled():
        print(f"\n{bug}: seed {seed}")


def found(bug, seeds):
    """The first of the seeds whose episode has a violation, or None."""
    verdicts = soak(seeds, workers=1, replacements=BUGS[bug], to_first=True)
    return next((verdict.seed for verdict in verdicts if verdict.violations), None)
