# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl central serve` as a process of its own, as its owner runs it."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time

import pytest

# Who comes over a broker that runs already is refused otherwise.
EVERYBODY = {"CHARGERCTL_CENTRAL_UNKNOWN_CHARGERS": "accept", "CHARGERCTL_CENTRAL_UNKNOWN_CARDS": "accept"}
# However slow the machine is.
BOUND_S = 180.0


def surroundings(folder, **more):
    """Of a command that is nobody's: no settings of whoever runs the tests."""
    own = {key: value for key, value in os.environ.items() if not key.startswith(("CHARGER_", "CHARGERCTL_"))}
    return {**own, "XDG_CONFIG_HOME": str(folder), "HOME": str(folder), **more}


def chargerctl(*words):
    return [sys.executable, "-m", "chargerctl.cli.main", *map(str, words)]


class Serve:
    """Its events, as they come. Use it in a with block: it is killed at the end if nobody has stopped it."""

    def __init__(self, folder, *options, descriptors=None, command=("central", "serve"), **variables):
        """descriptors: how many files it may have open, where that is few. command: another one that tells what it does."""
        limited = ["sh", "-c", f'ulimit -n {descriptors}; exec "$@"', "sh"] if descriptors else []
        self.events = []
        self._arrived = queue.Queue()
        self._process = subprocess.Popen(
            [*limited, *chargerctl(*command, "--json", *options)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=folder,
            env=surroundings(folder, **variables),
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._process.kill()
        self._process.wait()
        self._reader.join()
        self._process.stdout.close()
        self._process.stderr.close()

    def expect(self, what, **wanted):
        """The next event of this kind, with these fields or details; what comes before it is passed."""
        end = time.monotonic() + BOUND_S
        while True:
            try:
                event = self._arrived.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                pytest.fail(f"no event {what} {wanted}: {self.report()}")
            if event is None:
                pytest.fail(f"serve has ended before {what} {wanted}: {self.report()}")
            if "error" in event:
                pytest.fail(f"serve fails before {what} {wanted}: {event['error']}")
            if event["what"] == what and wanted.items() <= {**event, **event["details"]}.items():
                return event

    @property
    def has_ended(self):
        return self._process.poll() is not None

    @property
    def pid(self):
        return self._process.pid

    def stop(self):
        """As systemd does; the exit status."""
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(BOUND_S)

    def signal(self, number):
        self._process.send_signal(number)

    def kill(self):
        self._process.kill()
        self._process.wait(BOUND_S)

    def report(self):
        if self._process.poll() is None:
            return "\n".join(event["text"] for event in self.events)
        return self._process.stderr.read()

    def _read(self):
        for line in self._process.stdout:
            event = json.loads(line)
            self.events.append(event)
            self._arrived.put(event)
        self._arrived.put(None)
