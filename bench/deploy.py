# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a deploy costs, against copying the same image, in one run: on a folder and on a FAT image."""

from __future__ import annotations

import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from chargerctl.boards.boot_out import BootOut
from chargerctl.boards.catalogue import BOARDS
from chargerctl.deploy.apply import execute
from chargerctl.deploy.checks import checked_plan
from chargerctl.deploy.image import Image, firmware_image
from chargerctl.deploy.libraries.wheels import wheel_libraries
from chargerctl.deploy.opening import snapshot_of
from chargerctl.deploy.plan import Plan
from chargerctl.deploy.target import make_target
from chargerctl.simulator.machine.board import VirtualBoard
from chargerctl.simulator.network.network import Network
from chargerctl.transport.folder import FolderVolume
from chargerctl.transport.volume import Volume, parents

from tests.host.transport.fat_image import opened_image

BOARD = "adafruit_feather_esp32s2"
ROUNDS = 7
CHANGED = "charger/loop.py"
SETTINGS = {
    "CHARGER_WIFI_SSID": "bench",
    "CHARGER_SERIAL": "bench-1",
    "CHARGER_MQTT_BROKER": "broker.example",
}


class Counting:
    """A volume that counts the bytes that are written."""

    def __init__(self, volume: Volume) -> None:
        self._volume = volume
        self.written = 0

    def write(self, path: str, content: bytes) -> None:
        self.written += len(content)
        self._volume.write(path, content)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._volume, name)


def deploy(volume: Volume, image: Image) -> Plan:
    snapshot = snapshot_of(volume, set(image), image)
    plan = checked_plan(snapshot, make_target(image, SETTINGS, snapshot, BOARD))
    execute(volume, plan)
    return plan


def timed(call: Callable[[], object]) -> float:
    """Milliseconds."""
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1000


@contextmanager
def folder(work: Path) -> Iterator[tuple[Volume, Callable[[Path], float]]]:
    """A folder of the disk that temporary files are on; the copy is `cp -r` and `sync` of that file system."""
    target = work / "drive"
    target.mkdir()

    def copy(source: Path) -> float:
        elsewhere = work / "copy"

        def run() -> None:
            subprocess.run(["cp", "-r", source, elsewhere], check=True)
            subprocess.run(["sync", "-f", elsewhere], check=True)

        took = timed(run)
        shutil.rmtree(elsewhere)
        return took

    yield FolderVolume(target), copy
    shutil.rmtree(target)


@contextmanager
def fat_image(work: Path) -> Iterator[tuple[Volume, Callable[[Path], float]]]:
    """A FAT12 image as large as the board's; the copy goes through the same driver and is synced once."""
    with _new_image(work / "drive.img") as volume, _new_image(work / "copy.img") as other:

        def copy(source: Path) -> float:
            files = {
                path.relative_to(source).as_posix(): path for path in source.rglob("*") if path.is_file()
            }

            def run() -> None:
                for name, path in files.items():
                    for folder in parents(name):
                        if folder not in other.list()[1]:
                            other.make_folder(folder)
                    other.write(name, path.read_bytes())
                other.sync([""])

            took = timed(run)
            for name in files:
                other.remove(name)
            return took

        yield volume, copy


@contextmanager
def _new_image(path: Path) -> Iterator[Volume]:
    from pyfatfs.PyFat import PyFat

    path.unlink(missing_ok=True)
    path.touch()
    fat = PyFat()
    fat.mkfs(str(path), fat_type=12, size=BOARDS[BOARD].filesystem_kb * 1024, label="CIRCUITPY")
    fat.close()
    with opened_image(path) as volume:
        yield volume


def measure(name: str, kind: Callable[[Path], Any], image: Image, work: Path) -> None:
    size = sum(map(len, image.values()))
    edited = {**image, CHANGED: image[CHANGED] + b"# one line more\n"}
    copies, firsts, nothings, changes = [], [], [], []
    written: dict[str, int] = {}
    source = work / "image"
    for _ in range(ROUNDS):
        with kind(work) as (volume, copy):
            counting = Counting(volume)
            volume.write("boot_out.txt", BootOut.assumed(BOARD).render().encode())
            copies.append(copy(source))
            for what, content, times in (
                ("first", image, firsts),
                ("nothing", image, nothings),
                ("edit", edited, changes),
            ):
                counting.written = 0
                times.append(timed(partial(deploy, counting, content)))
                written[what] = counting.written
    copied, first, nothing = map(statistics.median, (copies, firsts, nothings))
    print(f"{name}: image of {len(image)} files, {size / 1024:.0f} KB; medians of {ROUNDS} rounds")
    _row("copy and sync", f"{copied:.1f} ms")
    _row("nothing to do", f"{written['nothing']} bytes written", "0", written["nothing"] == 0)
    _row(
        "",
        f"{nothing:.1f} ms, {copied / nothing:.1f} x faster than the copy",
        ">= 10",
        copied / nothing >= 10,
    )
    _row(
        "first deploy",
        f"{written['first'] / size:.3f} x the image written",
        "<= 1.1",
        written["first"] <= 1.1 * size,
    )
    _row("", f"{first:.1f} ms, {first / copied:.2f} x the copy", "<= 1.5", first / copied <= 1.5)
    limit = 2 * len(edited[CHANGED]) + 8192
    _row("one line in one file", f"{written['edit']} bytes written", f"<= {limit}", written["edit"] <= limit)
    _row("", f"{statistics.median(changes):.1f} ms")


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
    _row("", f"{took / 1000:.2f} s deploy + {seconds:.2f} s until the firmware starts", "seconds", running)
    shutil.rmtree(drive)


def _row(what: str, found: str, wanted: str = "", ok: bool = True) -> None:
    verdict = f"  (wanted {wanted}: {'ok' if ok else 'NOT MET'})" if wanted else ""
    print(f"  {what:22}{found}{verdict}")


def main() -> None:
    image = firmware_image() | wheel_libraries()
    with tempfile.TemporaryDirectory() as folder_name:
        work = Path(folder_name)
        for path, content in image.items():
            (work / "image" / path).parent.mkdir(parents=True, exist_ok=True)
            (work / "image" / path).write_bytes(content)
        print(
            "the folder's ratios depend on its disk (on ext4, what a sync costs): a drive's are those of the FAT image"
        )
        measure("folder", folder, image, work)
        measure("FAT12 image", fat_image, image, work)
        edit_to_running(image, work)


if __name__ == "__main__":
    main()
