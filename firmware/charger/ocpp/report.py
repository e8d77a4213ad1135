# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the file of GetDiagnostics says: firmware, time, memory, the configuration keys, the drive's settings without
secrets, and the last lines of the log. Loaded for one attempt to upload it.

The file goes where the central system says, perhaps unencrypted: neither a password nor the names that go with one, the
broker's user name and the Wi-Fi's, are in it.
"""

from charger.clock import iso
from charger.visit import visit

_PRIVATE = (b"WIFI", b"WEB_", b"USER", b"PASS")


def make(charger, window):
    """A function that gives an iterator of the file's lines, bytes, the same at each call.

    `window`: (first, last) unix time of the lines of the log that are wanted, None for no limit. Where the time is not known
    all are given.
    """
    board = charger.board
    now = board.system.up_ms() // 1000
    unix = board.clock.unix()
    vendor, model, serial, version = charger.identity[:4]
    head = [
        "chargerctl firmware {} on {}, {} {}, serial {}".format(
            version, board.system.board_id(), vendor, model, serial
        ),
        "time {}, {} s since the board's start".format("unknown" if unix is None else iso(unix), now),
        "memory {}".format(board.system.memory()),
        "transactions and messages that are not delivered: {}".format(len(board.journal)),
        "",
        "Configuration keys",
    ]
    for entry in visit("ocpp.keys").entries(charger):
        head.append("{} = {}".format(entry["key"], entry["value"]))
    first, last = [None if each is None or unix is None else each - unix + now for each in window]

    def lines():
        for line in head:
            yield (line + "\n").encode()
        yield b"\nSettings of the drive, without Wi-Fi, user name and passwords\n"
        for line in _settings():
            yield line
        yield b"\nLog\n"
        for line in _log(board.console.last()):
            at = _second(line)
            if at is not None and (first is None or at >= first) and (last is None or at <= last):
                yield _without_network(line, board.wifi.ssid)

    return lines


def _settings():
    """Our settings in the drive's file, without comments. What is not ours may be a secret, too."""
    try:
        with open("/settings.toml", "rb") as file:
            for line in file:
                name = line.strip().split(b"=")[0].upper()
                if name.startswith(b"CHARGER_") and not any(word in name for word in _PRIVATE):
                    yield line.split(b"#")[0].strip() + b"\n"
    except OSError:
        # There may be none.
        return


def _without_network(line, ssid):
    """A line of the log as it may leave the board: where one of Wi-Fi names the network, three dots stand for it."""
    if b"] wifi " not in line:
        return line
    # As the console writes it.
    shown = bytes([byte if 32 <= byte < 127 else 63 for byte in ssid.encode()])
    return line.replace(shown, b"...")


def _log(pieces):
    line = bytearray()
    for piece in pieces:
        for byte in piece:
            # 0: nothing has been there yet.
            if byte:
                line.append(byte)
            if byte == 10:
                yield bytes(line)
                line = bytearray()


def _second(line):
    """The board's second at which a line was written; None for what is left of one that is half overwritten."""
    try:
        return int(line[1 : line.index(b".")]) if line[:1] == b"[" else None
    except ValueError:
        return None
