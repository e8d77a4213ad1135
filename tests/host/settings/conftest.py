# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
import io
import json
import os
from pathlib import Path

import pytest
from charger import settings, settings_file
from chargerctl.cli.main import main

GOOD = {
    "CHARGER_WIFI_SSID": "workshop",
    "CHARGER_MQTT_BROKER": "192.168.1.10",
    "CHARGER_SERIAL": "esp32c6-charger-4f2a9c",
}


@pytest.fixture
def good():
    """The least that a charger needs, as variables."""
    return dict(GOOD)


@pytest.fixture
def good_toml():
    """The same as a laptop's file."""
    return (
        '[wifi]\nssid = "workshop"\n[mqtt]\nbroker = "192.168.1.10"\n'
        '[charger]\nserial = "esp32c6-charger-4f2a9c"\n'
    )


@pytest.fixture
def board_reads():
    """The board's own reading of a settings.toml: (values, the lines on its console)."""

    def read(data: bytes):
        found, unreadable, notes = settings_file.read(io.BytesIO(data))
        values, problems = settings.load(found.get, unreadable, list(found))
        lines = [
            f"{name}: {reason}{' (stays Unavailable)' if fatal else ''}"
            for name, reason, fatal in notes + problems
        ]
        return values, lines

    return read


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty current folder, and an environment without settings."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith(("CHARGER_", "CHARGERCTL_")):
            monkeypatch.delenv(name)
    return tmp_path


@pytest.fixture
def chargerctl(folder, capsys):
    """Run the command line: (exit status, stdout, stderr)."""

    def run(*arguments: str):
        capsys.readouterr()
        try:
            status = main(list(arguments))
        except SystemExit as ended:
            status = ended.code
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


@pytest.fixture
def chargerctl_json(chargerctl):
    """Run a command with --json: (exit status, what it printed)."""

    def run(*arguments: str):
        status, out, _ = chargerctl(*arguments, "--json")
        return status, json.loads(out)

    return run


@pytest.fixture
def write(folder):
    def write(text: str | bytes, name: str = "settings.toml") -> Path:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return write
