# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Media for the journal that are bytes in RAM, and a journal as a start of the program makes it."""

from charger.journal import Journal
from charger.journal_recovery import recover


class Medium:
    """`keeps` False: as nvm of an RP2, which takes no byte twice before it is erased. `copies` 2: as FRAM."""

    rewrite_ms = 450

    def __init__(self, copies=1, keeps=True, size=4032):
        self.copies, self.keeps, self.size = copies, keeps, size
        self.data = [bytearray(b"\xff" * size) for _ in range(copies)]
        self.current = 0
        self.appends = self.rewrites = 0
        self.error = None

    def ms(self, size):
        return 10

    def read(self, copy, offset, size):
        return bytes(self.data[copy][offset : offset + size])

    def use(self, copy, end, behind):
        self.current = copy

    def append(self, offset, data):
        if self.error:
            raise self.error
        target = self.data[self.current]
        assert target[offset : offset + len(data)] == b"\xff" * len(data)
        target[offset : offset + len(data)] = data
        self.appends += bool(data)

    def replace(self, image):
        if self.error:
            raise self.error
        self.current = (self.current + 1) % self.copies
        self.data[self.current][:] = image + b"\xff" * (self.size - len(image))
        self.rewrites += 1

    def log(self):
        return bytes(self.data[self.current])


class Stalls:
    """`open`: the relay is open and stays so. Else a call may block for `most_ms`, and never for longer than
    `longest_ms`."""

    def __init__(self):
        self.open, self.most_ms, self.longest_ms = True, 250, 7500

    @property
    def idle(self):
        return self.open

    def fits(self, ms):
        return ms <= self.longest_ms

    def may(self, ms):
        return self.open or ms <= self.most_ms

    def allow(self, ms):
        return self.fits(ms) and self.may(ms)


class Charger:
    """A journal on a medium, with a clock: `restart` reads the medium as the next start of the program does."""

    def __init__(self, medium=None, checkpoint_wh=100):
        self.medium = medium or Medium()
        self.stalls = Stalls()
        self.lines = []
        self.now = 0
        self._checkpoint_wh = checkpoint_wh
        self.restart()

    def log(self, tag, text):
        self.lines.append(text)

    def restart(self):
        self.content = recover(self.medium, self.log)
        self.journal = Journal(self.content, self.medium, self.stalls, self._checkpoint_wh, self.log)
        return self.journal

    def wait(self, seconds=3):
        for _ in range(seconds * 10):
            self.now += 100
            self.journal.step(self.now)

    def session(self, tag="04A2B3C4", unix=1_800_000_000, begin_wh=0, end_wh=0, reason="Local"):
        """A transaction, offline."""
        session = self.journal.start(tag, unix, begin_wh)
        self.wait(1)
        self.journal.stop(session, unix + 3600, end_wh, reason, tag)
        self.wait(1)
        return session

    def deliver(self, transaction_id=7):
        """Everything that waits is answered. What each record was."""
        seen = []
        while (record := self.journal.head()) is not None:
            seen.append(
                (record.kind, record.session, record.unix, record.energy_wh, self.journal.message_id(record))
            )
            self.journal.settled(record, transaction_id)
        self.wait()
        return seen
