# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What must survive: transaction messages that are not delivered, in the order in which they happened (SPEC 3.7), the
running transaction, and facts, numbered values of which the last counts.

A log of records on a medium (charger/hardware/): each write appends what waits. Two visitors read it at the start and make
it anew without what is settled: journal_recovery.py and journal_rewriting.py. Starts and stops stay until they are
settled; of too many meter values the oldest are discarded.

Longer than other modules: what is kept and when it is written share their state, what waits and how much room there is. Two
modules would each look into the other, and in the deepest chain of calls there is no stack for one more frame.
"""

import errno
import struct

from micropython import const

from charger import records, ticks
from charger.records import METER, START, STOP
from charger.visit import LOAD_MS, visit

# Facts. A configuration key's is KEYS plus its number (ocpp/keys.py), a card's CARDS plus its place in the cache.
INOPERATIVE = 0  # bits, of what the central system has made Unavailable: 1 connector 1, 2 the charge point (connector 0)
REGISTER_WH = 1  # the highest register of the meter that was recorded: kept by the journal itself
BOOTS = 2  # starts, and one more for every 65,536 messages: kept by the journal itself
KEYS = 32
CARDS = 128


_UNKNOWN = const(-1)  # the transactionId of a start that was never accepted for processing (ERR 3.18)
# What fits in RAM: starts and stops, and meter values.
_PLACES = const(32)
_METER_PLACES = const(16)
# Bytes at most, with tag and parent of 20 characters: a start or a stop without data; an answer; all three; and what
# settles them.
_MESSAGE = const(58)
_ANSWER = const(37)
_TRANSACTION = const(153)
_CHECKPOINT = const(12)
_MARKS = const(24)
# Checkpoints are as frequent as they should be while there is this much to spare.
_AMPLE = const(512)
_LEAST = const(32)
# A medium that is not rewritten while anything is owed is rewritten before it has less: ample, and for 16 transactions. Not
# for less than _GROWN.
_RESERVED = const(2984)
_GROWN = const(128)
# What waits: for the open relay, and a little so that more comes together; or for nothing.
_LAZY = const(1)
_URGENT = const(2)
_GATHER_MS = const(2000)
_AGAIN_MS = const(60000)
_NEVER = const(0x3FFFFFFF)


class Journal:
    """`content`: a Content, as journal_recovery.py found it. `medium`: as in hardware/medium.py, None: RAM alone.

    `checkpoint_wh`: the register at which the next checkpoint of the running transaction is due. `discarded`: how many
    meter values in a row have found no place, or have taken that of an older one. `failing`: the last write has failed.
    """

    def __init__(self, content=None, medium=None, stalls=None, checkpoint_wh=0, log=None):
        self._content = content = content or records.Content()
        self._medium = medium
        self._stalls = stalls
        self._step_wh = checkpoint_wh
        self._log = log
        self._head = None
        # Messages at the end of the queue that are not written yet.
        self._new = 0
        self._urgent = b""
        self._dirty = []
        self._checkpoint = self._settles = False
        self._waits = 0
        self._since = self._again = None
        self.failing = False
        self.discarded = 0
        self._starts_and_stops = len([item for item in content.queue if item[0] & 15 != METER])
        running = content.running
        self.checkpoint_wh = _NEVER if running is None else running.last_wh + checkpoint_wh
        boots = max(content.facts.get(BOOTS, 0), content.number >> 16) + 1
        content.number = boots << 16
        self.put(BOOTS, boots)

    def __len__(self):
        return len(self._content.queue)

    @property
    def running(self):
        """The Running transaction, or None."""
        return self._content.running

    @property
    def written(self):
        """Nothing waits that must be written before the relay closes."""
        return self._waits != _URGENT or self._medium is None

    def ms(self, size):
        """How long the next write blocks at worst, with so many bytes more."""
        return self._medium.ms(self._unwritten() + size) if self._medium else 0

    @property
    def trouble(self):
        """Why no transaction could be recorded, or None."""
        if self._content.trouble is not None:
            return self._content.trouble
        if self.failing:
            return "the journal cannot be written"
        if self._starts_and_stops + 2 > _PLACES or self._free() < _TRANSACTION:
            return "too many transactions are undelivered"
        return None

    def get(self, fact):
        """An int or bytes, or None where there is none."""
        return self._content.facts.get(fact)

    def put(self, fact, value):
        """None: forget it. Cards and register are written when the relay is open."""
        facts = self._content.facts
        if facts.get(fact) == value:
            return
        # Before any message is sent; or the central system is told that it lasts (SPEC 5.2), and there is room.
        if fact == BOOTS or (fact != REGISTER_WH and fact < CARDS and self.spare() >= _LEAST):
            self._keep(records.seal_fact(fact, value))
        elif fact not in self._dirty:
            self._dirty.append(fact)
        # Behind all that may lack memory: what is equal counts as written.
        if value is None:
            del facts[fact]
        else:
            facts[fact] = value
        self._wait(_LAZY)

    def start(self, id_tag, unix, energy_wh, parent=None, by_card=True):
        """Record a start; returns its session number. The relay must not close before it is `written`."""
        session = self._number()
        running = records.Running(session, id_tag, parent, by_card, unix, energy_wh)
        self._register(energy_wh)
        self._add(records.seal_start(running))
        # Behind all that may lack memory, here and below.
        self._content.running = running
        self.checkpoint_wh = energy_wh + self._step_wh if self._medium else _NEVER
        return session

    def checkpoint(self, unix, energy_wh):
        """What the running transaction has drawn by now: should the power fail, it ends here. Where the medium cannot be
        rewritten before it ends, checkpoints become rarer as the room shrinks."""
        running = self._content.running
        running.last_unix = unix
        running.last_wh = energy_wh
        self._register(energy_wh)
        spare = self.spare()
        self.checkpoint_wh = energy_wh + self._step_wh * (_AMPLE // min(_AMPLE, max(spare, _LEAST)))
        if spare >= _LEAST:
            self._checkpoint = True
            self._wait(_URGENT)

    def meter(self, session, unix, energy_wh, power_w=0, what=0):
        queue = self._content.queue
        full = len(queue) - self._starts_and_stops >= _METER_PLACES
        fits = self.spare() >= _LEAST
        self.discarded = self.discarded + 1 if full or not fits else 0
        if not fits:
            return
        if full:
            self.give_way(None, 1)
        power = min(power_w, 0xFFFFFF) | what << 24
        self._add(records.seal(METER, struct.pack("<IIIII", self._number(), session, unix, energy_wh, power)))
        # Where it is written it counts as a checkpoint.
        running = self._content.running
        running.last_unix = unix
        running.last_wh = energy_wh
        self._register(energy_wh)

    def stop(self, session, unix, energy_wh, reason, id_tag, data=None):
        """`data`: at most 88 bytes, and no more than `spare`."""
        tag = b"" if id_tag is None else id_tag.encode()
        head = struct.pack("<IIIIBB", self._number(), session, unix, energy_wh, len(reason), len(tag))
        self._register(energy_wh)
        self._add(records.seal(STOP, head + reason.encode() + tag + (data or b"")))
        self._content.running = None
        self._checkpoint = False
        self.checkpoint_wh = _NEVER

    def head(self):
        """The record to send next, or None. No start or stop before it is written, as long as the medium works: else a
        power cut would leave the central system with a transaction that is not known here, or closed it twice."""
        queue = self._content.queue
        if (
            self._head is None
            and queue
            and (self._written(0) or self.failing or self._medium is None or queue[0][0] & 15 == METER)
        ):
            self._head = records.opened(queue[0])
            self._head.attempts = self._content.attempts
        return self._head

    def message_id(self, record):
        """The same after a restart, and never another record's."""
        return "{:08x}{:08x}-{}".format(*struct.unpack(">II", self._content.identity), record.number)

    def failed(self, record):
        """The central system failed to process it: counted."""
        record.attempts += 1
        if record is self._head:
            self._content.attempts = record.attempts
            self._wait(_LAZY)

    def settled(self, record, transaction_id=None, accepted=True, parent=None):
        """`record` was delivered, or given up. For a start: its transactionId (None: not known), whether the answer was
        Accepted, and the parent that it named."""
        content = self._content
        queue = content.queue
        session = record.session
        kept = b""
        if record.kind != METER and not self._written(0):
            # It was sent because the medium fails. When that works again, it must say that this has been.
            kept = queue[0]
        if record.kind == START:
            if transaction_id is None:
                transaction_id = _UNKNOWN
            kept += records.seal_answer(session, transaction_id, accepted, parent)
        if kept:
            self._keep(kept)
        if record.kind == START:
            content.ids[session] = transaction_id
            running = content.running
            if running is not None and running.session == session:
                running.accepted = accepted
                running.parent = parent or running.parent
        elif record.kind == STOP:
            content.ids.pop(session, None)
            self._wait(_LAZY)
        # A meter value may have given way meanwhile.
        if queue and records.number_of(queue[0]) == record.number:
            self._remove(0)

    def give_way(self, session, most=_PLACES):
        """Discard the waiting meter values of a transaction, or of all (None), the oldest first; how many."""
        queue = self._content.queue
        place = count = 0
        while place < len(queue) and count < most:
            item = queue[place]
            if item[0] & 15 == METER and (session is None or records.number_of(item, 6) == session):
                self._remove(place)
                count += 1
            else:
                place += 1
        return count

    def transaction_id(self, session):
        """The central system's id, -1 when the start was given up, None while the start is undelivered."""
        return self._content.ids.get(session)

    def spare(self):
        """Bytes for anything but starts and stops: as many transactions as there are places for are to fit."""
        return self._free() - (_PLACES - self._starts_and_stops) // 2 * _TRANSACTION

    def flush(self):
        """Write what waits now. The relay is open, and the board is about to restart."""
        if self._waits and self._medium:
            self._try(self._write_all, 0)

    def step(self, now):
        """Write what waits, when that may block."""
        again = self._again
        if again is not None:
            if ticks.reached(now, again):
                self._again = again = None
            elif self.failing or self._waits != _URGENT:
                return
        medium = self._medium
        if medium is None:
            return
        content, stalls = self._content, self._stalls
        limit = content.base + (medium.size - content.base) // 4
        if not medium.keeps:
            limit = max(content.base + _GROWN, min(limit, medium.size - _RESERVED))
        if (
            (content.end >= limit or not content.base)
            and again is None
            # What cannot wait goes first, if there is room for it.
            and (self._waits != _URGENT or self.failing or content.end + _AMPLE > medium.size)
            and stalls.idle
            and (medium.keeps or (not content.queue and content.running is None))
            and stalls.allow(LOAD_MS + medium.rewrite_ms)
        ):
            self._try(self._rewrite, now)
        elif self._waits == _URGENT:
            ms = medium.ms(self._unwritten())
            if stalls.allow(ms):
                self._try(self._write, now)
            elif not stalls.fits(ms):
                # It never will be written.
                self.failing = True
        elif self._waits:
            if not stalls.idle:
                self._since = None
            elif self._since is None:
                self._since = now
            elif ticks.diff(now, self._since) >= _GATHER_MS and stalls.allow(
                LOAD_MS + medium.ms(medium.size - content.end)
            ):
                self._try(self._write_all, now)

    def _try(self, write, now):
        try:
            write()
            self.failing = False
        except (OSError, RuntimeError, MemoryError) as error:
            if not self.failing:
                self._log("store", "the journal cannot be written: " + (str(error) or type(error).__name__))
            lazy = isinstance(error, MemoryError) and self._waits != _URGENT
            # Soon at first: as long as a stop is not written, the medium says that its transaction runs.
            self._again = ticks.add(now, _AGAIN_MS if lazy or self.failing else _GATHER_MS)
            if lazy:
                # Only what can wait was not written.
                return
            self.failing = True
            if not isinstance(error, MemoryError):
                # What is there now is not known: from here on behind it, until all of it is written anew.
                self._content.base = 0
                self._content.end = min(self._content.end + _MESSAGE, self._medium.size)

    def _write(self, rest=()):
        """What cannot wait, and `rest`."""
        content, medium = self._content, self._medium
        queue = content.queue
        # First what is older.
        parts = [self._urgent] + queue[len(queue) - self._new :]
        if self._checkpoint:
            parts.append(records.seal_checkpoint(content.running))
        data = b"".join(parts + list(rest))
        if content.end + len(data) > medium.size:
            raise OSError(errno.EIO, "the journal is full")
        medium.append(content.end, data)
        content.end += len(data)
        self._wrote()

    def _write_all(self):
        """The rest, too: the relay is open."""
        content = self._content
        visitor = visit("journal_rewriting")
        rest, later = visitor.rest(content, self._dirty, self._settles, self._free(), self.spare())
        self._write(rest)
        self._done(later)
        if later:
            # With the next rewriting.
            content.base = 0

    def _rewrite(self):
        visit("journal_rewriting").rewrite(self._content, self._medium)
        self._wrote()
        self._done([])
        # A second copy, where there is one, follows with the next write.
        self._waits = _LAZY

    def _wrote(self):
        self._new = 0
        self._urgent = b""
        self._checkpoint = False
        self._waits = min(self._waits, _LAZY)

    def _done(self, later):
        self._dirty = later
        self._settles = False
        self._waits = 0
        self._since = None

    def _wait(self, how):
        self._waits = max(self._waits, how)

    def _number(self):
        content = self._content
        content.number += 1
        if content.number & 0xFFFF == 0:
            self.put(BOOTS, content.number >> 16)
        return content.number

    def _register(self, energy_wh):
        facts = self._content.facts
        facts[REGISTER_WH] = max(facts.get(REGISTER_WH, 0), energy_wh)

    def _free(self):
        """Bytes for another transaction, when all that has begun is completed."""
        medium = self._medium
        if medium is None:
            return _NEVER
        content = self._content
        free = medium.size - content.end - self._unwritten() - _MARKS - (_MESSAGE if content.running else 0)
        for item in content.queue:
            if item[0] & 15 == START:
                free -= _ANSWER
        return free

    def _unwritten(self):
        """Bytes that cannot wait, with the meter values that go with them."""
        queue = self._content.queue
        size = len(self._urgent)
        if self._checkpoint:
            size += _CHECKPOINT
        for place in range(len(queue) - self._new, len(queue)):
            size += len(queue[place])
        return size

    def _add(self, item):
        self._content.queue.append(item)
        self._new += 1
        if item[0] & 15 != METER:
            self._starts_and_stops += 1
            self._wait(_URGENT)

    def _written(self, place):
        return place < len(self._content.queue) - self._new

    def _keep(self, sealed):
        """Write it, without delay, whatever becomes of the message."""
        if self._medium is not None:
            self._urgent += sealed
        self._wait(_URGENT)

    def _remove(self, place):
        queue = self._content.queue
        self._settles = True
        if not self._written(place):
            self._new -= 1
        if place == 0:
            self._head = None
            self._content.attempts = 0
        if queue.pop(place)[0] & 15 != METER:
            self._starts_and_stops -= 1
