# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Reads the journal at the start. A visitor.

A record that fails its checksum, as the last one may after a power cut, is set aside, and so is one that cannot be true
(journal_content.py): the log goes on with the next. The log of another version is read by journal_migration.py, or, when it
is a newer one, not touched.
"""

import os
import struct
from binascii import crc32

from micropython import const

from charger import journal, records
from charger.visit import visit

_HEADER = 16
_WINDOW = 512
# An identity is good for 65,535 starts; some before that it is replaced, as soon as no message bears it.
_MOST_BOOTS = const(0xFF00)


def recover(medium, log):
    """The Content of the medium, ready to be appended to; of a newer version's only the trouble. Raises what it raises."""
    best = None
    walks = []
    opened = visit("journal_header").opened
    for copy in range(medium.copies):
        walk = _Walk(medium, copy, opened)
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
    add = visit("journal_content").add
    for kind, payload in best.records():
        try:
            add(content, *(migrate(kind, payload) if migrate else (kind, payload)))
        except (ValueError, IndexError, KeyError):
            bad += len(payload)
            if kind == records.STOP and content.running is not None:
                # Whatever it was, the relay must not close again for that transaction.
                content.running.accepted = False
    owed = [records.opened(item).session for item in content.queue]
    if content.running is not None:
        owed.append(content.running.session)
    for session in list(content.ids):
        if session not in owed:
            # Its stop was set aside.
            del content.ids[session]
    content.sequence = best.sequence
    content.end = best.end
    # What a rewriting leaves when everything is delivered.
    facts = content.facts
    content.base = _HEADER + sum([len(records.seal_fact(fact, facts[fact])) for fact in facts])
    content.identity = best.identity or os.urandom(8)
    if best.version < records.VERSION or bad:
        # It is written anew before it grows further, or as soon as that may be.
        content.base = 0
        if best.version != records.VERSION:
            content.end = medium.size
    if not 0 < facts.get(journal.BOOTS, 0) < _MOST_BOOTS and not content.queue and content.running is None:
        # How far the message ids had come is lost, or too far: they begin anew, as those of another journal. Nothing is
        # written behind the old header.
        facts[journal.BOOTS] = content.number = content.base = 0
        content.identity = os.urandom(8)
        content.end = medium.size
    if bad:
        log(
            "store",
            "the journal has {} bytes that are damaged, cut short or cannot be true: set aside".format(bad),
        )
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

    def __init__(self, medium, copy, opened):
        self._medium = medium
        self.copy = copy
        self.version = self.sequence = self.end = self.valid = self.bad = 0
        self.identity = None
        header = opened(medium.read(copy, 0, _HEADER))
        self.headed = header is not None
        if header:
            self.version, self.sequence, self.identity = header

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
