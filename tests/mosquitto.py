# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A real mosquitto for tests, with the lines of configuration that a test needs."""

import os
import shutil
import signal
import subprocess
import time

import pytest

from tests.cluster import free_ports

PATIENCE_S = 60


def needs_mosquitto():
    """Skips, but fails in CI, where one of the programs is missing."""
    missing = [name for name in ("mosquitto", "mosquitto_passwd", "openssl") if not shutil.which(name)]
    if missing and os.environ.get("CI") == "true":
        pytest.fail(f"not installed: {', '.join(missing)}")
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")


class RunningMosquitto:
    """Of a configuration that somebody else has written; it logs to stderr at least what it is doing ("information")."""

    def __init__(self, config):
        self._config = config
        self._log = config.with_name("mosquitto.log")
        self.start()

    def start(self):
        # To a file: a full pipe that nobody reads would block mosquitto.
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                ["mosquitto", "-c", str(self._config)], stderr=log, cwd=self._config.parent
            )
        self._until_logged(" running", 1)

    @property
    def log(self):
        return self._log.read_text(errors="replace")

    @property
    def pid(self):
        return self._process.pid

    def reload(self):
        """Passwords, rights and certificates, as they are now."""
        before = self.log.count("Reloading config")
        self._process.send_signal(signal.SIGHUP)
        self._until_logged("Reloading config", before + 1)

    def stop(self):
        self._process.terminate()
        self._process.wait()

    def kill(self):
        self._process.kill()
        self._process.wait()

    def _until_logged(self, text, times):
        end = time.monotonic() + PATIENCE_S
        while self.log.count(text) < times:
            if self._process.poll() is not None or time.monotonic() > end:
                self._process.kill()
                self._process.wait()
                pytest.fail(f"mosquitto: not {text}: {self.log}")
            time.sleep(0.01)


class Mosquitto(RunningMosquitto):
    """One with these lines of configuration, on a free port of the loopback interface."""

    def __init__(self, folder, *lines):
        self.port = free_port()
        config = folder / "mosquitto.conf"
        config.write_text(
            "\n".join(
                [
                    f"listener {self.port} 127.0.0.1",
                    "log_dest stderr",
                    "log_type information",
                    "log_type error",
                    *lines,
                    "",
                ]
            )
        )
        super().__init__(config)


def free_port():
    return free_ports(1)[0]
