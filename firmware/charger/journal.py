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
INOPERATIVE = 0  # 1: the central system has made connector 1 Unavailable
REGISTER_WH = 1  # the meter's register, when it was last written
KEYS = 32
CARDS = 128

_UNKNOWN = const(-1)  # the transactionId of a start that was never accepted for processing (ERR 3.18)


class Record:
    """kind, `session` (our number of the transaction), `unix` seconds, `energy_wh` register, id_tag or None, reason; of a
    meter value `power_w` and `what` it is, of a stop `data`, its transactionData or None (ocpp/samples.py)."""

    def __init__(self, kind, session, unix, energy_wh, id_tag=None, reason=None):
        self.kind = kind
        self.session = session
        self.unix = unix
        self.energy_wh = energy_wh
        self.id_tag = id_tag
        self.reason = reason
        self.power_w = self.what = 0
        self.data = None


class Journal:
    """`sessions` transactions with their start and stop, and `meter_values` samples, fit at most."""

    def __init__(self, sessions=16, meter_values=16):
        self._places = 2 * sessions
        self._meter_places = meter_values
        self._records = []
        self._starts_and_stops = 0
        self._meter_values = 0
        self._session = 0
        # session -> transactionId, from StartTransaction.conf until the stop is delivered.
        self._ids = {}
        self._facts = {}
        # The last meter value took the place of the oldest.
        self.discarded = False

    def __len__(self):
        return len(self._records)

    @property
    def room(self):
        """Another transaction fits, its stop included."""
        return self._starts_and_stops + 2 <= self._places

    def get(self, fact):
        """An int or bytes, or None where there is none."""
        return self._facts.get(fact)

    def put(self, fact, value):
        """None: forget it. Written with the next record that cannot wait, or when the relay is open."""
        if value is None:
            self._facts.pop(fact, None)
        else:
            self._facts[fact] = value

    def start(self, id_tag, unix, energy_wh):
        """Record a start; returns its session number."""
        self._session += 1
        self._add(Record(START, self._session, unix, energy_wh, id_tag))
        return self._session

    def meter(self, session, unix, energy_wh, power_w, what):
        self.discarded = self._meter_values >= self._meter_places
        if self.discarded:
            for place, record in enumerate(self._records):
                if record.kind == METER:
                    self._remove(place)
                    break
        record = Record(METER, session, unix, energy_wh)
        record.power_w = power_w
        record.what = what
        self._add(record)

    def stop(self, session, unix, energy_wh, reason, id_tag, data=None):
        record = Record(STOP, session, unix, energy_wh, id_tag, reason)
        record.data = data
        self._add(record)

    def head(self):
        """The record to send next, or None."""
        return self._records[0] if self._records else None

    def settled(self, record, transaction_id=None):
        """`record` was delivered, or given up; for a start, with its transactionId (None: not known)."""
        for place, other in enumerate(self._records):
            if other is record:
                self._remove(place)
                break
        if record.kind == START:
            self._ids[record.session] = _UNKNOWN if transaction_id is None else transaction_id
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
