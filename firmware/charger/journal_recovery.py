# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Reads the journal at the start. A visitor.

A record that fails its checksum, as the last one may after a power cut, is set aside: the log goes on with the next that
is valid. The log of another version is read by journal_migration.py, or, when it is a newer one, not touched.
"""

import os
import struct
from binascii import crc32

from charger import journal, records
from charger.visit import visit

_HEADER = 16
_WINDOW = 512


def recover(medium, log):
    """The Content of the medium, ready to be appended to; of a newer version's only the trouble. Raises what it raises."""
    best = None
    walks = []
    for copy in range(medium.copies):
        walk = _Walk(medium, copy)
        for _ in walk.records():
            pass
        walks.append(walk)
        # Of two copies the newer; of the same age the one that goes on for longer.
        if best is None or walk.newer_than(best):
            best = walk
    content = records.Content()
    if best.version > records.VERSION:
        text = "the journal is a newer firmware's, of version {}: it is left as it is"
        content.trouble = text.format(best.version)
        return content
    migrate = None
    if 0 < best.version < records.VERSION:
        migrate = visit("journal_migration").MIGRATIONS[best.version]
    bad = best.bad
    for kind, payload in best.records():
        try:
            _apply(content, *(migrate(kind, payload) if migrate else (kind, payload)))
        except (ValueError, IndexError, KeyError):
            # Its checksum is right and its content is not, or nothing follows from it.
            bad += len(payload)
    content.sequence = best.sequence
    content.end = best.end
    # What a rewriting leaves when everything is delivered.
    facts = content.facts
    content.base = _HEADER + sum([len(records.seal_fact(fact, facts[fact])) for fact in facts])
    content.identity = best.identity
    if best.version < records.VERSION or bad:
        # It is written anew before it grows further, or as soon as that may be.
        content.base = 0
        if best.version != records.VERSION:
            content.end = medium.size
    if journal.BOOTS not in facts and not content.queue and content.running is None:
        # How far the message ids had come is lost: they begin anew, as those of another journal.
        content.identity = os.urandom(8)
        content.base = 0
    if bad:
        log("store", "the journal has {} bytes that are damaged or were cut short: set aside".format(bad))
    if content.queue or content.running is not None:
        text = "{} messages are undelivered{}"
        log(
            "store", text.format(len(content.queue), "" if content.running is None else ", a transaction ran")
        )
    behind = 0
    for walk in walks:
        if (
            walk is not best
            and not walk.bad
            and walk.sequence == best.sequence
            and walk.version == best.version
        ):
            behind = walk.end
    medium.use(best.copy, best.end, behind)
    return content


class _Walk:
    """One copy: `version` (0: no header), `sequence`, `identity`; after records(): `end` of the log, `valid`: behind its
    last valid record, `bad`: bytes that are no record."""

    def __init__(self, medium, copy):
        self._medium = medium
        self.copy = copy
        self.version = self.sequence = self.end = self.valid = self.bad = 0
        self.identity = None
        head = medium.read(copy, 0, _HEADER)
        self.headed = head[:2] == b"CJ" and head[12:] == struct.pack("<I", crc32(head[:12]) & 0xFFFFFFFF)
        if self.headed:
            self.version = head[2]
            self.sequence = head[3]
            self.identity = head[4:12]

    def newer_than(self, other):
        if self.headed != other.headed:
            return self.headed
        if self.sequence != other.sequence:
            return (self.sequence - other.sequence) & 0xFF < 128
        return (self.valid, -self.bad) > (other.valid, -other.bad)

    def records(self):
        """(kind, payload) of each valid record."""
        medium = self._medium
        at = self.valid = self.end = _HEADER if self.headed else 0
        self.bad = 0
        while at < medium.size:
            window = medium.read(self.copy, at, min(_WINDOW, medium.size - at))
            if window == b"\xff" * len(window):
                at += len(window)
                continue
            place = 0
            while place < len(window):
                if window[place] & 0xF0 != 0xA0:
                    if window[place] != 0xFF:
                        self.bad += 1
                        self.end = at + place + 1
                    place += 1
                    continue
                size = window[place + 1] + 4 if place + 1 < len(window) else _WINDOW
                if place + size > len(window) and place and at + len(window) < medium.size:
                    # From here on in the next window.
                    break
                item = window[place : place + size]
                if len(item) == size and item[-2:] == struct.pack("<H", crc32(item[:-2]) & 0xFFFF):
                    place += size
                    self.valid = self.end = at + place
                    yield item[0] & 15, item[2:-2]
                else:
                    self.bad += 1
                    self.end = at + place + 1
                    place += 1
            at += place


def _apply(content, kind, payload):
    """What a record says."""
    queue = content.queue
    running = content.running
    if kind <= records.STOP:
        content.number = max(content.number, struct.unpack("<I", payload[:4])[0])
        queue.append(records.seal(kind, payload))
        record = records.opened(queue[-1])
        _register(content, record.energy_wh)
        if kind == records.START:
            tag_end = 14 + payload[13]
            parent = payload[tag_end:].decode() or None
            content.running = records.Running(
                record.session, record.id_tag, parent, bool(payload[12]), record.unix, record.energy_wh
            )
        elif kind == records.STOP and running is not None and running.session == record.session:
            content.running = None
    elif kind == records.ANSWER:
        session, transaction_id, accepted = struct.unpack("<IqB", payload[:13])
        content.ids[session] = transaction_id
        _drop(content, lambda item: item[0] & 15 == records.START and records.number_of(item) == session)
        if running is not None and running.session == session:
            running.accepted = bool(accepted)
            running.parent = payload[13:].decode() or running.parent
    elif kind == records.SETTLED:
        number = struct.unpack("<I", payload)[0]
        _drop(content, lambda item: records.number_of(item) <= number)
    elif kind == records.ATTEMPTS:
        number, attempts = struct.unpack("<IB", payload)
        if queue and records.number_of(queue[0]) == number:
            content.attempts = attempts
    elif kind == records.CHECKPOINT:
        unix, energy_wh = struct.unpack("<II", payload)
        _register(content, energy_wh)
        if running is not None:
            running.last_unix = unix
            running.last_wh = energy_wh
    elif kind == records.FACT:
        fact = payload[0]
        if len(payload) == 1:
            content.facts.pop(fact, None)
        elif payload[1] != 0x69:
            content.facts[fact] = bytes(payload[2:])
        elif fact == journal.REGISTER_WH:
            _register(content, int(payload[2:]))
        else:
            content.facts[fact] = int(payload[2:])
    else:
        raise ValueError("a record of an unknown kind")


def _drop(content, settled):
    for item in content.queue[:]:
        if settled(item):
            content.queue.remove(item)
            content.attempts = 0
            if item[0] & 15 == records.STOP:
                content.ids.pop(records.opened(item).session, None)


def _register(content, energy_wh):
    facts = content.facts
    facts[journal.REGISTER_WH] = max(facts.get(journal.REGISTER_WH, 0), energy_wh)
