# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The two files of the journal over many rewritings, round their rings: what was written is there after any power cut."""

import random
from pathlib import Path

import pytest
from charger.journal import BOOTS, KEYS

from tests.whole.journal.stores import PowerCut, Stores

PLACES = 16
# No key's: they may be bytes.
FACTS = KEYS + 60
# On the drive: for 1, 2 and 4 places, so that the rings begin again soon, and for all of them.
ROOMS = (50_000, 66_000, 100_000, None)


class Idle:
    """Stalls with the relay open."""

    idle = True

    def allow(self, ms):
        return True


class Facts:
    """A journal in files to which facts are written, and what they are."""

    def __init__(self, seed, room=None):
        self.chance = random.Random(seed)
        self.stores = stores = Stores("file", seed)
        if room is not None:
            Path(stores.folder, "data").write_bytes(bytes(stores.free_bytes - room))
        self.lines = []
        self.facts = {}
        self.now = 0
        self.start()

    def start(self):
        self.stores.power_on()
        self.journal = self.stores.journal(
            self.stores.header(), Idle(), lambda tag, text: self.lines.append(text)
        )

    def read(self):
        facts = {fact: self.journal.get(fact) for fact in range(FACTS, FACTS + 20)}
        return {fact: value for fact, value in facts.items() if value is not None}

    def write(self):
        """One fact more, by now on the medium; a power cut raises PowerCut, and then either is right."""
        fact = FACTS + self.chance.randrange(20)
        before, self.facts = (
            self.facts,
            {**self.facts, fact: self.chance.randbytes(self.chance.randrange(1, 40))},
        )
        self.journal.put(fact, self.facts[fact])
        try:
            for _ in range(25):
                self.now += 100
                self.journal.step(self.now)
        except PowerCut:
            self.stores.end_program()
            self.stores.at = lambda number, name, phase: None
            self.start()
            found = self.read()
            assert found in (before, self.facts)
            assert self.journal.get(BOOTS) is not None
            self.facts = found
            return True
        assert self.journal.trouble is None
        return False

    def cut_soon(self):
        number = self.stores.count + self.chance.randrange(12)
        phase = self.chance.choice(("before", "during", "after"))
        self.stores.at = lambda now, name, at: (now, at) == (number, phase) and self.stores.cut()


def over(seed, writes):
    """Writes with a power cut now and then, often some in a row; how many cuts there were."""
    facts = Facts(seed, ROOMS[seed % len(ROOMS)])
    cuts, again = 0, False
    for _ in range(writes):
        if facts.chance.random() < (0.5 if again else 0.15):
            facts.cut_soon()
        again = facts.write()
        cuts += again
    facts.stores.close()
    return cuts


@pytest.mark.slow
def test_no_cut_harms_what_was_written_before():
    assert sum(over(seed, 150) for seed in range(4)) > 60


@pytest.mark.soak
def test_no_cut_harms_what_was_written_before_in_thousands_of_writes():
    assert sum(over(seed, 1000) for seed in range(100, 160)) > 5000


def test_the_flash_wears_out_evenly():
    facts = Facts(1)
    for _ in range(600):
        facts.write()
    erasures = [count for (_, block), count in facts.stores.erasures.items() if 1 <= block <= PLACES]
    assert len(erasures) == 2 * PLACES
    assert max(erasures) < 2 * sum(erasures) / len(erasures)
    facts.stores.close()


def test_a_journal_of_an_earlier_firmware_goes_on_in_its_files_of_12_kb():
    facts = Facts(1)
    for name in "ab":
        path = Path(facts.stores.folder, ".journal", name)
        path.write_bytes(b"\xff" * 12288)
    facts.facts = {}
    facts.stores.end_program()
    facts.start()
    for _ in range(50):
        facts.write()
    facts.stores.end_program()
    facts.start()
    assert facts.read() == facts.facts
    assert path.stat().st_size == 12288
    facts.stores.close()


def test_a_drive_with_less_room_gets_fewer_places():
    facts = Facts(1, room=100_000)
    facts.write()
    assert facts.read() == facts.facts
    lengths = [Path(facts.stores.folder, ".journal", name).stat().st_size for name in "ab"]
    assert all(3 * 4096 <= length < 18 * 4096 for length in lengths)
    assert sum(lengths) <= 50_000
    facts.stores.close()
