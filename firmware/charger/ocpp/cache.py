# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The authorization cache (SPEC 3.5.1), and ClearCache (SPEC 5.4). A visitor: loaded to look, to learn or to forget.

A card is one fact of the journal, CARDS and its place, as bytes:

    age      2  the higher, the later it was learned
    flags    1  bits 0-2 the status; bit 3: idTag, bit 4: parentIdTag is packed, two hex digits in a byte
    expiry   4  Unix seconds, 0: it does not expire
    length   1  of the idTag, which follows; the rest is parentIdTag, empty without one

Both in upper case: they are compared without regard to it (SPEC 3.9).
"""

import binascii

from micropython import const

from charger.journal import CARDS
from charger.visit import visit

_PLACES = const(16)
_STATUSES = ("Accepted", "Blocked", "Expired", "Invalid", "ConcurrentTx")
_EXPIRED = const(2)
_INVALID = const(3)
_TAG_PACKED = const(8)
_PARENT_PACKED = const(16)
_OLDEST = const(0xFFFF)
# A card that was learned so recently is not written again only to make it the newest: flash wears out.
_RECENT = const(8)
# Long ago.
_PAST = const(1)


def look(records, unix, news, id_tag):
    """(status, parentIdTag) that the cache knows of `id_tag`, or (None, None). Learns `news` first, and empties it.

    `records`: the journal; `unix`: the time, or None. Without it a card that can expire counts as expired. `news`: as in
    authorization.py.
    """
    while news:
        if news[0][0]:
            _learn(records, unix, news[0])
        else:
            forget(records)
        # Last: if there is no memory, it is learned later.
        news.pop(0)
    if id_tag is None:
        return None, None
    key = _key(id_tag)
    for place in range(_PLACES):
        record = records.get(CARDS + place)
        if record is not None and _is_of(record, key):
            parent = record[8 + record[7] :]
            if record[2] & _PARENT_PACKED:
                parent = binascii.hexlify(parent).upper()
            status = _STATUSES[_EXPIRED if _has_expired(record, unix) else record[2] & 7]
            return status, parent.decode() or None
    return None, None


def _learn(records, unix, card):
    id_tag, status, parent, expiry = card
    key = _key(id_tag)
    flags = _STATUSES.index(status) if status in _STATUSES else _INVALID
    packed, parent = _pack(parent or "")
    if packed:
        flags |= _PARENT_PACKED
    content = bytes([flags | key[0]]) + _end(expiry).to_bytes(4, "big") + key[1:] + parent
    newest = 0
    # A free place, else the oldest that is not valid, else the oldest (SPEC 3.5.1).
    chosen, rank = None, (2, 0)
    for place in range(_PLACES):
        record = records.get(CARDS + place)
        if record is None:
            if rank[0] >= 0:
                chosen, rank = place, (-1, 0)
            continue
        age = _age(record)
        newest = max(newest, age)
        if _is_of(record, key):
            chosen, rank = place, (-2, 0)
        else:
            valid = 0 if record[2] & 7 or _has_expired(record, unix) else 1
            if (valid, age) < rank:
                chosen, rank = place, (valid, age)
    if rank[0] == -2:
        record = records.get(CARDS + chosen)
        if record[2:] == content and newest - _age(record) < _RECENT:
            return
    if newest == _OLDEST:
        # Once in 65,535 changes: the ages start anew.
        forget(records)
        newest = 0
    records.put(CARDS + chosen, (newest + 1).to_bytes(2, "big") + content)


def forget(records):
    for place in range(_PLACES):
        if records.get(CARDS + place) is not None:
            records.put(CARDS + place, None)


def _age(record):
    return record[0] << 8 | record[1]


def _has_expired(record, unix):
    end = int.from_bytes(record[3:7], "big")
    return end != 0 and (unix is None or unix >= end)


def _key(id_tag):
    """Its flag, then length and bytes, as in a record."""
    packed, data = _pack(id_tag)
    return bytes([_TAG_PACKED if packed else 0, len(data)]) + data


def _is_of(record, key):
    return record[2] & _TAG_PACKED == key[0] and record[7 : 7 + len(key) - 1] == key[1:]


def _pack(text):
    """(whether two hex digits are one byte, the bytes)"""
    text = text.upper()
    try:
        return len(text) > 0, binascii.unhexlify(text)
    except ValueError:
        return False, text.encode()


def _end(text):
    """Unix seconds of an expiryDate; 0: never. One that cannot be read is past: the card is asked about, not trusted."""
    if text is None or (text[:4].isdigit() and text[:4] > "2099"):
        # Central systems write 9999-12-31 for never.
        return 0
    try:
        return max(_PAST, visit("timestamp").parse(text))
    except ValueError:
        return _PAST


def _clear(charger, payload):
    if not charger.configuration.authorization_cache_enabled:
        # ERR 3.23.
        return {"status": "Rejected"}
    charger.authorization.news.clear()
    forget(charger.board.journal)
    return {"status": "Accepted"}


ACTIONS = {"ClearCache": _clear}
