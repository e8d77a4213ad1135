# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Reads a time server's answer with adafruit_ntp. Loaded for one request, and unloaded again.

The library would send and wait by itself: it gets a socket that sends nothing and already has the answer.
"""

from charger.visit import leave


class _Answered:
    """What adafruit_ntp takes for a socket pool, and for the socket that it makes of it."""

    AF_INET = SOCK_DGRAM = 0

    def __init__(self, packet):
        self._packet = packet

    def getaddrinfo(self, host, port):
        return ((0, 0, 0, "", (host, port)),)

    def socket(self, family, kind):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def settimeout(self, seconds):
        pass

    def sendto(self, data, address):
        pass

    def recv_into(self, buffer):
        buffer[:] = self._packet
        return len(self._packet)


def read(packet):
    """(None, whole Unix seconds), or (why the server's time must not be used, None): RFC 5905, sections 7.3 and 7.4.
    ArithmeticError for an impossible time. Loads the library, which takes up to LOAD_MS."""
    if packet[1] == 0:
        code = "".join([chr(byte) for byte in packet[12:16] if 65 <= byte <= 90])
        return "the server refuses requests: " + code, None
    if packet[0] >> 6 == 3 or packet[1] > 15:
        return "not synchronised", None
    try:
        from adafruit_ntp import NTP
    finally:
        leave("adafruit_ntp")
    return None, NTP(_Answered(packet), server="").utc_ns // 1000000000
