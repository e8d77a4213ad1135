# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A real mosquitto for tests, with the lines of configuration that a test needs."""

import os
import shutil
import socket
import subprocess

import pytest


def needs_mosquitto():
    """Skips, but fails in CI, where one of the programs is missing."""
    missing = [name for name in ("mosquitto", "mosquitto_passwd", "openssl") if not shutil.which(name)]
    if missing and os.environ.get("CI") == "true":
        pytest.fail(f"not installed: {', '.join(missing)}")
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")


class Mosquitto:
    def __init__(self, folder, *lines):
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self._config = folder / "mosquitto.conf"
        self._config.write_text(
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
        self.start()

    def start(self):
        # Little is logged: the pipe is not read later, and a full one would block mosquitto.
        self._process = subprocess.Popen(
            ["mosquitto", "-c", str(self._config)], stderr=subprocess.PIPE, text=True, cwd=self._config.parent
        )
        heard = []
        for line in self._process.stderr:
            heard.append(line)
            if "running" in line:
                return
        pytest.fail(f"mosquitto did not start: {''.join(heard)}")

    def stop(self):
        self._process.terminate()
        self._process.communicate()
