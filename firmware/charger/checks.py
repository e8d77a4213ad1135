# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What is a valid value of each kind of setting, in the words of the board and the laptop alike.

Pure, and loaded only to start.
"""

_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DIGITS = "0123456789"
_HEX = _DIGITS + "abcdefABCDEF"
_SHOWN = 24  # characters of a bad value that a message repeats


def check(row, text):
    """The value of `text`; ValueError with the reason, which never repeats a secret."""
    kind, low, high, default = row[1:5]
    for character in text:
        if ord(character) < 32 or 127 <= ord(character) < 160:
            raise ValueError("has a control character")
        if 0xD800 <= ord(character) < 0xE000:
            raise ValueError("is not UTF-8")
    if kind == "choice":
        if text not in low:
            raise ValueError("must be " + _one_of(low) + ", not " + _shown(text))
        return text
    if kind == "bool":
        if text not in ("true", "false"):
            raise ValueError("must be true or false, not " + _shown(text))
        return text == "true"
    if kind in ("int", "hex", "num"):
        return _number(kind, low, high, text)
    length = len(text.encode()) if kind in ("bytes", "key") else len(text)
    if text == "" and default == "":
        return text
    if length < low or length > high:
        # WPA's own key, which a passphrase only stands for.
        if kind == "key" and length == 64 and _only(text[:32], _HEX) and _only(text[32:], _HEX):
            return text
        raise ValueError(_length(kind, low, high, default, length))
    if kind == "host":
        _check_host(text, row[0])
    elif kind == "topic":
        _check_topic(text)
    elif kind in _ALLOWED:
        for character in text:
            if character not in _ALLOWED[kind]:
                raise ValueError(_stray(kind))
    elif kind == "ascii":
        for character in text:
            if not " " <= character <= "~":
                raise ValueError("may have printable ASCII characters only: OCPP allows no others")
    if kind == "path" and text[0] != "/":
        raise ValueError("must start with /, as the board sees it")
    if kind == "pin" and low and text == "none":
        raise ValueError("is needed: name a pin")
    return text


_ALLOWED = {
    "id": _LETTERS + _DIGITS + "-_.",
    "host": _LETTERS + _DIGITS + "-_.",
    "pin": _LETTERS + _DIGITS + "_",
    "path": _LETTERS + _DIGITS + "-_./ ",
}


def _check_host(text, name):
    """ValueError, with the remedy, where `text` is not the name or the IPv4 address of another machine."""
    if text[0] == "[" or (text.count(":") > 1 and "/" not in text):
        raise ValueError("is an IPv6 address, which the charger cannot use: give an IPv4 address or a name")
    for character in text:
        if character == " ":
            raise ValueError("must be a bare host name: no blanks")
        if character == ":" and "/" not in text and "@" not in text:
            port = "the port belongs in mqtt.port" if name[0] == "m" else "its port is always 123"
            raise ValueError("must be a bare host name: " + port)
        if character in ":/@":
            raise ValueError("must be a bare host name: no scheme, no port, no path")
        if character not in _ALLOWED["host"]:
            raise ValueError(_stray("host"))
    parts = (text[:-1] if text[-1] == "." else text).lower().split(".")
    last = parts[-1]
    good = True
    for part in parts:
        if part == "" or part[0] == "-" or part[-1] == "-" or len(part) > 63:
            good = False
    means = None
    if parts[0] in ("localhost", "ip6-localhost", "ip6-loopback") or last == "localhost":
        means = "the charger itself"
    elif good and _only(last, _DIGITS):
        # No name ends in a number: this is to be an address.
        for part in parts:
            if not _only(part, _DIGITS) or int(part) > 255:
                good = False
            elif len(part) > 1 and part[0] == "0":
                # Some programs take such a number for an octal one.
                raise ValueError("must be an address without leading zeros, such as 192.168.1.10")
        if len(parts) != 4 or text[-1] == ".":
            good = False
        if good and int(parts[0]) == 127:
            means = "the charger itself"
        elif good and int(parts[0]) == 0:
            means = "no machine at all"
        elif good and int(parts[0]) > 223:
            means = "a group of machines, or is reserved"
    if not good:
        raise ValueError("must be a host name or an address")
    if means is not None:
        remedy = "give the address that the machine has on your network, such as 192.168.1.10"
        raise ValueError("means %s: %s" % (means, remedy))


def _check_topic(text):
    """ValueError where no charger can publish on it or subscribe to it."""
    rest = text.replace("{serial}", "")
    if rest == text:
        raise ValueError("needs {serial} in it: else all chargers share one topic")
    for character in rest:
        if character in "+#":
            raise ValueError("may have no wildcards (+ and #)")
        if character in "{}":
            raise ValueError("may have no braces but those of {serial}")
        if not " " < character <= "~":
            raise ValueError("may have printable ASCII characters only, and no blanks")
    if text[0] == "$":
        raise ValueError("must not begin with $: such topics belong to the broker")
    # The default begins with an empty level, and some brokers want it so.
    if text[-1] == "/" or "//" in text:
        raise ValueError("has an empty level: no // and no / at its end")


def _stray(kind):
    if kind == "pin":
        return "must be a pin of the board module, or none"
    return "may have letters, digits and " + _ALLOWED[kind][62:].strip() + " only"


def _length(kind, low, high, default, length):
    unit = "bytes" if kind in ("bytes", "key") else "characters"
    if length == 0:
        return "must not be empty"
    limits = "%d to %d" % (low, high) if low else "at most %d" % high
    empty = "empty or " if low > 1 and default == "" else ""
    key = ", or 64 hexadecimal digits" if kind == "key" else ""
    return "must be %s%s %s%s, has %d" % (empty, limits, unit, key, length)


def _number(kind, low, high, text):
    """An int; in hundredths for kind num. Checked digit by digit: what int() accepts differs between Pythons."""
    digits = text[1:] if text[:1] in ("-", "+") else text
    if kind == "num":
        value = _hundredths(digits)
    elif digits[:2] in ("0x", "0X"):
        value = int(digits[2:], 16) if _only(digits[2:], _HEX) else None
    else:
        value = int(digits) if _only(digits, _DIGITS) else None
    if value is None:
        raise ValueError(
            "must be a %s, not %s" % ("number" if kind == "num" else "whole number", _shown(text))
        )
    if text[0] == "-":
        value = -value
    if value < low or value > high:
        if kind == "hex":
            limits = "0x%X or 0x%X" % (low, high)
        elif kind == "num":
            limits = "%d to %d" % (low // 100, high // 100)
        else:
            limits = "%d to %d" % (low, high)
        raise ValueError("must be " + limits + ", not " + _shown(text))
    if kind == "num" and value % 25:
        raise ValueError("must be in steps of 0.25, not " + _shown(text))
    return value


def _hundredths(digits):
    """None where it is not a decimal number; 1 where it is finer than a hundredth, which no setting is."""
    point = digits.find(".")
    if point < 0:
        return int(digits) * 100 if _only(digits, _DIGITS) else None
    whole, part = digits[:point], digits[point + 1 :]
    if not _only(whole, _DIGITS) or not _only(part, _DIGITS):
        return None
    return int(whole) * 100 + (1 if part[2:].strip("0") else int((part + "0")[:2]))


def _only(text, characters):
    """True for a text of 1 to 40 such characters (longer ones would only cost memory)."""
    for character in text:
        if character not in characters:
            return False
    return 0 < len(text) <= 40


def _one_of(choices):
    return ", ".join(choices[:-1]) + " or " + choices[-1]


def _shown(text):
    if text == "":
        return "empty"
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "..."
