# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""settings.toml as CircuitPython reads it: scanned byte by byte for one key, the first match wins, no TOML parser.

An independent reading of CircuitPython's behaviour, not shared with the code that writes the file.
"""

from __future__ import annotations

_SPACE = b" \t\r\v\f"
_ESCAPES = {ord("b"): 8, ord("r"): 13, ord("n"): 10, ord("t"): 9, ord("v"): 11, ord("f"): 12}


class _Scanner:
    """Reads a byte at a time; 0 is the end of the file, and so is a NUL in it."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def at_end(self) -> bool:
        return self._at >= len(self._data)

    def next(self) -> int:
        if self.at_end:
            return 0
        self._at += 1
        return self._data[self._at - 1]

    def skip_spaces(self) -> int:
        """The next byte that is not white space; a line feed is not skipped."""
        while True:
            byte = self.next()
            if byte not in _SPACE or byte == 0:
                return byte

    def skip_line(self) -> None:
        while self.next() not in (0, 10):
            pass

    def skip_everything(self) -> None:
        self._at = len(self._data)


def find(data: bytes, key: str) -> tuple[bytes, bool] | None:
    """(value, whether it was quoted) of `key`, None when it is not there. ValueError for a malformed value."""
    scanner = _Scanner(data)
    while not scanner.at_end:
        if _key_matches(scanner, key.encode()):
            first = scanner.skip_spaces()
            if first == ord('"'):
                return _quoted(scanner), True
            return _bare(scanner, first), False
    return None


def getenv(data: bytes, key: str, version: tuple[int, int, int]) -> str | int | None:
    """os.getenv(key) on a board with this file; None: the default.

    Up to 10.1 a bare integer gives an int; from 10.2 only quoted strings are read, and what cannot be read gives the
    default. Raises ValueError (up to 10.1) and UnicodeError as the board does.
    """
    tolerant = version >= (10, 2, 0)
    try:
        found = find(data, key)
    except ValueError:
        if tolerant:
            return None
        raise
    if found is None:
        return None
    raw, quoted = found
    if quoted:
        return _text(raw)
    if tolerant:
        return _text(raw).strip(" \t\r") or None
    try:
        return int(raw.strip(), 0)
    except ValueError:
        raise ValueError("invalid syntax for integer with base 0") from None


def get_setting(data: bytes, key: str, default: object) -> object:
    """supervisor.get_setting: str, int, float or bool as written, `default` when it is not there.

    Raises ValueError for what is none of these.
    """
    found = find(data, key)
    if found is None:
        return default
    raw, quoted = found
    text = _text(raw)
    if quoted:
        return text
    text = text.strip(" \t\r")
    if text in ("true", "false"):
        return text == "true"
    for kind in (lambda t: int(t, 0), float):
        try:
            return kind(text)
        except ValueError:
            continue
    raise ValueError("Invalid format")


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise UnicodeError("Invalid UTF-8") from None


def _key_matches(scanner: _Scanner, key: bytes) -> bool:
    """At the start of a line: whether it is `key =`; then the scanner stands behind the `=`, else at the next line."""
    byte = scanner.skip_spaces()
    if byte in (ord("["), 0):
        scanner.skip_everything()
        return False
    for wanted in key:
        if byte != wanted:
            if byte != 10:
                scanner.skip_line()
            return False
        byte = scanner.next()
    if byte in _SPACE and byte:
        byte = scanner.skip_spaces()
    if byte != ord("="):
        if byte != 10:
            scanner.skip_line()
        return False
    return True


def _quoted(scanner: _Scanner) -> bytes:
    value = bytearray()
    while True:
        byte = scanner.next()
        if byte in (0, 10):
            raise _invalid(byte)
        if byte == ord('"'):
            break
        if byte != ord("\\"):
            value.append(byte)
            continue
        byte = scanner.next()
        if byte in (0, 10):
            raise _invalid(byte)
        if byte in b"uU":
            value += _unicode_escape(scanner, 4 if byte == ord("u") else 8)
        else:
            value.append(_ESCAPES.get(byte, byte))
    byte = scanner.skip_spaces()
    if byte not in (ord("#"), 0, 10):
        raise _invalid(byte)
    return bytes(value)


def _unicode_escape(scanner: _Scanner, digits: int) -> bytes:
    text = bytes(scanner.next() for _ in range(digits))
    for byte in text:
        if byte not in b"0123456789abcdefABCDEF":
            raise _invalid(byte)
    code = int(text, 16)
    if code >= 0x110000:
        raise ValueError("Invalid unicode escape")
    return chr(code).encode("utf-8", "surrogatepass")


def _bare(scanner: _Scanner, byte: int) -> bytes:
    value = bytearray()
    while byte not in (0, 10, ord("#")):
        value.append(byte)
        byte = scanner.next()
    return bytes(value)


def _invalid(byte: int) -> ValueError:
    return ValueError(f"Invalid byte {chr(byte)!r}" if byte else "Invalid byte 'EOF'")
