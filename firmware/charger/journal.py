# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What must survive: transaction messages that are not delivered, in the order in which they happened (SPEC 3.7), and
facts, numbered values of which the last counts.

Compact records, made into messages only when they are sent. Starts and stops stay until they are settled; of too many
meter values the oldest are discarded. Held in RAM: a power cut loses them.
"""

from micropython import const

START = 0
METER = 1
STOP = 2

# Facts. A configuration key's is KEYS plus its number (ocpp/keys.py), a card's CARDS plus its place in the cache.
INOPERATIVE = 0  # bits, of what the central system has made Unavailable: 1 connector 1, 2 the charge point (connector 0)
REGISTER_WH = 1  # the highest register of the meter that was recorded: kept by the journal itself
BOOTS = 2  # starts, and one more for every 65,536 messages: kept by the journal itself
KEYS = 32
CARDS = 128

_UNKNOWN = const(-1)  # the transactionId of a start that was never accepted for processing (ERR 3.18)


class Record:
    """A message: kind, `number`, `session` (our number of the transaction), `unix` seconds, `energy_wh` register.

    START and STOP: `id_tag` or None. STOP: `reason`, and `data` of at most 88 bytes or None. METER: `power_w` and `what`, a
    byte. Data and what mean something to their owner alone. `attempts`: how often the central system failed to process it.
    """

    id_tag = reason = data = None
    power_w = what = attempts = 0

    def __init__(self, kind, number, session, unix, energy_wh):
        self.kind = kind
        self.number = number
        self.session = session
        self.unix = unix
        self.energy_wh = energy_wh


class Running:
    """The running transaction, also the one that ran when the program ended: `session`, `id_tag`, `parent` or None,
    `by_card`, `unix` and `energy_wh` of its start, `last_unix` and `last_wh` of its last checkpoint.

    `accepted`: what the central system has answered to its start, None before it has.
    """

    accepted = None

    def __init__(self, session, id_tag, parent, by_card, unix, energy_wh):
        self.session = session
        self.id_tag = id_tag
        self.parent = parent
        self.by_card = by_card
        self.unix = self.last_unix = unix
        self.energy_wh = self.last_wh = energy_wh


class Journal:
    """`sessions` transactions with their start and stop, and `meter_values` samples, fit at most.

    `running`: a Running, or None. `checkpoint_wh`: the register at which its next checkpoint is due. `discarded`: how many
    meter values in a row have taken the place of an older one. `trouble`: why no transaction could be recorded, or None.
    """

    def __init__(self, sessions=16, meter_values=16):
        self._places = 2 * sessions
        self._meter_places = meter_values
        self._records = []
        self._starts_and_stops = 0
        self._meter_values = 0
        # Made once, when the journal is.
        self._identity = "0011223344556677"
        self._number = 0
        # session -> transactionId, from StartTransaction.conf until the stop is delivered.
        self._ids = {}
        self._facts = {}
        self.running = None
        self.checkpoint_wh = 0
        self.discarded = 0

    def __len__(self):
        return len(self._records)

    @property
    def trouble(self):
        full = self._starts_and_stops + 2 > self._places
        return "too many transactions are undelivered" if full else None

    def get(self, fact):
        """An int or bytes, or None where there is none."""
        return self._facts.get(fact)

    def put(self, fact, value):
        """None: forget it. Written with the next record that cannot wait, or when the relay is open."""
        if value is None:
            self._facts.pop(fact, None)
        else:
            self._facts[fact] = value

    def start(self, id_tag, unix, energy_wh, parent=None, by_card=True):
        """Record a start; returns its session number."""
        record = self._record(START, None, unix, energy_wh)
        record.session = session = record.number
        record.id_tag = id_tag
        self.running = Running(session, id_tag, parent, by_card, unix, energy_wh)
        self._add(record)
        return session

    def checkpoint(self, unix, energy_wh):
        """What the running transaction has drawn by now: should the power fail, it ends here."""
        running = self.running
        running.last_unix = unix
        running.last_wh = energy_wh

    def meter(self, session, unix, energy_wh, power_w=0, what=0):
        if self._meter_values < self._meter_places:
            self.discarded = 0
        else:
            self.discarded += 1
            for place, record in enumerate(self._records):
                if record.kind == METER:
                    self._remove(place)
                    break
        record = self._record(METER, session, unix, energy_wh)
        record.power_w = power_w
        record.what = what
        self._add(record)

    def stop(self, session, unix, energy_wh, reason, id_tag, data=None):
        record = self._record(STOP, session, unix, energy_wh)
        record.reason = reason
        record.id_tag = id_tag
        record.data = data
        self.running = None
        self._add(record)

    def head(self):
        """The record to send next, or None."""
        return self._records[0] if self._records else None

    def message_id(self, record):
        """The same after a restart, and never another record's."""
        return "{}-{}".format(self._identity, record.number)

    def failed(self, record):
        """The central system failed to process it: counted, with the next write."""
        record.attempts += 1

    def settled(self, record, transaction_id=None, accepted=True, parent=None):
        """`record` was delivered, or given up. For a start: its transactionId (None: not known), whether the answer was
        Accepted, and the parent that it named."""
        for place, other in enumerate(self._records):
            if other is record:
                self._remove(place)
                break
        if record.kind == START:
            self._ids[record.session] = _UNKNOWN if transaction_id is None else transaction_id
            running = self.running
            if running is not None and running.session == record.session:
                running.accepted = accepted
                running.parent = parent or running.parent
        elif record.kind == STOP:
            self._ids.pop(record.session, None)

    def give_way(self, session):
        """Discard the waiting meter values of a transaction, or of all (None); how many."""
        count = 0
        for place in range(len(self._records) - 1, -1, -1):
            record = self._records[place]
            if record.kind == METER and session in (None, record.session):
                self._remove(place)
                count += 1
        return count

    def transaction_id(self, session):
        """The central system's id, -1 when the start was given up, None while the start is undelivered."""
        return self._ids.get(session)

    def flush(self):
        """Write what waits now. The relay is open, and the board is about to restart."""

    def step(self, now):
        """Write what waits, when that may block."""

    def _record(self, kind, session, unix, energy_wh):
        self._number += 1
        return Record(kind, self._number, session, unix, energy_wh)

    def _add(self, record):
        self._records.append(record)
        if record.kind == METER:
            self._meter_values += 1
        else:
            self._starts_and_stops += 1

    def _remove(self, place):
        if self._records.pop(place).kind == METER:
            self._meter_values -= 1
        else:
            self._starts_and_stops -= 1
