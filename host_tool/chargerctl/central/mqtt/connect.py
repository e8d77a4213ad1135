# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The first packet of an MQTT 3.1.1 client, CONNECT (MQTT 3.1.1, 3.1): read, and written again. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

LONGEST = 4096
"""Bytes of a CONNECT that are read before anybody is known: an account and a last will are short."""

ACCEPTED, BAD_VERSION, BAD_CLIENT_ID, UNAVAILABLE, BAD_ACCOUNT, NOT_AUTHORIZED = range(6)
"""The answers (3.2.2.3)."""

_TYPE = 0x10
_LEVEL = 4
_USERNAME, _PASSWORD, _WILL_RETAIN, _WILL, _CLEAN, _RESERVED = 0x80, 0x40, 0x20, 0x04, 0x02, 0x01
_WILL_QOS = 0x18


class ConnectError(ValueError):
    """It is no CONNECT of MQTT 3.1.1. `code`: the answer, None for none."""

    def __init__(self, text: str, code: int | None = None) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True)
class Connect:
    """What the client says about itself. will_topic None: there is no last will."""

    client_id: str
    keep_alive: int
    username: str | None = None
    password: bytes | None = field(default=None, repr=False)
    will_topic: str | None = None
    will: bytes = b""
    will_qos: int = 0
    will_retain: bool = False

    def packet(self) -> bytes:
        """The whole packet, for a clean session."""
        flags = _CLEAN
        fields = [_text(self.client_id)]
        if self.will_topic is not None:
            flags |= _WILL | self.will_qos << 3 | (_WILL_RETAIN if self.will_retain else 0)
            fields += [_text(self.will_topic), _binary(self.will)]
        if self.username is not None:
            flags |= _USERNAME
            fields.append(_text(self.username))
        if self.password is not None:
            flags |= _PASSWORD
            fields.append(_binary(self.password))
        head = _text("MQTT") + bytes([_LEVEL, flags]) + self.keep_alive.to_bytes(2, "big")
        body = head + b"".join(fields)
        return bytes([_TYPE]) + _length(len(body)) + body


def read_connect(body: bytes) -> Connect:
    """`body`: what follows the fixed header; ConnectError."""
    reader = _Reader(body)
    protocol, level = reader.binary(), reader.number(1)
    if (protocol, level) != (b"MQTT", _LEVEL):
        raise ConnectError("it does not speak MQTT 3.1.1", BAD_VERSION)
    flags, keep_alive = reader.number(1), reader.number(2)
    if flags & _RESERVED or (flags & _WILL_QOS) == _WILL_QOS:
        raise ConnectError("its CONNECT has flags that MQTT 3.1.1 does not allow")
    client_id = reader.text()
    will_topic, will = (reader.text(), reader.binary()) if flags & _WILL else (None, b"")
    username = reader.text() if flags & _USERNAME else None
    password = reader.binary() if flags & _PASSWORD else None
    return Connect(
        client_id,
        keep_alive,
        username,
        password,
        will_topic,
        will,
        (flags & _WILL_QOS) >> 3 if flags & _WILL else 0,
        bool(flags & _WILL_RETAIN),
    )


class _Reader:
    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    def number(self, size: int) -> int:
        return int.from_bytes(self._take(size), "big")

    def binary(self) -> bytes:
        return self._take(self.number(2))

    def text(self) -> str:
        try:
            text = self.binary().decode()
        except UnicodeDecodeError:
            raise ConnectError("its CONNECT has a text that is not UTF-8") from None
        if "\0" in text:
            raise ConnectError("its CONNECT has a text with a null character")
        return text

    def _take(self, size: int) -> bytes:
        taken = self._body[self._at : self._at + size]
        self._at += size
        if len(taken) < size:
            raise ConnectError("its CONNECT ends too early")
        return taken


def _length(value: int) -> bytes:
    """A remaining length (2.2.3)."""
    digits = bytearray()
    while True:
        value, digit = divmod(value, 128)
        digits.append(digit | (0x80 if value else 0))
        if not value:
            return bytes(digits)


def _binary(data: bytes) -> bytes:
    return len(data).to_bytes(2, "big") + data


def _text(text: str) -> bytes:
    return _binary(text.encode())
