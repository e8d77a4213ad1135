# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Reads the board's flat settings.toml once, line by line, and reports what is wrong with each line.

os.getenv takes the first line that matches, ignores the others, and differs between versions in what
it does with a bad one: a misspelt name would silently mean the default. Accepts what every CircuitPython
does, quoted or a bare number or bool, and no more. Pure; needed at start only.
"""

LONGEST_LINE = 2048  # bytes
MOST_BYTES = 32768
FILE = "settings.toml"
SECTION = "["  # what read_line() gives as the variable of a [section]

_ESCAPES = {"b": 8, "r": 13, "n": 10, "t": 9, "v": 11, "f": 12}
_HEX = b"0123456789abcdefABCDEF"
_BARE = b"0123456789+-._abcdefABCDEFx"


def read(stream):
    """All lines of a binary stream: (found, unreadable, notes).

    found: {variable: text}; unreadable: {variable: reason}; notes: [(where, reason, fatal)] on other lines.
    Stops where CircuitPython stops: at a section or a NUL byte. A variable set twice is unreadable.
    """
    found = {}
    unreadable = {}
    notes = []
    lines = {}
    number = 0
    size = 0
    while True:
        raw = stream.readline(LONGEST_LINE)
        if not raw:
            break
        number += 1
        size += len(raw)
        where = "%s line %d" % (FILE, number)
        if size > MOST_BYTES or (len(raw) == LONGEST_LINE and raw[-1:] != b"\n"):
            notes.append((where, "is too long: the rest is not read", True))
            break
        if number == 1 and raw[:3] == b"\xef\xbb\xbf":
            notes.append((where, "has a byte-order mark", False))
            raw = raw[3:]
        variable, text, reason = read_line(raw)
        if variable == SECTION or b"\0" in raw:
            notes.append((where, reason, True))
            break
        if not variable:
            if reason:
                notes.append((where, reason, b"CHARGER_" in raw))
        elif reason:
            unreadable[variable] = "%s (line %d)" % (reason, number)
        elif variable in lines and found.get(variable) != text:
            unreadable[variable] = "is set in line %d and in line %d" % (lines[variable], number)
        else:
            found[variable] = text
        lines.setdefault(variable, number)
    return found, unreadable, notes


def read_line(raw):
    """One line as bytes: (variable, text, reason).

    ("", None, "") for a blank or a comment; reason is why there is no text, and never repeats any of it.
    """
    line = raw.strip()
    if b"\0" in line:
        return "", None, "has a NUL byte: nothing below it is read"
    if not line or line[:1] == b"#":
        return "", None, ""
    if line[:1] == b"[":
        return SECTION, None, "is a [section]: nothing below it is read"
    name, equals, rest = line.partition(b"=")
    variable = _variable(name.strip() if equals else name.split()[0])
    if b"\r" in line:
        return variable, None, "has a bare carriage return"
    if not equals:
        return variable if variable.startswith("CHARGER_") else "", None, 'is not NAME = "value"'
    if not variable:
        return "", None, "has a name in quotes or with a blank"
    try:
        return variable, _value(rest.strip()), ""
    except UnicodeError:
        return variable, None, "is not UTF-8"
    except ValueError as error:
        return variable, None, str(error)


def _variable(name):
    for byte in name:
        if not (48 <= byte <= 57 or 65 <= byte <= 90 or 97 <= byte <= 122 or byte in b"_-."):
            return ""
    return str(name, "utf-8")


def _value(rest):
    if rest[:1] == b'"':
        return _string(rest)
    bare = rest.partition(b"#")[0].strip()
    if not bare:
        raise ValueError("has no value")
    if bare in (b"true", b"false"):
        return str(bare, "utf-8")
    for byte in bare:
        if byte not in _BARE:
            raise ValueError("needs double quotes")
    if bare[0] not in b"0123456789+-":
        raise ValueError("needs double quotes")
    return str(bare, "utf-8")


def _string(rest):
    if rest[:3] == b'"""':
        raise ValueError("is a multi-line string")
    text = bytearray()
    index = 1
    while index < len(rest):
        byte = rest[index]
        index += 1
        if byte == 34:
            if rest[index:].strip()[:1] not in (b"", b"#"):
                raise ValueError("has text after the closing quote")
            return str(bytes(text), "utf-8")
        if byte == 92:
            index = _escape(rest, index, text)
        else:
            text.append(byte)
    raise ValueError("has no closing quote")


def _escape(rest, index, text):
    """Append the character of the escape at `index`, after the backslash; returns the index after it."""
    if index >= len(rest):
        raise ValueError("has no closing quote")
    letter = chr(rest[index])
    index += 1
    if letter not in "uU":
        text.append(_ESCAPES.get(letter, ord(letter)))
        return index
    digits = rest[index : index + (4 if letter == "u" else 8)]
    for byte in digits:
        if byte not in _HEX:
            raise ValueError("has a bad \\%s escape" % letter)
    code = int(digits, 16) if len(digits) in (4, 8) else 0x110000
    if code > 0x10FFFF or 0xD800 <= code < 0xE000:
        raise ValueError("has a bad \\%s escape" % letter)
    text.extend(chr(code).encode())
    return index + len(digits)
