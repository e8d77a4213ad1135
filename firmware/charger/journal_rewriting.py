# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The journal's log, made anew of what still counts. A visitor."""

import struct
from binascii import crc32

from charger import journal, records

HEADER = 16


def rewrite(content, medium):
    """Nothing is changed when it raises."""
    sequence = (content.sequence + 1) & 0xFF
    image = header(content.identity, sequence) + b"".join(log(content))
    if len(image) > medium.size:
        raise RuntimeError("it is full")
    medium.replace(image)
    content.sequence = sequence
    content.end = content.base = len(image)


def header(identity, sequence):
    """Magic, version, sequence, identity, checksum."""
    body = b"CJ" + bytes((records.VERSION, sequence)) + identity
    return body + struct.pack("<I", crc32(body) & 0xFFFFFFFF)


def log(content):
    """The sealed records that say what `content` says."""
    # The first one counts the message ids: should the image be cut short, none is used twice.
    facts = sorted(content.facts, key=lambda fact: fact != journal.BOOTS)
    parts = [records.seal_fact(fact, content.facts[fact]) for fact in facts]
    queue, running = content.queue, content.running
    for session in content.ids:
        if running is None or running.session != session:
            parts.append(records.seal_answer(session, content.ids[session], True, None))
    if running is not None and running.session in content.ids:
        parts.append(records.seal_start(running))
        answer = (running.session, content.ids[running.session], running.accepted, running.parent)
        parts.append(records.seal_answer(*answer))
    parts += queue
    if running is not None and running.last_unix != running.unix:
        parts.append(records.seal_checkpoint(running))
    if content.attempts:
        parts.append(_attempts(content))
    return parts


def rest(content, facts, settles, spare):
    """(records of what could wait, the facts among `facts` that do not fit in `spare` bytes)"""
    parts = []
    if settles:
        number = records.number_of(content.queue[0]) - 1 if content.queue else content.number
        parts.append(records.seal(records.SETTLED, struct.pack("<I", number)))
    if content.attempts:
        parts.append(_attempts(content))
    later = []
    for fact in facts:
        record = records.seal_fact(fact, content.facts.get(fact))
        spare -= len(record)
        if spare < 0:
            later.append(fact)
        else:
            parts.append(record)
    return parts, later


def _attempts(content):
    """Of the first message."""
    payload = struct.pack("<IB", records.number_of(content.queue[0]), min(content.attempts, 255))
    return records.seal(records.ATTEMPTS, payload)
