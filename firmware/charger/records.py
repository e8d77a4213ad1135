# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The journal's records: how each is sealed and read, and what they say together. docs/journal.md has the format."""

import struct
from binascii import crc32

VERSION = 2  # of the records; journal_migration.py reads earlier ones

# Kinds of records. The first three are messages.
START = 0
METER = 1
STOP = 2
ANSWER = 3  # to a start
SETTLED = 4  # every message up to this number
ATTEMPTS = 5
CHECKPOINT = 6
FACT = 7


class Record:
    """A message: kind, `number`, `session` (our number of the transaction), `unix` seconds, `energy_wh` register.

    START and STOP: `id_tag` or None. STOP: `reason`, and `data` of at most 88 bytes or None. METER: `power_w` and `what`, a
    byte. Data and what mean something to their owner alone. `attempts`: how often the central system failed to process it.
    """

    id_tag = reason = data = None
    power_w = what = attempts = 0


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


class Content:
    """`identity`: 8 random bytes; `sequence`: of the log, counted on with each rewriting; `number`: the last message's;
    `facts`; `ids`: session -> transactionId, from the answer to its start until its stop is settled; `queue`: messages as
    sealed records; `attempts`: of the first of them; `running`: a Running or None.

    `end` of the log in the medium, and `base`: where the last rewriting ended; 0: it should be rewritten. `trouble`: why
    nothing can be kept, or None.
    """

    trouble = None

    def __init__(self):
        self.identity = bytes(8)
        self.sequence = self.number = self.attempts = self.end = self.base = 0
        self.facts = {}
        self.ids = {}
        self.queue = []
        self.running = None


def seal(kind, payload):
    """A record: mark and kind, length, payload, checksum."""
    body = bytes((0xA0 | kind, len(payload))) + payload
    return body + struct.pack("<H", crc32(body) & 0xFFFF)


def seal_start(running):
    tag = running.id_tag.encode()
    head = struct.pack("<IIIBB", running.session, running.unix, running.energy_wh, running.by_card, len(tag))
    return seal(START, head + tag + (running.parent or "").encode())


def seal_answer(session, transaction_id, accepted, parent):
    return seal(ANSWER, struct.pack("<IqB", session, transaction_id, accepted) + (parent or "").encode())


def seal_checkpoint(running):
    return seal(CHECKPOINT, struct.pack("<II", running.last_unix, running.last_wh))


def seal_fact(fact, value):
    text = b""
    if value is not None:
        text = b"b" + value if isinstance(value, bytes) else b"i" + str(value).encode()
    return seal(FACT, bytes((fact,)) + text)


def number_of(item, at=2):
    """The number of a sealed message; at 6, of a meter value or stop, its session."""
    return struct.unpack_from("<I", item, at)[0]


def opened(item):
    """The Record of a sealed message."""
    record = Record()
    record.kind = kind = item[0] & 15
    payload = item[2:-2]
    if kind == START:
        record.number, record.unix, record.energy_wh, _, size = struct.unpack_from("<IIIBB", payload)
        record.session = record.number
        record.id_tag = payload[14 : 14 + size].decode()
        return record
    fields = struct.unpack_from("<IIIII" if kind == METER else "<IIIIBB", payload)
    record.number, record.session, record.unix, record.energy_wh = fields[:4]
    if kind == METER:
        power = fields[4]
        record.power_w = power & 0xFFFFFF
        record.what = power >> 24
        return record
    at = 18 + fields[4]
    record.reason = payload[18:at].decode()
    size = fields[5]
    record.id_tag = payload[at : at + size].decode() or None
    record.data = payload[at + size :] or None
    return record
