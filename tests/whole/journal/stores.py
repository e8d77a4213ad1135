# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What outlasts the power, without a board around it: the simulator's memories, with the firmware's own media on them."""

from __future__ import annotations

import importlib.util
import os
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest.mock import patch

from charger import journal_recovery
from charger.journal import Journal
from charger.records import Content
from charger.visit import visit
from chargerctl.boards.catalogue import BOARDS
from chargerctl.simulator.machine.clock import Clock
from chargerctl.simulator.machine.costs import Costs
from chargerctl.simulator.machine.drive import Drive
from chargerctl.simulator.machine.nvm import Nvm
from chargerctl.simulator.machine.operations import Operations
from chargerctl.simulator.machine.scheduler import Scheduler
from chargerctl.simulator.peripherals.fram import Fram

_HARDWARE = Path(__file__).resolve().parents[3] / "firmware" / "charger" / "hardware"
# [storage] kind, and the board that has it.
BOARD_OF = {
    "file": "seeed_xiao_esp32c6",
    "nvm RP2": "raspberry_pi_pico_w",
    "nvm ESP32": "adafruit_feather_esp32s2",
    "fram": "seeed_xiao_esp32c6",
}
KINDS = tuple(BOARD_OF)
# On these no transaction may be lost, wherever the power is cut.
SAFE = ("file", "nvm RP2", "fram")
CHECKPOINT_WH = 100


class PowerCut(BaseException):
    """The power is gone: passes every `except` of the firmware."""


class Stores:
    """The memories of one charger that keeps its journal in `kind`.

    `at(number, name, phase)` is called in each phase of each operation on the store of the journal; `number` counts them
    from 0 since the first power-on. It may call `cut`. `checkpoint_wh` None: as the store would have it.
    """

    def __init__(self, kind: str, seed: int = 0, checkpoint_wh: int | None = CHECKPOINT_WH) -> None:
        self.kind = kind
        self._checkpoint_wh = checkpoint_wh
        self.at: Callable[[int, str, str], object] = lambda number, name, phase: None
        self.count = 0
        self.writes: Counter[str] = Counter()
        profile = BOARDS[BOARD_OF[kind]]
        self.clock, self.costs = Clock(), Costs()
        scheduler = Scheduler(self.clock)
        self.operations = Operations(self.clock, scheduler, random.Random(seed))
        self.operations.reached = self._reached
        self._folder = tempfile.TemporaryDirectory(dir=_memory_folder())
        self._drive = Drive(Path(self._folder.name), profile, self.clock, self.operations, self.costs)
        self._fram = Fram(self.operations)
        self.nvm = Nvm(
            self.clock,
            scheduler,
            self.operations,
            self.costs,
            random.Random(seed),
            size=profile.nvm_bytes,
            is_esp32=not profile.is_rp2,
        )
        self._powered = True

    @property
    def folder(self) -> str:
        """The drive."""
        return self._folder.name

    @property
    def free_bytes(self) -> int:
        status = self._drive.statvfs()
        return status[0] * status[3]

    def close(self) -> None:
        self._folder.cleanup()

    @property
    def erasures(self) -> Counter[Any]:
        """How often each sector of flash was erased."""
        sectors = self._drive.erasures if self.kind == "file" else Counter()
        return sectors + Counter({"nvm": self.operations.counts["nvm erase"]})

    def snapshot(self) -> tuple[bytes, bytes, dict[str, bytes]]:
        """What the memories hold, for `restore` of others of the same kind."""
        folder = Path(self._folder.name)
        files = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file()
        }
        return bytes(self.nvm.data), bytes(self._fram.data), files

    def restore(self, snapshot: tuple[bytes, bytes, dict[str, bytes]]) -> None:
        """By way of the drive, which then knows what lies beside what; none of it counts."""
        self.nvm.data[:], self._fram.data[:], files = snapshot
        for name, content in files.items():
            Path(self._folder.name, name).parent.mkdir(exist_ok=True)
            with self._drive.open(f"/{name}", "wb") as file:
                file.write(content)
        self.count = 0
        self.operations.counts.clear()
        self._drive.erasures.clear()

    def cut(self) -> None:
        """Nothing is written any more until `power_on`."""
        self._powered = False
        self._drive.end_program(orderly=False)
        raise PowerCut

    def end_program(self) -> None:
        """The program is gone, as after a reset of the chip; the power is not."""
        self._drive.end_program(orderly=False)

    def power_on(self) -> None:
        self._powered = True

    def _reached(self, name: str, phase: str) -> None:
        if not self._powered:
            raise PowerCut
        if name.split()[0] == self.kind.split()[0]:
            number = self.count
            self.count += phase == "after"
            self.at(number, name, phase)

    # What the firmware makes of them at a start.

    def header(self) -> Any:
        """hardware.store.Store: crash count and latched fault."""
        return self._load("store").Store()

    def journal(self, header: Any, stalls: Any, log: Callable[[str, str], object]) -> Journal:
        """As hardware/medium.py makes it."""
        try:
            medium = self.medium(header)
            content = journal_recovery.recover(medium, log)
        except (OSError, RuntimeError, MemoryError) as error:
            content, medium = Content(), None
            content.trouble = str(error)
        step_wh = self._checkpoint_wh or (0 if medium is None else medium.checkpoint_wh)
        return Journal(content, medium, stalls, step_wh, log)

    def medium(self, header: Any) -> Any:
        """As `[storage] kind` names it."""
        kind, i2c = self.kind.split()[0], _I2c(self._fram)
        medium = self._load("medium").open_medium(kind, self._fram.address, i2c, header)
        return _Counted(medium, self)

    def content(self) -> Content:
        """What a start would find."""
        return journal_recovery.recover(self.medium(self.header()), lambda tag, text: None)

    def _load(self, name: str) -> ModuleType:
        """The firmware's module over these memories: each charger has its own."""
        spec = importlib.util.spec_from_file_location(f"stores_{name}", _HARDWARE / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        with patch.dict(sys.modules, self._modules()):
            spec.loader.exec_module(module)
        drive = self._drive
        files = SimpleNamespace(
            stat=drive.stat, sync=drive.sync, mkdir=drive.mkdir, statvfs=lambda path: drive.statvfs()
        )
        vars(module).update(open=drive.open, os=files, visit=self._visit)
        return module

    def _visit(self, path: str) -> ModuleType:
        name = path.removeprefix("hardware.")
        return visit(path) if name == path else self._load(name)

    def _modules(self) -> dict[str, Any]:
        """What the firmware imports of the board."""
        return {
            "microcontroller": SimpleNamespace(nvm=_Bytes(self.nvm)),
            "supervisor": SimpleNamespace(ticks_ms=lambda: self.clock.now_us // 1000 & (1 << 29) - 1),
            "storage": SimpleNamespace(
                getmount=lambda path: SimpleNamespace(readonly=not self._drive.writable)
            ),
            "charger.hardware": SimpleNamespace(
                system=SimpleNamespace(is_rp2=lambda: self.kind == "nvm RP2"),
                health=SimpleNamespace(reason=str),
            ),
        }


class _Counted:
    """A medium; of what changes the store, `stores.writes` counts the calls that append and those that rewrite."""

    def __init__(self, medium: Any, stores: Stores) -> None:
        self._medium = medium
        self._stores = stores

    def __getattr__(self, name: str) -> Any:
        return getattr(self._medium, name)

    def append(self, offset: int, data: bytes) -> None:
        before = self._stores.count
        self._medium.append(offset, data)
        self._stores.writes["append"] += self._stores.count > before

    def replace(self, image: bytes) -> None:
        self._medium.replace(image)
        self._stores.writes["rewrite"] += 1


class _Bytes:
    """microcontroller.nvm."""

    def __init__(self, nvm: Nvm) -> None:
        self._nvm = nvm

    def __getitem__(self, place: slice) -> bytearray:
        return self._nvm.data[place]

    def __setitem__(self, place: slice, data: bytes) -> None:
        self._nvm.write(place.start, bytes(data))


class _I2c:
    """hardware/i2c.py with the chip at the end of the wires."""

    reason = ""

    def __init__(self, chip: Fram) -> None:
        self._chip = chip

    def usable(self, now: int) -> bool:
        return True

    def stalled(self, now: int) -> bool:
        return False

    def ask(self, address: int, into: Any = None) -> int:
        assert address == self._chip.address
        data = self._chip.read(1 if into is None else len(into))
        if into is not None:
            into[:] = data
        return data[0]

    def send(self, address: int, data: bytes) -> None:
        assert address == self._chip.address
        self._chip.write(data)


def _memory_folder() -> str | None:
    """Where files cost no disk, if there is such a place."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
