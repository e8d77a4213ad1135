# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a deploy costs as it is typed, against copying the same files: whole processes, interpreter and imports included.

Against `cp -r` and `sync` of a folder and `mcopy` to a FAT image; then what both would take on a slow drive, by a model.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from chargerctl.boards.boot_out import BootOut
from chargerctl.boards.catalogue import BOARDS
from chargerctl.deploy.apply import execute
from chargerctl.deploy.checks import checked_plan
from chargerctl.deploy.image import Image, firmware_image
from chargerctl.deploy.libraries.wheels import wheel_libraries
from chargerctl.deploy.opening import snapshot_of
from chargerctl.deploy.target import make_target
from chargerctl.simulator.machine.board import VirtualBoard
from chargerctl.simulator.network.network import Network
from chargerctl.transport.folder import FolderVolume
from chargerctl.transport.volume import Volume

from bench._processes import CHARGERCTL, environment, medians, row, took, warn_if_busy

BOARD = "adafruit_feather_esp32s2"
ROUNDS = 7
CHANGED = "charger/loop.py"
SETTINGS = {
    "CHARGER_WIFI_SSID": "bench",
    "CHARGER_SERIAL": "bench-1",
    "CHARGER_MQTT_BROKER": "broker.example",
}


@dataclass(frozen=True)
class SlowDrive:
    """A model of a board's drive on USB: its times are added to those measured on a fast disk. Bytes that the system has
    read or written since the drive was plugged in are in its cache, and cost nothing to read."""

    writes_kb_s: float = 300
    reads_kb_s: float = 1000

    def write_ms(self, size: int) -> float:
        return size / self.writes_kb_s / 1.024

    def read_ms(self, size: int) -> float:
        return size / self.reads_kb_s / 1.024


def as_typed(work: Path, size: int) -> None:
    env = environment(work / "home")
    source, drive, config, image = work / "image", work / "drive", work / "settings.toml", work / "fat.img"
    drive.mkdir()
    config.write_text('[wifi]\nssid = "bench"\n[mqtt]\nbroker = "10.0.0.2"\n[charger]\nserial = "bench-1"\n')
    deploy = [*CHARGERCTL, "deploy", "--yes", "-c", str(config), "--drive", str(drive)]
    deploy += ["--set", f"hardware.board={BOARD}"]
    first = took(deploy, env)
    commands = {
        "copy": [
            "sh",
            "-c",
            f"rm -rf '{work}/copy' && cp -r '{source}' '{work}/copy' && sync -f '{work}/copy'",
        ],
        "nothing": deploy,
    }
    if shutil.which("mcopy"):
        kb = BOARDS[BOARD].filesystem_kb
        fresh = f"rm -f '{image}' && mformat -C -i '{image}' -T {kb * 2} -h 1 -s 1 :: && "
        commands["mcopy"] = ["sh", "-c", f"{fresh} mcopy -s -i '{image}' '{source}'/* :: && sync '{image}'"]
    found = medians(commands, env, ROUNDS)
    changes, written = [], 0
    for number in range(ROUNDS):
        change = [*deploy, "--set", f"mqtt.port={1884 + number}", "--json"]
        start = time.perf_counter()
        done = subprocess.run(change, env=env, check=True, capture_output=True)
        changes.append((time.perf_counter() - start) * 1000)
        written = json.loads(done.stdout)["bytes_to_write"]
    changed = sorted(changes)[ROUNDS // 2]
    warn_if_busy()
    print(f"whole processes on this disk, {size / 1024:.0f} KB; medians of {ROUNDS} rounds")
    row("cp -r and sync", f"{found['copy']:.0f} ms")
    row("mcopy to a FAT image", f"{found['mcopy']:.0f} ms" if "mcopy" in found else "not measured: no mtools")
    row("first deploy, once", f"{first:.0f} ms: each file is read back and compared")
    row("deploy, nothing to do", f"{found['nothing']:.0f} ms, {found['nothing'] / found['copy']:.1f} x cp -r")
    row("deploy, one setting", f"{changed:.0f} ms, {written} bytes written")
    slow = SlowDrive()
    print(
        f"on a drive that writes {slow.writes_kb_s:.0f} KB/s and reads {slow.reads_kb_s:.0f} KB/s (a model, not measured)"
    )
    copy, nothing = found["copy"] + slow.write_ms(size), found["nothing"]
    row("cp -r", f"{copy:.0f} ms")
    row("nothing to do", f"{nothing:.0f} ms, {copy / nothing:.1f} x faster", ">= 5 x", copy / nothing >= 5)
    cold = nothing + slow.read_ms(size)
    row("just plugged in", f"{cold:.0f} ms, {copy / cold:.1f} x faster: every file is read from the drive")
    row("one setting", f"{changed + slow.write_ms(written):.0f} ms")


def timed(call: Callable[[], object]) -> float:
    """Milliseconds."""
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1000


def deploy(volume: Volume, image: Image) -> None:
    snapshot = snapshot_of(volume, set(image), image)
    execute(volume, checked_plan(snapshot, make_target(image, SETTINGS, snapshot, BOARD)))


def edit_to_running(image: Image, work: Path) -> None:
    """From the deploy of one changed line to the new firmware's first line on the virtual board."""
    drive = work / "board"
    drive.mkdir()
    (drive / "boot_out.txt").write_text(BootOut.assumed(BOARD).render())
    volume = FolderVolume(drive)
    deploy(volume, image)
    board = VirtualBoard(drive, BOARDS[BOARD], seed=1)
    Network(board)
    said: list[str] = []
    board.events.listen(lambda event: said.append(str(event.get("text", ""))))
    board.power(True)
    board.run_for(10)
    said.clear()
    start = board.clock.now_us
    took = timed(lambda: deploy(volume, {**image, CHANGED: image[CHANGED] + b"# one line more\n"}))
    board.drive.touched()
    running = board.run_until(lambda: any("boot   firmware" in text for text in said), 60)
    seconds = (board.clock.now_us - start) / 1_000_000
    print("edit to running again, virtual board (modelled time)")
    row("", f"{took / 1000:.2f} s deploy + {seconds:.2f} s until the firmware starts", "seconds", running)
    shutil.rmtree(drive)


def main() -> None:
    image = firmware_image() | wheel_libraries()
    with tempfile.TemporaryDirectory() as folder_name:
        work = Path(folder_name)
        for path, content in image.items():
            (work / "image" / path).parent.mkdir(parents=True, exist_ok=True)
            (work / "image" / path).write_bytes(content)
        as_typed(work, sum(map(len, image.values())))
        edit_to_running(image, work)


if __name__ == "__main__":
    main()
