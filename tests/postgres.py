# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A real PostgreSQL for tests, on a free loopback port, in a folder of its own."""

import contextlib
import itertools
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

_DEBIAN = Path("/usr/lib/postgresql")
# It refuses to run as root.
_ACCOUNT = ["runuser", "-u", "postgres", "--"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []


def programs():
    """The folder of PostgreSQL's programs. Skips, but fails in CI, where there is none."""
    newest = sorted(_DEBIAN.glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    found = newest[-1] if newest else shutil.which("initdb")
    if not found or (_ACCOUNT and not shutil.which("runuser")):
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("not installed: postgresql")
    return Path(found).parent


class Postgres:
    """Every connection is trusted. Without fsync, unless a test is about what is on the disk."""

    def __init__(self, *, fsync=False):
        self._programs = programs()
        self._folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        self._data = self._folder / "data"
        self._count = itertools.count()
        if _ACCOUNT:
            shutil.chown(self._folder, "postgres", "postgres")
        self._run("initdb", "-D", self._data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        settings = {
            "listen_addresses": "'127.0.0.1'",
            "port": self.port,
            "unix_socket_directories": f"'{self._folder}'",
            "fsync": "on" if fsync else "off",
            "shared_buffers": "16MB",
            "max_connections": 50,
        }
        text = "".join(f"{key} = {value}\n" for key, value in settings.items())
        (self._data / "postgresql.auto.conf").write_text(text)
        self.start()

    def database(self):
        """A new, empty database; its URL."""
        name = f"books_{next(self._count)}"
        self.execute("postgres", f"CREATE DATABASE {name}")
        return self._url(name)

    def execute(self, database, statement):
        """In this database: its name, or its URL."""
        with psycopg.connect(self._url(database.rpartition("/")[2]), autocommit=True) as connection:
            connection.execute(statement)

    def _url(self, name):
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def start(self):
        self._run("pg_ctl", "-D", self._data, "-w", "-t", "60", "-l", self._folder / "log", "start")

    def stop(self, mode="fast"):
        """mode: immediate is a crash."""
        self._run("pg_ctl", "-D", self._data, "-w", "-t", "60", "-m", mode, "stop")

    def kill(self):
        """With kill -9."""
        os.kill(self.pid, signal.SIGKILL)

    @property
    def pid(self):
        """Of the process that has started its others."""
        return int((self._data / "postmaster.pid").read_text().split()[0])

    def start_again(self):
        """After kill(): its other processes end when they notice, and before that no new one may use the data."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                return self.start()
            except subprocess.CalledProcessError:
                time.sleep(0.05)
        return pytest.fail("PostgreSQL does not start again")

    def close(self):
        with contextlib.suppress(subprocess.CalledProcessError):
            self.stop("immediate")
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, program, *arguments):
        command = [*_ACCOUNT, self._programs / program, *arguments]
        subprocess.run(
            list(map(str, command)), check=True, cwd=self._folder, stdout=subprocess.DEVNULL, timeout=120
        )
