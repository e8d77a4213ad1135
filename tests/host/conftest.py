# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Settings, commands as they are typed, and drives before and after a deploy."""

import io
import json
import os
from pathlib import Path

import pytest
from charger import checks, settings, settings_file
from chargerctl.boards import network, ports
from chargerctl.boards.boot_out import BOOT_OUT, BootOut
from chargerctl.cli.main import main
from chargerctl.deploy.image import Image, firmware_image
from chargerctl.deploy.libraries.wheels import wheel_libraries

from tests.conftest import FreshLaptop
from tests.host.commands import CONFIG, SECRET, Run
from tests.host.deploy.virtual import FACTORY, tree_after
from tests.host.transport.faulty import Tree

GOOD = {
    "CHARGER_WIFI_SSID": "workshop",
    "CHARGER_MQTT_BROKER": "192.168.1.10",
    "CHARGER_SERIAL": "esp32c6-charger-4f2a9c",
}


@pytest.fixture(autouse=True)
def nothing_around(monkeypatch):
    """No serial ports, and nobody in the network, whatever machine the tests run on."""
    monkeypatch.setattr(ports, "listed_ports", list)
    monkeypatch.setattr(network, "announced_hosts", list)


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
        values, problems = settings.load(checks.check, found.get, unreadable, list(found))
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


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh_laptop: FreshLaptop) -> Path:
    """Where chargerctl remembers things; settings.toml in the current folder; no libraries from a network."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "settings.toml").write_text(CONFIG)
    monkeypatch.setenv("CHARGERCTL_DEPLOY_LIBS", "wheels")
    return fresh_laptop(tmp_path / "config")


@pytest.fixture
def drive(state: Path, tmp_path: Path) -> Path:
    """A factory drive."""
    folder = tmp_path / "CIRCUITPY"
    folder.mkdir()
    (folder / BOOT_OUT).write_text(
        BootOut.assumed("raspberry_pi_pico2_w").render() + "UID:E66164084373532B\r\n"
    )
    (folder / "code.py").write_text("print('Hello World!')\n")
    return folder


@pytest.fixture
def run(drive: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str, at: Path | None = drive, yes: bool = True) -> tuple[int, str, str]:
        where: tuple[str, ...] = ("--drive", str(at)) if at else ()
        where += ("--yes",) if yes and arguments[0] in ("deploy", "rollback", "restore") else ()
        status = main([arguments[0], *where, *arguments[1:]])
        captured = capsys.readouterr()
        assert SECRET not in captured.out + captured.err
        return status, captured.out, captured.err

    return run


@pytest.fixture(scope="session")
def new_image() -> Image:
    return firmware_image() | wheel_libraries()


@pytest.fixture(scope="session")
def old_image(new_image: Image) -> Image:
    """An older version: every program text differs, some files have gone since, one is new since."""
    old = {path: content + b"# older\n" for path, content in new_image.items()}
    del old["lib/adafruit_ticks.py"]
    old["lib/adafruit_ticks.mpy"] = b"C\x06\x00\x1f compiled"
    old["charger/gone/since.py"] = b"pass\n"
    # What it needs of the one that is missing, so that the older version runs too.
    old["adafruit_ticks.py"] = new_image["lib/adafruit_ticks.py"]
    return old


@pytest.fixture(scope="session")
def old_tree(old_image: Image) -> Tree:
    return tree_after(FACTORY, old_image)


@pytest.fixture(scope="session")
def new_tree(old_tree: Tree, new_image: Image) -> Tree:
    return tree_after(old_tree, new_image)
