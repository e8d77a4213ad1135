# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""How CircuitPython itself reads settings.toml: an independent reading of its rules, byte by byte.

- Scanned from the start for each key; the first line whose key matches literally counts, even if malformed.
- A line that starts with `[`, or a NUL byte, ends the scan. Leading white space is fine.
- Strings in double quotes only; escapes \\b \\r \\n \\t \\v \\f \\uXXXX \\UXXXXXXXX, any other \\c is c.
- LF and CRLF end lines, a lone CR does not.
- A bare value is its text up to a comment (10.2 and later), an int or a ValueError (up to 10.1).
"""

WHITE = b" \t\r\x0b\x0c"
ESCAPES = {ord("b"): 8, ord("r"): 13, ord("n"): 10, ord("t"): 9, ord("v"): 11, ord("f"): 12}


class MalformedError(ValueError):
    """The value's line cannot be read."""


def getenv(data: bytes, key: str) -> str | None:
    """What os.getenv gives on 10.2 and later; raises MalformedError where it prints an error and gives None."""
    position = 0
    while position < len(data):
        end = data.find(b"\n", position)
        end = len(data) if end < 0 else end
        line = data[position:end].lstrip(WHITE)
        if line.startswith((b"[", b"\0")):
            return None
        name, equals, rest = line.partition(b"=")
        if equals and name.rstrip(WHITE) == key.encode():
            return _value(rest.lstrip(WHITE))
        position = end + 1
    return None


def _value(rest: bytes) -> str:
    if not rest:
        raise MalformedError
    if rest[:1] != b'"':
        bare = rest.split(b"#")[0].split(b"\0")[0].rstrip(b" \t\r")
        return bare.decode()
    text = bytearray()
    index = 1
    while index < len(rest):
        byte = rest[index]
        index += 1
        if byte == 0:
            break
        if byte == ord('"'):
            after = rest[index:].lstrip(WHITE)
            if after and after[:1] not in (b"#", b"\0"):
                raise MalformedError
            return text.decode()
        if byte != ord("\\"):
            text.append(byte)
            continue
        if index >= len(rest):
            break
        escape = rest[index]
        index += 1
        if escape in (ord("u"), ord("U")):
            length = 4 if escape == ord("u") else 8
            digits = rest[index : index + length]
            if len(digits) < length or any(d not in b"0123456789abcdefABCDEF" for d in digits):
                raise MalformedError
            text += chr(int(digits, 16)).encode()
            index += length
        else:
            text.append(ESCAPES.get(escape, escape))
    raise MalformedError
