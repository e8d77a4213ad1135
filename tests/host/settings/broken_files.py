# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Settings files as people break them, with the exact messages of laptop and board about each.

host: from `config check`; board: on its console, with (stays Unavailable) where it must not charge.
"""

from typing import NamedTuple

FLAT = b"""CHARGER_WIFI_SSID = "workshop"
CHARGER_SERIAL = "c1"
CHARGER_MQTT_BROKER = "10.0.0.2"
"""
SECTIONS = b"""[wifi]
ssid = "workshop"
[charger]
serial = "c1"
[mqtt]
broker = "10.0.0.2"
"""

UNAVAILABLE = " (stays Unavailable)"
NOT_SET = [f"CHARGER_{name}: is not set{UNAVAILABLE}" for name in ("WIFI_SSID", "SERIAL", "MQTT_BROKER")]
# Sections are for the laptop: a board stops reading there.
SECTIONED = [f"settings.toml line 1: is a [section]: nothing below it is read{UNAVAILABLE}", *NOT_SET]
REQUIRED = [
    f"settings.toml:1:1: {name}: is required; set it here, as {variable} or with --set {name}=..."
    for name, variable in (
        ("wifi.ssid", "CHARGER_WIFI_SSID"),
        ("charger.serial", "CHARGER_SERIAL"),
        ("mqtt.broker", "CHARGER_MQTT_BROKER"),
    )
]


class Broken(NamedTuple):
    name: str
    data: bytes
    host: list[str]
    board: list[str]


BROKEN = [
    Broken("empty file", b"", REQUIRED, NOT_SET),
    Broken("only comments", b"# nothing\n\n", REQUIRED, NOT_SET),
    Broken(
        "one megabyte of comments",
        (b"# " + b"x" * 97 + b"\n") * 10486,
        ["settings.toml:1:1: has 1048600 bytes: a settings file has at most 65536"],
        ["settings.toml line 328: is too long: the rest is not read" + UNAVAILABLE, *NOT_SET],
    ),
    Broken(
        "one megabyte in one line",
        b"x" * 1048576,
        ["settings.toml:1:1: has 1048576 bytes: a settings file has at most 65536"],
        ["settings.toml line 1: is too long: the rest is not read" + UNAVAILABLE, *NOT_SET],
    ),
    Broken(
        "byte-order mark, flat",
        b"\xef\xbb\xbf" + FLAT,
        ["settings.toml:1:1: starts with a byte-order mark: save it as UTF-8 without BOM"],
        ["settings.toml line 1: has a byte-order mark"],
    ),
    Broken(
        "byte-order mark, sections",
        b"\xef\xbb\xbf" + SECTIONS,
        ["settings.toml:1:1: starts with a byte-order mark: save it as UTF-8 without BOM"],
        ["settings.toml line 1: has a byte-order mark", *SECTIONED],
    ),
    Broken(
        "UTF-16",
        FLAT.decode().encode("utf-16"),
        ["settings.toml:1:1: is UTF-16: save it as UTF-8"],
        ["settings.toml line 1: has a NUL byte: nothing below it is read" + UNAVAILABLE, *NOT_SET],
    ),
    Broken(
        "lone CR as line end",
        FLAT.replace(b"\n", b"\r"),
        ["settings.toml:1:31: has a bare carriage return: save it with LF line ends"],
        [
            "CHARGER_WIFI_SSID: has a bare carriage return (line 1)" + UNAVAILABLE,
            "CHARGER_SERIAL: is not set" + UNAVAILABLE,
            "CHARGER_MQTT_BROKER: is not set" + UNAVAILABLE,
        ],
    ),
    Broken(
        "one bare CR",
        FLAT + b'CHARGER_NAME = "a"\rCHARGER_MODEL = "b"\n',
        ["settings.toml:4:19: has a bare carriage return: save it with LF line ends"],
        ["CHARGER_NAME: has a bare carriage return (line 4)"],
    ),
    Broken(
        "NUL byte",
        FLAT + b'CHARGER_NAME = "a\0b"\n',
        ["settings.toml:4:18: CHARGER_NAME: has a control character"],
        ["settings.toml line 4: has a NUL byte: nothing below it is read" + UNAVAILABLE],
    ),
    Broken(
        "invalid UTF-8 in a value",
        FLAT + b'CHARGER_NAME = "caf\xe9"\n',
        ["settings.toml:4:20: is not UTF-8: save the file as UTF-8"],
        ["CHARGER_NAME: is not UTF-8 (line 4)"],
    ),
    Broken(
        "invalid UTF-8 in a comment",
        FLAT + b"# caf\xe9\n",
        ["settings.toml:4:6: is not UTF-8: save the file as UTF-8"],
        [],
    ),
    Broken(
        "section in a flat file",
        FLAT + b"[mqtt]\ntls = true\n",
        ["settings.toml:4:1: [mqtt] in a flat file (line 1): use sections or CHARGER_ names, not both"],
        ["settings.toml line 4: is a [section]: nothing below it is read" + UNAVAILABLE],
    ),
    Broken("sections on the board", SECTIONS, [], SECTIONED),
    Broken(
        "flat below a section",
        SECTIONS + b'CHARGER_NAME = "a"\n',
        ["settings.toml:7:1: CHARGER_NAME: in a file with sections write name in [charger]"],
        SECTIONED,
    ),
    Broken(
        "duplicate, flat",
        FLAT + b'CHARGER_SERIAL = "c2"\n',
        ["settings.toml:4:1: CHARGER_SERIAL: is already set in line 2"],
        ["CHARGER_SERIAL: is set in line 2 and in line 4" + UNAVAILABLE],
    ),
    Broken(
        "duplicate, same value",
        FLAT + b'CHARGER_SERIAL = "c1"\n',
        ["settings.toml:4:1: CHARGER_SERIAL: is already set in line 2"],
        [],
    ),
    Broken(
        "duplicate in a section",
        SECTIONS + b'broker = "10.0.0.3"\n',
        ["settings.toml:7:1: mqtt.broker: is already set in line 6"],
        SECTIONED,
    ),
    Broken(
        "duplicate section",
        SECTIONS + b'[wifi]\npassword = "12345678"\n',
        ["settings.toml:7:1: [wifi] is already in line 1: merge the two"],
        SECTIONED,
    ),
    Broken(
        "two spellings, two values",
        FLAT + b'CHARGER_WIFI_ID = "other"\n',
        ["settings.toml:4:1: CHARGER_WIFI_ID: is already set in line 1, as CHARGER_WIFI_SSID"],
        ["CHARGER_WIFI_SSID: differs from CHARGER_WIFI_ID" + UNAVAILABLE],
    ),
    Broken("two spellings, one value", FLAT + b'CHARGER_WIFI_ID = "workshop"\n', [], []),
    Broken(
        "single quotes, flat",
        FLAT + b"CHARGER_NAME = 'a'\n",
        ["settings.toml:4:1: warning: the board cannot read this line: needs double quotes"],
        ["CHARGER_NAME: needs double quotes (line 4)"],
    ),
    Broken("single quotes, sections", SECTIONS.replace(b'"10.0.0.2"', b"'10.0.0.2'"), [], SECTIONED),
    Broken(
        "multi-line string",
        FLAT + b'CHARGER_NAME = """a"""\n',
        ["settings.toml:4:1: warning: the board cannot read this line: is a multi-line string"],
        ["CHARGER_NAME: is a multi-line string (line 4)"],
    ),
    Broken(
        "multi-line string over lines",
        FLAT + b'CHARGER_NAME = """\na\n"""\n',
        ["settings.toml:4:16: CHARGER_NAME: has a control character"],
        [
            'settings.toml line 5: is not NAME = "value"',
            'settings.toml line 6: is not NAME = "value"',
            "CHARGER_NAME: is a multi-line string (line 4)",
        ],
    ),
    Broken(
        "multi-line string that never ends",
        FLAT + b'CHARGER_NAME = """\na\nCHARGER_MODEL = "b"\n',
        ["settings.toml:4:16: CHARGER_NAME: the closing quote is missing"],
        ['settings.toml line 5: is not NAME = "value"', "CHARGER_NAME: is a multi-line string (line 4)"],
    ),
    Broken(
        "no closing quote",
        FLAT + b'CHARGER_MQTT_TLS = "true\n',
        ["settings.toml:4:20: CHARGER_MQTT_TLS: the closing quote is missing"],
        ["CHARGER_MQTT_TLS: has no closing quote (line 4)" + UNAVAILABLE],
    ),
    Broken(
        "no opening quote",
        FLAT + b'CHARGER_NAME = a"\n',
        [
            "settings.toml:4:16: CHARGER_NAME: text goes in double quotes; only numbers, true and false go without"
        ],
        ["CHARGER_NAME: needs double quotes (line 4)"],
    ),
    Broken(
        "no quotes",
        FLAT + b"CHARGER_NAME = garage\n",
        [
            "settings.toml:4:16: CHARGER_NAME: text goes in double quotes; only numbers, true and false go without"
        ],
        ["CHARGER_NAME: needs double quotes (line 4)"],
    ),
    Broken(
        "address without quotes",
        SECTIONS.replace(b'"10.0.0.2"', b"10.0.0.2"),
        [
            "settings.toml:6:10: mqtt.broker: text goes in double quotes; only numbers, true and false go without"
        ],
        SECTIONED,
    ),
    Broken(
        "host name that begins like a bool, without quotes",
        SECTIONS.replace(b'"10.0.0.2"', b"no-such-host"),
        [
            "settings.toml:6:10: mqtt.broker: text goes in double quotes; only numbers, true and false go without"
        ],
        SECTIONED,
    ),
    Broken(
        "typographic quotes",
        FLAT + "CHARGER_NAME = “garage”\n".encode(),
        [
            "settings.toml:4:16: CHARGER_NAME: text goes in double quotes; only numbers, true and false go without"
        ],
        ["CHARGER_NAME: needs double quotes (line 4)"],
    ),
    Broken(
        "text after the quotes",
        FLAT + b'CHARGER_NAME = "a" b\n',
        ["settings.toml:4:20: CHARGER_NAME: only a comment may follow a value or a [section]"],
        ["CHARGER_NAME: has text after the closing quote (line 4)"],
    ),
    Broken(
        "no value",
        FLAT + b"CHARGER_NAME =\n",
        ["settings.toml:4:15: CHARGER_NAME: has no value"],
        ["CHARGER_NAME: has no value (line 4)"],
    ),
    Broken(
        "no equals sign",
        FLAT + b'CHARGER_NAME "a"\n',
        ["settings.toml:4:14: must be NAME = VALUE"],
        ['CHARGER_NAME: is not NAME = "value" (line 4)'],
    ),
    Broken(
        "colon instead of equals",
        SECTIONS + b"port: 1883\n",
        ["settings.toml:7:5: must be NAME = VALUE"],
        SECTIONED,
    ),
    Broken(
        "a word on its own",
        FLAT + b"hello\n",
        ["settings.toml:4:6: must be NAME = VALUE"],
        ['settings.toml line 4: is not NAME = "value"'],
    ),
    Broken(
        "name in quotes",
        FLAT + b'"CHARGER_NAME" = "a"\n',
        ["settings.toml:4:1: warning: the board cannot read this line: has a name in quotes or with a blank"],
        ["settings.toml line 4: has a name in quotes or with a blank" + UNAVAILABLE],
    ),
    Broken(
        "lower-case variable",
        FLAT + b'charger_name = "a"\n',
        ["settings.toml:4:1: charger_name: did you mean CHARGER_NAME?"],
        ["charger_name: is not a setting" + UNAVAILABLE],
    ),
    Broken(
        "misspelt variable",
        FLAT + b'CHARGER_MQTT_BROCKER = "a"\n',
        ["settings.toml:4:1: CHARGER_MQTT_BROCKER: did you mean CHARGER_MQTT_BROKER?"],
        ["CHARGER_MQTT_BROCKER: is not a setting" + UNAVAILABLE],
    ),
    Broken(
        "unknown variable",
        FLAT + b'CHARGER_COLOUR = "a"\n',
        ["settings.toml:4:1: CHARGER_COLOUR: is not a setting"],
        ["CHARGER_COLOUR: is not a setting" + UNAVAILABLE],
    ),
    Broken(
        "misspelt key",
        SECTIONS + b"prot = 1883\n",
        ["settings.toml:7:1: mqtt.prot: did you mean mqtt.port?"],
        SECTIONED,
    ),
    Broken(
        "misspelt section",
        SECTIONS.replace(b"[mqtt]", b"[mqqt]"),
        ["settings.toml:5:1: [mqqt]: did you mean [mqtt]?"],
        SECTIONED,
    ),
    Broken(
        "unknown section",
        SECTIONS + b'[colours]\nled = "red"\n',
        ["settings.toml:7:1: [colours]: is not a section"],
        SECTIONED,
    ),
    Broken(
        "key in the wrong section",
        SECTIONS + b'ssid = "a"\n',
        ["settings.toml:7:1: mqtt.ssid: did you mean wifi.ssid?"],
        SECTIONED,
    ),
    Broken(
        "key outside a section",
        b'broker = "a"\n' + SECTIONS,
        ["settings.toml:1:1: broker: did you mean mqtt.broker?"],
        ["settings.toml line 2: is a [section]: nothing below it is read" + UNAVAILABLE, *NOT_SET],
    ),
    Broken(
        "section within a section",
        SECTIONS + b"[mqtt.extra]\nport = 1\n",
        ["settings.toml:8:1: mqtt.extra.port: did you mean mqtt.port?"],
        SECTIONED,
    ),
    Broken(
        "array of tables",
        SECTIONS + b'[[ntp]]\nserver = "a"\n',
        ["settings.toml:7:1: [[ntp]] is an array of tables: write [ntp]"],
        SECTIONED,
    ),
    Broken(
        "section without its bracket",
        SECTIONS + b'[ntp\nserver = "a"\n',
        ["settings.toml:7:5: the closing ] is missing"],
        SECTIONED,
    ),
    Broken(
        "text behind a section",
        SECTIONS + b'[ntp] server = "a"\n',
        ["settings.toml:7:7: only a comment may follow a value or a [section]"],
        SECTIONED,
    ),
    Broken(
        "number for a text",
        SECTIONS.replace(b'"c1"', b"17"),
        ["settings.toml:4:10: charger.serial: must be in double quotes"],
        SECTIONED,
    ),
    Broken(
        "bool for a text",
        SECTIONS.replace(b'"c1"', b"true"),
        ["settings.toml:4:10: charger.serial: must be in double quotes"],
        SECTIONED,
    ),
    Broken(
        "text for a number",
        SECTIONS + b'port = "high"\n',
        ["settings.toml:7:8: mqtt.port: must be a whole number, not high"],
        SECTIONED,
    ),
    Broken(
        "fraction for a number",
        SECTIONS + b"port = 18.83\n",
        ["settings.toml:7:8: mqtt.port: must be a whole number, not 18.83"],
        SECTIONED,
    ),
    Broken(
        "number for a bool",
        SECTIONS + b"tls = 1\n",
        ["settings.toml:7:7: mqtt.tls: must be true or false, not 1"],
        SECTIONED,
    ),
    Broken(
        "capital True",
        SECTIONS + b"tls = True\n",
        ["settings.toml:7:7: mqtt.tls: must be true or false, in small letters"],
        SECTIONED,
    ),
    Broken(
        "array for a value",
        SECTIONS + b"port = [1883]\n",
        ["settings.toml:7:8: mqtt.port: must be one value, not an array"],
        SECTIONED,
    ),
    Broken(
        "array that never ends",
        SECTIONS + b"port = [1883\ntls = true\n",
        ["settings.toml:7:8: mqtt.port: the closing bracket is missing"],
        SECTIONED,
    ),
    Broken(
        "table for a value",
        SECTIONS + b"port = {number = 1883}\n",
        ["settings.toml:7:8: mqtt.port: must be one value, not a table"],
        SECTIONED,
    ),
    Broken(
        "date for a value",
        SECTIONS + b"port = 2026-11-22\n",
        ["settings.toml:7:8: mqtt.port: must be one value, not a date or a time"],
        SECTIONED,
    ),
    Broken(
        "number out of range",
        FLAT + b'CHARGER_MQTT_PORT = "99999"\n',
        ["settings.toml:4:21: CHARGER_MQTT_PORT: must be 1 to 65535, not 99999"],
        ["CHARGER_MQTT_PORT: must be 1 to 65535, not 99999"],
    ),
    Broken(
        "leading zero",
        SECTIONS + b"port = 01883\n",
        ["settings.toml:7:8: mqtt.port: a number must not begin with 0"],
        SECTIONED,
    ),
    Broken(
        "not a number",
        SECTIONS + b"[display]\ntimezone_offset_hours = nan\n",
        ["settings.toml:8:25: display.timezone_offset_hours: must be a number, not nan"],
        SECTIONED,
    ),
    Broken(
        "text too long",
        FLAT + b'CHARGER_NAME = "' + b"x" * 51 + b'"\n',
        ["settings.toml:4:16: CHARGER_NAME: must be 1 to 50 characters, has 51"],
        ["CHARGER_NAME: must be 1 to 50 characters, has 51"],
    ),
    Broken(
        "required but empty",
        FLAT.replace(b'"c1"', b'""'),
        ["settings.toml:2:18: CHARGER_SERIAL: must not be empty"],
        ["CHARGER_SERIAL: must not be empty" + UNAVAILABLE],
    ),
    Broken(
        "unknown escape",
        FLAT + b'CHARGER_NAME = "a\\qb"\n',
        ['settings.toml:4:20: CHARGER_NAME: a backslash in double quotes is written "\\\\"'],
        [],
    ),
    Broken(
        "bad unicode escape",
        FLAT + b'CHARGER_NAME = "\\u12"\n',
        ["settings.toml:4:19: CHARGER_NAME: must be \\u and 4, or \\U and 8 hex digits"],
        ["CHARGER_NAME: has a bad \\u escape (line 4)"],
    ),
    Broken(
        "surrogate escape",
        FLAT + b'CHARGER_NAME = "\\ud800"\n',
        ["settings.toml:4:23: CHARGER_NAME: is not a character: \\ud800 to \\udfff are not allowed"],
        ["CHARGER_NAME: has a bad \\u escape (line 4)"],
    ),
    Broken(
        "control character by escape",
        FLAT + b'CHARGER_NAME = "a\\u0007"\n',
        ["settings.toml:4:16: CHARGER_NAME: has a control character"],
        ["CHARGER_NAME: has a control character"],
    ),
    Broken(
        "raw control character",
        FLAT + b'CHARGER_NAME = "a\x07"\n',
        ["settings.toml:4:18: CHARGER_NAME: has a control character"],
        ["CHARGER_NAME: has a control character"],
    ),
    Broken(
        "backslash unescaped",
        FLAT + b'CHARGER_NAME = "C:\\new"\n',
        ["settings.toml:4:16: CHARGER_NAME: has a control character"],
        ["CHARGER_NAME: has a control character"],
    ),
    Broken(
        "URL for a host",
        FLAT.replace(b"10.0.0.2", b"mqtt://10.0.0.2:1883"),
        ["settings.toml:3:23: CHARGER_MQTT_BROKER: must be a bare host name: no scheme, no port, no path"],
        ["CHARGER_MQTT_BROKER: must be a bare host name: no scheme, no port, no path" + UNAVAILABLE],
    ),
    Broken(
        "space at the end of a host",
        FLAT.replace(b"10.0.0.2", b"10.0.0.2 "),
        ["settings.toml:3:23: CHARGER_MQTT_BROKER: must be a bare host name: no blanks"],
        ["CHARGER_MQTT_BROKER: must be a bare host name: no blanks" + UNAVAILABLE],
    ),
    Broken(
        "secret too short",
        FLAT + b'CHARGER_WIFI_PASSWORD = "hunter2"\n',
        [
            "settings.toml:4:25: CHARGER_WIFI_PASSWORD: must be empty or 8 to 63 bytes, or 64 hexadecimal digits, has 7"
        ],
        [
            "CHARGER_WIFI_PASSWORD: must be empty or 8 to 63 bytes, or 64 hexadecimal digits, has 7"
            + UNAVAILABLE
        ],
    ),
    Broken(
        "secret without quotes",
        FLAT + b"CHARGER_WIFI_PASSWORD = hunter22\n",
        [
            "settings.toml:4:25: CHARGER_WIFI_PASSWORD: text goes in double quotes; only numbers, true and false go without"
        ],
        ["CHARGER_WIFI_PASSWORD: needs double quotes (line 4)" + UNAVAILABLE],
    ),
    Broken(
        "JSON instead of TOML",
        b'{"wifi": {"ssid": "workshop"}}\n',
        ["settings.toml:1:1: must be NAME = VALUE, a [section] or a comment", *REQUIRED],
        ['settings.toml line 1: is not NAME = "value"', *NOT_SET],
    ),
    Broken(
        "YAML instead of TOML",
        b"wifi:\n  ssid: workshop\n",
        [*REQUIRED, "settings.toml:1:5: must be NAME = VALUE", "settings.toml:2:7: must be NAME = VALUE"],
        [
            'settings.toml line 1: is not NAME = "value"',
            'settings.toml line 2: is not NAME = "value"',
            *NOT_SET,
        ],
    ),
    Broken(
        "Python instead of TOML",
        b'WIFI_SSID = "workshop"\nimport os\n',
        [
            "settings.toml:1:1: WIFI_SSID: did you mean wifi.ssid?",
            *REQUIRED[1:],
            "settings.toml:2:8: must be NAME = VALUE",
        ],
        ['settings.toml line 2: is not NAME = "value"', *NOT_SET],
    ),
    Broken(
        "dotted names on the board",
        b'wifi.ssid = "workshop"\ncharger.serial = "c1"\nmqtt.broker = "10.0.0.2"\n',
        [],
        NOT_SET,
    ),
    Broken(
        "unquoted number and bool, flat",
        FLAT + b"CHARGER_MQTT_PORT = 1884\nCHARGER_MQTT_TLS = true\n",
        [],
        [],
    ),
    Broken("CRLF", FLAT.replace(b"\n", b"\r\n"), [], []),
    Broken(
        "CircuitPython's pair differs",
        FLAT + b'CIRCUITPY_WIFI_SSID = "other"\n',
        [
            "settings.toml:4:1: warning: CIRCUITPY_WIFI_SSID: is written from wifi.ssid by a deploy: set that instead"
        ],
        [],
    ),
    Broken(
        "CircuitPython's own variable",
        FLAT + b"CIRCUITPY_HEAP_START_SIZE = 100000\n",
        [
            "settings.toml:4:1: warning: CIRCUITPY_HEAP_START_SIZE: is a setting of CircuitPython: keep it in the board's "
            "file"
        ],
        [],
    ),
]
