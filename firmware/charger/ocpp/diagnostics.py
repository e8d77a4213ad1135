# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""GetDiagnostics (SPEC 5.9) and DiagnosticsStatusNotification (SPEC 4.4). Loaded for one call, and then for as long as its
job lasts: until the central system knows how it ended.

An attempt needs the relay open (net/upload.py blocks): until then it waits, and a session that begins goes first.
"""

from micropython import const

from charger.ocpp.calls import CallError, optional, printable, required
from charger.ocpp.rpc import LOST
from charger.visit import LOAD_MS, visit

# While the call does not say how often, and how far apart.
_RETRIES = const(3)
_INTERVAL_S = const(300)
_BEYOND = const(1 << 30)
_MOST_RETRIES = const(100)
# The longest interval, and the longest that all attempts may take together: a job keeps this file loaded.
_DAY_S = const(86400)
# An attempt may take so long, also where the interval is shorter.
_ATTEMPT_S = const(60)
# When a session has gone first.
_AGAIN_S = const(10)
# How long an outcome that the central system does not take is kept.
_KEPT_S = const(600)
_TELLINGS = const(3)
_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz-._"


def _get(charger, payload):
    location = required(payload, "location", str)
    if "://" not in location or not printable(location):
        raise CallError("PropertyConstraintViolation", "location is a URI")
    retries = _count(payload, "retries", _RETRIES, _MOST_RETRIES)
    interval_s = _count(payload, "retryInterval", _INTERVAL_S, _DAY_S)
    since, until = _moment(payload, "startTime"), _moment(payload, "stopTime")
    place = _place(location)
    jobs = charger.visitors.jobs
    for job in jobs[:]:
        # The last request counts.
        if getattr(job, "diagnostics", None):
            job.close()
            jobs.remove(job)
    unix = charger.board.clock.unix()
    name = "{}-{}.txt".format(charger.identity[2], charger.uptime.seconds if unix is None else unix)
    jobs.append(Job(charger, place, name, (since, until), retries, interval_s))
    return {"fileName": name} if place else {}


def _count(payload, name, default, most):
    value = optional(payload, name, int)
    if value is None:
        return default
    if not 0 <= value < _BEYOND:
        raise CallError("PropertyConstraintViolation", name + " is negative, or beyond any use")
    return min(value, most)


def _moment(payload, name):
    """Unix seconds, or None where the field is missing."""
    text = optional(payload, name, str)
    try:
        return None if text is None else visit("timestamp").parse(text)
    except ValueError as error:
        raise CallError("PropertyConstraintViolation", "{} is {}".format(name, error)) from None


def _place(location):
    """(whether by TLS, host, port, path) of an http or https location, else None."""
    scheme, _, rest = location.partition("://")
    tls = scheme.lower() == "https"
    host, _, path = rest.partition("#")[0].partition("/")
    host, colon, port = host.lower().partition(":")
    if not colon:
        port = "443" if tls else "80"
    if not tls and scheme.lower() != "http":
        return None
    if (
        not _only(host, _LETTERS)
        or not _only(port, _LETTERS[:10])
        or len(port) > 5
        or not 0 < int(port) < 65536
    ):
        return None
    return tls, host, int(port), path


def _only(text, letters):
    return bool(text) and all(each in letters for each in text)


class Job:
    """`diagnostics`: the DiagnosticsStatus to report when one is asked for. `place`: as _place gives it, None for one that
    is no good; `window`: the times (unix or None) between which lines of the log are wanted."""

    def __init__(self, charger, place, name, window, retries, interval_s):
        self._charger = charger
        self._log = charger.board.console.log
        self._stalls = charger.board.stalls
        self._place = place
        self._name = name
        self._window = window
        self._retries = retries
        self._interval_s = interval_s
        self._due_s = charger.uptime.seconds
        self._deadline_s = self._due_s + min(_DAY_S, (retries + 1) * max(interval_s, _ATTEMPT_S))
        self._method = "PUT"
        self._upload = None
        # What the central system is still to be told, and how often it was; whether it knows of this attempt.
        self._untold = None
        self._tellings = 0
        self._waits = self._told = False
        self.diagnostics = "Uploading"
        if place is None:
            self._end("UploadFailed", "the location has to be http:// or https://, a host and a path")

    def step(self, now):
        """True when the central system knows the outcome."""
        seconds = self._charger.uptime.seconds
        if seconds >= self._deadline_s + _KEPT_S:
            self.close()
            return True
        if self._untold is not None:
            self._tell(now)
        elif not self._waits:
            if self.diagnostics != "Uploading":
                return True
            if self._upload is not None:
                self._go_on(now, seconds)
            elif seconds >= self._deadline_s:
                self._end("UploadFailed", "not possible in time, with the relay open")
            elif seconds >= self._due_s and self._stalls.idle:
                self._begin()
        return False

    def close(self):
        if self._upload is not None:
            self._upload.close()
            self._upload = None

    def _begin(self):
        if not self._told:
            self._told = True
            self._untold = "Uploading"
        elif self._stalls.allow(LOAD_MS):
            try:
                upload = visit("net.upload").Upload
                self._upload = upload(self._charger, self._method, self._place, self._name, self._window)
            except (ImportError, MemoryError) as error:
                self._failed("cannot load it: {}".format(error or "no memory"))

    def _go_on(self, now, seconds):
        if not self._stalls.idle:
            self.close()
            self._due_s = seconds + _AGAIN_S
            self._log("ocpp", "the upload of diagnostics gives way to a session")
            return
        status = self._upload.step(now)
        if status is None:
            return
        problem = self._upload.problem or "HTTP {}".format(status)
        self.close()
        if 200 <= status < 300:
            self._end("Uploaded", "to " + self._place[1])
        elif status in (405, 501) and self._method == "PUT":
            # It does not take files, but perhaps forms.
            self._method = "POST"
        else:
            self._failed("{}: {}".format(self._place[1], problem))

    def _failed(self, why):
        self._retries -= 1
        if self._retries < 0:
            self._end("UploadFailed", why)
            return
        self._told = False
        self._due_s = self._charger.uptime.seconds + self._interval_s
        self._log("ocpp", "diagnostics not uploaded ({}), again in {} s".format(why, self._interval_s))

    def _end(self, status, why):
        self.diagnostics = self._untold = status
        self._tellings = 0
        self._log("ocpp", "diagnostics {}: {}".format(status, why))

    def _tell(self, now):
        rpc = self._charger.rpc
        if rpc.free and rpc.call(self, "DiagnosticsStatusNotification", {"status": self._untold}, now):
            self._waits = True
            self._untold = None

    def answered(self, payload, error):
        if not self._waits:
            return
        self._waits = False
        # An error is an answer, too.
        if isinstance(error, int) and (error is LOST or self._tellings < _TELLINGS):
            self._tellings += 1
            self._untold = self.diagnostics


ACTIONS = {"GetDiagnostics": _get}
