# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Opens the connection to the broker: name, TCP, TLS, each only when everything may stand still for that long."""

from charger.net import DNS_MS
from charger.net.packet_socket import errno_name

# Fits the default [safety] max_stall_ms; an ESP32 and an RP2 both wait in steps of 100 ms.
QUICK_MS = 200
PATIENT_MS = 3000
TLS_MS = 3000
_FAILURES_BEFORE_DNS = 3

_REASONS = {
    "ECONNREFUSED": "connection refused",
    "ECONNRESET": "connection reset",
    "EHOSTUNREACH": "no route to it",
    # An RP2 says EINPROGRESS when the time is over.
    "EINPROGRESS": "no answer",
    "ETIMEDOUT": "no answer",
}


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
    """`pool`, `values` and `stalls` as in the package; `make_context(ca_file)` is called before the first TLS."""

    def __init__(self, pool, values, stalls, make_context):
        self._pool = pool
        self._host = values["mqtt.broker"]
        self._port = values["mqtt.port"]
        self._tls = values["mqtt.tls"]
        self._ca_file = values["mqtt.ca_file"]
        self._stalls = stalls
        self._make_context = make_context
        self._context = None
        # The watchdog is not fed while a connect waits.
        self._patient_ms = min(PATIENT_MS, values["safety.watchdog_seconds"] * 500)
        self._is_address = self._host.replace(".", "").isdigit()
        self._address = self._host if self._is_address else None
        self._failures = 0
        self.problem = None

    def open(self):
        """A connected socket with timeout 0, or None: then `problem` says why, and is None when it may not stall now."""
        self.problem = None
        if not self._resolve() or not self._trust():
            return None
        extra = TLS_MS if self._tls else 0
        if self._stalls.allow(self._patient_ms + extra):
            return self._connect(self._patient_ms + extra)
        if self._stalls.allow(QUICK_MS + extra):
            return self._connect(QUICK_MS + extra)
        return None

    def _resolve(self):
        """True when an address is known. A known one is kept when the name server is down."""
        stale = self._failures >= _FAILURES_BEFORE_DNS and not self._is_address
        if (stale or self._address is None) and self._stalls.allow(DNS_MS):
            try:
                answers = self._pool.getaddrinfo(self._host, self._port, 0, self._pool.SOCK_STREAM)
                self._address = next(answer[-1][0] for answer in answers if ":" not in answer[-1][0])
                self._failures = 0
            except (OSError, StopIteration) as error:
                if self._address is None:
                    self.problem = f"name not found, {error}"
        return self._address is not None

    def _trust(self):
        """True when TLS is off or its context is there."""
        if self._tls and self._context is None:
            try:
                self._context = self._make_context(self._ca_file)
            except (OSError, ValueError) as error:
                self.problem = f"[mqtt] ca_file {self._ca_file} cannot be used: {error}"
                return False
        return True

    def _connect(self, budget):
        raw = native = None
        try:
            raw = native = self._pool.socket(self._pool.AF_INET, self._pool.SOCK_STREAM)
            # Without it an acknowledged message takes 40 ms (Nagle against delayed acknowledgement).
            raw.setsockopt(self._pool.IPPROTO_TCP, self._pool.TCP_NODELAY, 1)
            if self._tls:
                native = self._context.wrap_socket(raw, server_hostname=self._host)
            native.settimeout(budget / 1000)  # float: socketpool takes seconds
            native.connect((self._address, self._port))
            native.settimeout(0)
            self._failures = 0
            return native
        except (OSError, RuntimeError, ValueError, MemoryError) as error:
            self._failures += 1
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
        if name in _REASONS:
            return _REASONS[name]
        return f"TLS: {error}" if self._tls else name
