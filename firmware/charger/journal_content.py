# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What each record of a log says, as far as it can be true: whoever reads the journal believes it. A visitor of
journal_recovery.py.
"""

import struct

from micropython import const

from charger import journal, records
from charger.visit import visit

_fits = visit("ocpp.attributes").fits

# Bytes of a payload by kind, at least.
_SHORTEST = (14, 20, 18, 13, 4, 5, 8, 1)
# As many as the journal holds. More may be in the log: which of them have given way is not in it.
_METER_PLACES = const(16)
# Times are of 2025 to 2037, as the clock's (clock.py). No meter counts so many Wh in its life, nor in a transaction.
_EARLIEST = const(1735689600)
_BEYOND = const(1 << 31)
_MOST_WH = const(100000000)
# A start of the program of which the count was damaged still has its messages: so many in a row.
_DAMAGED = const(8)
# Before the count of starts does not fit into the number of a message any more.
_MOST_BOOTS = const(0xFFF0)
_LARGEST_ID = const(1 << 62)
_TAG = const(20)
# In one text: as names they would stay in RAM.
_REASONS = const(
    "DeAuthorized EmergencyStop EVDisconnected HardReset Local Other PowerLoss Reboot Remote SoftReset UnlockCommand"
)
# Of samples (ocpp/samples.py): bytes, the place of what each is, and contexts with measurands in two bits below them.
_SAMPLE = const(11)
_WHAT = const(10)
_WHATS = const(20)
_UNAVAILABLE = const(3)  # the highest INOPERATIVE
# From here on no fact has to be an int: below are those of the keys (journal.KEYS), the last of configuration.py.
_OTHERS = const(84)
# Of a card (ocpp/cache.py).
_CARD_PLACES = const(16)
_CARD = const(8)
_STATUSES = const(5)
_TAG_PACKED = const(8)
_PARENT_PACKED = const(16)
_FLAGS = const(32)


def add(content, kind, payload):
    """Raises ValueError, IndexError or KeyError for what cannot be true, or from which nothing follows; nothing is changed
    then."""
    _believe(len(payload) >= _SHORTEST[kind])
    queue = content.queue
    running = content.running
    if kind <= records.STOP:
        _message(content, kind, payload)
    elif kind == records.ANSWER:
        session, transaction_id, accepted = struct.unpack_from("<IqB", payload)
        parent = payload[13:]
        _believe(-_LARGEST_ID < transaction_id < _LARGEST_ID and accepted <= 1 and _is_text(parent, _TAG))
        content.ids[session] = transaction_id
        _drop(content, lambda item: item[0] & 15 == records.START and records.number_of(item) == session)
        if running is not None and running.session == session:
            running.accepted = bool(accepted)
            running.parent = parent.decode() or running.parent
    elif kind == records.SETTLED:
        number = struct.unpack_from("<I", payload)[0]
        _believe(_is_number(content, number))
        # Also of one that was set aside: no stop is made up for what was settled.
        content.number = max(content.number, number)
        _drop(content, lambda item: records.number_of(item) <= number)
    elif kind == records.ATTEMPTS:
        number, attempts = struct.unpack_from("<IB", payload)
        if queue and records.number_of(queue[0]) == number:
            content.attempts = attempts
    elif kind == records.CHECKPOINT:
        unix, energy_wh = struct.unpack_from("<II", payload)
        _believe(_EARLIEST <= unix < _BEYOND and energy_wh < _BEYOND)
        if running is not None:
            _reached(running, unix, energy_wh)
        _register(content, energy_wh)
    else:
        _fact(content.facts, payload)


def _message(content, kind, payload):
    item = records.seal(kind, payload)
    record = records.opened(item)
    number, session = record.number, record.session
    unix, energy_wh = record.unix, record.energy_wh
    # One that is there twice was written again when the medium had failed.
    _believe(_is_number(content, number) and number > content.number)
    _believe(_EARLIEST <= unix < _BEYOND and energy_wh < _BEYOND)
    _believe(0 < session <= number)
    queue = content.queue
    running = content.running
    runs = running is not None and running.session == session
    if kind == records.START:
        tag_end = 14 + payload[13]
        parent = payload[tag_end:]
        _believe(payload[12] <= 1 and tag_end <= len(payload))
        _believe(record.id_tag and _is_text(payload[14:tag_end], _TAG) and _is_text(parent, _TAG))
        if running is not None and content.number < number - 1:
            # The other's stop was set aside: it ends at its last checkpoint.
            head = struct.pack("<IIII", number - 1, running.session, running.last_unix, running.last_wh)
            queue.append(records.seal(records.STOP, head + b"\5\0Other"))
        content.running = records.Running(
            session, record.id_tag, parent.decode() or None, bool(payload[12]), unix, energy_wh
        )
    elif kind == records.METER:
        _believe(record.what < _WHATS)
        if runs:
            # As good as a checkpoint. The central system may have it: the stop must not be before it.
            _reached(running, unix, energy_wh)
        values = [item for item in queue if item[0] & 15 == records.METER]
        if len(values) >= _METER_PLACES:
            queue.remove(values[0])
    else:
        reason_end = 18 + payload[16]
        tag_end = reason_end + payload[17]
        _believe(record.reason in _REASONS.split())
        _believe(tag_end <= len(payload) and _is_text(payload[reason_end:tag_end], _TAG))
        _samples(payload[tag_end:])
        if runs:
            _reached(running, unix, energy_wh)
            content.running = None
    content.number = number
    queue.append(item)
    _register(content, energy_wh)


def _samples(data):
    _believe(len(data) % _SAMPLE == 0)
    for place in range(0, len(data), _SAMPLE):
        unix, energy_wh = struct.unpack_from(">II", data, place)
        _believe(_EARLIEST <= unix < _BEYOND and energy_wh < _BEYOND and data[place + _WHAT] < _WHATS)


def _fact(facts, payload):
    fact = payload[0]
    value = bytes(payload[2:])
    if len(payload) == 1:
        _believe(fact not in (journal.BOOTS, journal.REGISTER_WH))
        facts.pop(fact, None)
        return
    is_card = journal.CARDS <= fact < journal.CARDS + _CARD_PLACES
    if payload[1] == 0x62:
        _believe(_is_card(value) if is_card else fact >= _OTHERS)
    else:
        _believe(payload[1] == 0x69 and not is_card)
        value = int(value)
        _believe(0 <= value < _BEYOND)
        if fact == journal.BOOTS:
            # Counted up. Behind it come the messages with these numbers.
            _believe(facts.get(fact, 0) <= value < _MOST_BOOTS)
        elif fact == journal.REGISTER_WH:
            value = max(facts.get(fact, 0), value)
        elif fact == journal.INOPERATIVE:
            _believe(value <= _UNAVAILABLE)
        else:
            _believe(fact < journal.KEYS or _fits(fact - journal.KEYS, value))
    facts[fact] = value


def _is_card(value):
    flags = value[2]
    end = _CARD + value[7]
    tag, parent = value[_CARD:end], value[end:]
    return (
        _CARD < end <= len(value)
        and flags & 7 < _STATUSES
        and flags < _FLAGS
        and (flags & _TAG_PACKED or _is_text(tag, _TAG))
        and (flags & _PARENT_PACKED or _is_text(parent, _TAG))
    )


def _is_number(content, number):
    """Whether a message can have it, by the count of starts; where that is lost, any is as good."""
    boots = number >> 16
    return 0 < boots <= content.facts.get(journal.BOOTS, min(boots, _MOST_BOOTS)) + _DAMAGED


def _is_text(data, most):
    """Printable ASCII."""
    return len(data) <= most and all(0x20 <= byte < 0x7F for byte in data)


def _believe(value):
    if not value:
        raise ValueError("a record that cannot be true")


def _drop(content, settled):
    for item in content.queue[:]:
        if settled(item):
            content.queue.remove(item)
            content.attempts = 0
            if item[0] & 15 == records.STOP:
                content.ids.pop(records.opened(item).session, None)


def _reached(running, unix, energy_wh):
    """A meter value and a checkpoint of one write are not in the order of their times."""
    _believe(unix >= running.unix and 0 <= energy_wh - running.energy_wh < _MOST_WH)
    running.last_unix = max(running.last_unix, unix)
    running.last_wh = max(running.last_wh, energy_wh)


def _register(content, energy_wh):
    facts = content.facts
    facts[journal.REGISTER_WH] = max(facts.get(journal.REGISTER_WH, 0), energy_wh)
