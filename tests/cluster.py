# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A cluster of brokers for tests, in a temporary folder and on free loopback ports: each node is a process that can be
stopped, killed, suspended and started again. What RabbitMQ and NATS have in common."""

import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import pytest

# RabbitMQ's node that led needs nearly two minutes.
PATIENCE_S = 240
# Below those of Linux (32,768) and of macOS (49,152) for whoever connects.
_PORTS = range(20_000, 32_000)
# Not the seed of the tests: those that run side by side have the same.
_RANDOM = random.SystemRandom()


def program(name):
    """Its path; in /usr/sbin, too, which Debian's users do not have in theirs. Skips, but fails in CI, where it is not."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if not found:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"not installed: {name}")
    return found


def free_ports(count):
    """All at once, so that no two are the same. None that the system gives to those who connect: one of them would have the
    port of a server that is down for a moment."""
    probes = []
    for port in _RANDOM.sample(_PORTS, len(_PORTS)):
        try:
            probes.append(socket.create_server(("127.0.0.1", port)))
        except OSError:
            continue
        if len(probes) == count:
            break
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def is_open(port):
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


class Node:
    """port: where it speaks MQTT."""

    def __init__(self, folder, port, command, environment=None):
        self.port = port
        self.folder, self._command, self._environment = folder, command, environment
        self._process = None

    @property
    def log(self):
        return (self.folder / "output").read_text(errors="replace")

    @property
    def is_running(self):
        return self._process is not None and self._process.poll() is None

    @property
    def is_ready(self):
        """Whether its MQTT port is open."""
        return is_open(self.port)

    def begin(self):
        """Start it, and do not wait for it."""
        # In a group of its own: RabbitMQ's has helpers, which have to end with it.
        with (self.folder / "output").open("ab") as output:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env=self._environment,
                start_new_session=True,
            )

    def until_ready(self):
        """Until its MQTT port is open."""
        end = time.monotonic() + PATIENCE_S
        while not self.is_ready:
            if not self.is_running or time.monotonic() > end:
                pytest.fail(f"the node does not start: {self.log[-2000:]}")
            time.sleep(0.02)

    def start(self):
        self.begin()
        self.until_ready()

    def stop(self):
        """As systemd does, one that is suspended, too."""
        self._signal(signal.SIGTERM)
        self._signal(signal.SIGCONT)
        self._process.wait(PATIENCE_S)

    def kill(self):
        """As a power cut does."""
        self._signal(signal.SIGKILL)
        self._process.wait()

    def suspend(self):
        """It answers nothing, and its connections stay open."""
        self._signal(signal.SIGSTOP)

    def resume(self):
        self._signal(signal.SIGCONT)

    def _signal(self, number):
        os.killpg(self._process.pid, number)


class Cluster:
    """Of nodes that a subclass makes. Use it in a with block, or close it."""

    def __init__(self, prefix):
        self.folder = Path(tempfile.mkdtemp(prefix=prefix))
        self.nodes = []

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    @property
    def ports(self):
        """Of MQTT, a node each."""
        return [node.port for node in self.nodes]

    @property
    def addresses(self):
        """As --broker takes them."""
        return ",".join(f"127.0.0.1:{port}" for port in self.ports)

    def start_again(self):
        """Those that do not run."""
        for node in self.nodes:
            if not node.is_running:
                node.start()

    def mend(self):
        """Do what the supervision of the nodes asks for, where they have one: how many were restarted."""
        return 0

    def close(self):
        for node in self.nodes:
            if node.is_running:
                node.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
