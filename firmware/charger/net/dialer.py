# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Opens the connection to the broker, name, TCP and TLS in turn, when calls may block for that long.

Loaded while there is no connection, and unloaded with its TLS context as soon as there is one.
"""

from micropython import const

from charger.net.packet_socket import errno_name
from charger.stalls import WATCHDOG_RESERVE_MS

# Fits the default [safety] max_stall_ms; an ESP32 and an RP2 both wait in steps of 100 ms.
QUICK_MS = 200
PATIENT_MS = 3000
# A handshake: its arithmetic, and three times the socket's timeout (TCP connect and two answers).
TLS_MS = 3000
TLS_WAITS = 3
PATIENT_TLS_MS = 1500

# The least that leaves time for it.
_TLS_SECONDS = (TLS_MS + TLS_WAITS * QUICK_MS + WATCHDOG_RESERVE_MS + 999) // 1000

_SILENT = "no answer: check mqtt.broker"
_REASONS = {
    "ECONNREFUSED": "connection refused: is a broker running there? (mqtt.port)",
    "EHOSTUNREACH": "no route to it: check mqtt.broker",
    # An RP2 raises EINPROGRESS when the time is over.
    "EINPROGRESS": _SILENT,
    "ETIMEDOUT": _SILENT,
}
# lwIP gives a refused connection as a reset one.
_ENDED = ("ECONNRESET", "ENOTCONN", "ECONNABORTED", "EPIPE")
_NO_TLS = ": does it speak TLS at that port? (mqtt.port, mqtt.tls)"
# mbedTLS's errors about certificates (MBEDTLS_ERR_X509_...), and a fatal alert from the other side.
_FIRST_X509 = const(-0x3000)
_LAST_X509 = const(-0x2000)
_ALERT = const(-0x7780)


def make_tls_context(ca_file):
    """An ssl context that trusts the PEM certificate in `ca_file`, or the board's own roots when that is "".

    Raises OSError or ValueError when the file cannot be read or holds no certificate.
    """
    import ssl

    context = ssl.create_default_context()
    if ca_file:
        with open(ca_file) as file:
            context.load_verify_locations(cadata=file.read())
    return context


class Dialer:
    """`resolver` knows the address of `host`; the other collaborators as in the package. `make_context(ca_file)` is
    called before the first TLS."""

    def __init__(
        self, pool, resolver, host, port, tls, ca_file, watchdog_seconds, stalls, log, make_context=None
    ):
        self._pool = pool
        self._resolver = resolver
        self._host = host
        self._port = port
        self._tls = tls
        self._ca_file = ca_file
        self._stalls = stalls
        self._make_context = make_context or make_tls_context
        self._context = None
        self._patient_ms = self._patience(watchdog_seconds, log)
        self.problem = None
        self.resolving = False

    def _patience(self, watchdog_seconds, log):
        """The socket's timeout when there is time, so that all of it ends before the watchdog resets the board."""
        if self._tls:
            wanted = PATIENT_TLS_MS
            longest = (watchdog_seconds * 1000 - WATCHDOG_RESERVE_MS - TLS_MS) // TLS_WAITS
        else:
            wanted = PATIENT_MS
            longest = watchdog_seconds * 500
        if longest < wanted:
            what = f"a connect gets {longest} ms" if longest >= QUICK_MS else "there is no time for TLS"
            log("mqtt", f"With [safety] watchdog_seconds = {watchdog_seconds} {what}")
        return min(wanted, longest)

    def open(self, now):
        """A connected socket with timeout 0, or None: then `problem` says why.

        None and `resolving` while the name is looked up: call again in the next pass. None also when no call may block for
        so long now.
        """
        self.problem = None
        if not self._resolve(now) or not self._in_time():
            return None
        for wait in (self._patient_ms, QUICK_MS):
            if self._stalls.allow(TLS_MS + TLS_WAITS * wait if self._tls else wait):
                # Reading the certificate blocks, too; it is part of what was allowed.
                return self._connect(wait) if self._trust() else None
        return None

    def _resolve(self, now):
        """True when an address is known."""
        resolver = self._resolver
        self.resolving = not resolver.ready(now)
        if self.resolving:
            return False
        if resolver.address is None:
            self.problem = f"name not found, {resolver.problem}"
            return False
        return True

    def _in_time(self):
        """True when the watchdog leaves time for TLS, or it is off."""
        if self._patient_ms < QUICK_MS:
            self.problem = f"[mqtt] tls needs [safety] watchdog_seconds of at least {_TLS_SECONDS}"
            return False
        return True

    def _trust(self):
        """True when TLS is off, or its context is there."""
        if self._tls and self._context is None:
            try:
                self._context = self._make_context(self._ca_file)
            except (OSError, ValueError) as error:
                self.problem = f"[mqtt] ca_file {self._ca_file} cannot be used: {error}"
                return False
        return True

    def _connect(self, wait_ms):
        raw = native = None
        try:
            raw = native = self._pool.socket(self._pool.AF_INET, self._pool.SOCK_STREAM)
            # Without it an acknowledged message takes 40 ms (Nagle against delayed acknowledgement).
            raw.setsockopt(self._pool.IPPROTO_TCP, self._pool.TCP_NODELAY, 1)
            if self._tls:
                native = self._context.wrap_socket(raw, server_hostname=self._host)
            native.settimeout(wait_ms / 1000)  # float: socketpool takes seconds
            native.connect((self._resolver.address, self._port))
            native.settimeout(0)
            self._resolver.worked()
            return native
        except (OSError, RuntimeError, ValueError, MemoryError) as error:
            self._resolver.failed()
            self.problem = self._reason(error)
        # After a failed handshake CircuitPython's SSLSocket.close() leaves the socket inside it open.
        for socket in (native, raw):
            if socket is not None:
                socket.close()
        return None

    def _reason(self, error):
        if not isinstance(error, OSError):
            return f"{type(error).__name__} {error}"
        name = errno_name(error)
        if name in _ENDED:
            return f"connection ended{_NO_TLS}" if self._tls else _REASONS["ECONNREFUSED"]
        if name in _REASONS:
            # A handshake with a broker that waits for MQTT ends so, too.
            silent = self._tls and _REASONS[name] == _SILENT
            return f"no answer{_NO_TLS}" if silent else _REASONS[name]
        if not self._tls:
            return f"socket error {name}"
        # Some builds give only the number, without a text.
        number = error.args[0] if isinstance(error.args[0], int) else 0
        text = str(error)
        if _FIRST_X509 < number <= _LAST_X509 or "CERT" in text:
            # The error's own text may be long, and the console cuts lines.
            return f"certificate not accepted, check mqtt.ca_file and mqtt.broker: {text}"
        if number == _ALERT or "ALERT" in text:
            return f"TLS refused by the broker, does it ask for a client certificate? {text}"
        return f"TLS failed{_NO_TLS} {text}"
