# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""DNS messages (RFC 1035): the question for a host's IPv4 address, and the reading of an answer. Pure.

Anyone can send an answer. One that does not belong to our question, or is not DNS, is ignored; and the worst that 512
bytes can hold is read in some hundred steps, not in thousands.
"""

from micropython import const

MAX_ANSWER = 512

_HEAD = const(12)
_RECURSE_ONE_QUESTION = b"\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"
_A_IN = b"\x00\x01\x00\x01"
_A, _CNAME = 1, 5
_NO_SUCH_NAME = const(3)
# As many addresses as fit into 512 bytes; an answer that claims more is not read to its end.
_MAX_RECORDS = const(30)
_MAX_NAME = const(255)
# RFC 1035 allows 127; no real name has so many.
_MAX_LABELS = const(20)


class LookUpError(ValueError):
    """The host has no address; args[0] is the reason in words."""


def query(host, ident):
    """The message that asks for `host`; `ident` are its two bytes of identification. LookUpError for an invalid name."""
    message = bytearray(ident)
    message += _RECURSE_ONE_QUESTION
    labels = host.encode().rstrip(b".").split(b".")
    for label in labels:
        if not 0 < len(label) < 64:
            raise LookUpError("not a host name")
        message.append(len(label))
        message += label
    message.append(0)
    if len(labels) > _MAX_LABELS or len(message) - _HEAD > _MAX_NAME:
        raise LookUpError("not a host name")
    message += _A_IN
    return bytes(message)


def address(data, question):
    """The dotted address that the datagram `data` (bytes) gives for `question`, a message made by `query`.

    None when it does not answer that question, or not in a form that can be read. LookUpError when it says that there
    is no address.
    """
    end = len(question)
    # The same identification, an answer to a standard query, and the question repeated.
    if data[:2] != question[:2] or len(data) < end or data[2] & 0xF8 != 0x80 or data[4:6] != b"\x00\x01":
        return None
    if data[_HEAD:end].lower() != question[_HEAD:].lower():
        return None
    code = data[3] & 0x0F
    if code:
        raise LookUpError("no such name" if code == _NO_SUCH_NAME else f"name server error {code}")
    try:
        found = _find(data, end)
    except (IndexError, ValueError):
        return None
    if found is None:
        raise LookUpError("it has no IPv4 address")
    return found


def _find(data, at):
    """Follows the aliases (CNAME) from the name asked for; records may be in any order. None: no address."""
    addresses = {}
    aliases = {}
    for _ in range(min(data[6] << 8 | data[7], _MAX_RECORDS)):
        owner, at = _name(data, at)
        kind = data[at] << 8 | data[at + 1]
        body = at + 10
        at = body + (data[body - 2] << 8 | data[body - 1])
        if at > len(data):
            raise ValueError
        # A first byte of 0 or from 224 on is not a host's: ad blockers answer 0.0.0.0.
        if kind == _A and at - body == 4 and 0 < data[body] < 224:
            addresses.setdefault(owner, body)
        elif kind == _CNAME:
            aliases[owner] = _name(data, body)[0]
    name, _ = _name(data, _HEAD)
    while name not in addresses and name in aliases:
        # Each alias is followed once, so a loop of them ends.
        name = aliases.pop(name)
    body = addresses.get(name)
    return None if body is None else "{}.{}.{}.{}".format(*data[body : body + 4])


def _name(data, at):
    """(the name at `at` in lower case, where what follows it begins). Section 4.1.4: its end may stand further ahead.

    IndexError or ValueError for an invalid name.
    """
    name = bytearray()
    after = 0
    lowest = at
    # Up to a pointer before each label, and the end.
    for _ in range(2 * _MAX_LABELS + 1):
        length = data[at]
        if length >= 0xC0:
            after = after or at + 2
            at = (length & 0x3F) << 8 | data[at + 1]
            # Only towards the front, so there are no loops.
            if at >= lowest:
                raise ValueError
            lowest = at
        elif length >= 0x40 or len(name) + length >= _MAX_NAME:
            raise ValueError
        elif length:
            name += data[at : at + 1 + length]
            at += 1 + length
        else:
            return bytes(name).lower(), after or at + 1
    raise ValueError
