# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The board's filesystem: a folder of the laptop, with FAT's costs, its owner, and what a power cut leaves.

On a board with a CIRCUITPY drive either the laptop or the program may write it, the laptop by default and again
after each hard reset; boot.py and safemode.py always may. Without a drive the program may always write.

Operations: "file create" (or truncate), "file write" (4 KB of it), "file size", "file remove", "file rename", "file
time", "folder". A write that is cut tears what shares the flash's blocks of 4 KB with it, in other files, too. The FAT
itself is not modelled: each of its entries is as before an operation or as after it.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path, PurePosixPath
from stat import S_ISDIR

from chargerctl.boards.catalogue import Board
from chargerctl.simulator.machine.clock import Clock
from chargerctl.simulator.machine.clusters import Clusters
from chargerctl.simulator.machine.costs import Costs
from chargerctl.simulator.machine.errors import os_error
from chargerctl.simulator.machine.files import File, Mode, Storage
from chargerctl.simulator.machine.flash import BLOCK, half_written
from chargerctl.simulator.machine.operations import Operations
from chargerctl.transport.beneath import is_link

# A cluster of the filesystem, as os.statvfs reports it.
CLUSTER = 512
_WATCH_US = 250_000


class Drive:
    """Paths are the board's: "/lib/x.py", or relative to `folder`, the current one of the program."""

    def __init__(
        self, root: Path, profile: Board, clock: Clock, operations: Operations, costs: Costs
    ) -> None:
        self._clock = clock
        self._operations = operations
        self._costs = costs
        self._has_usb = profile.has_drive
        self.total_bytes = profile.filesystem_kb * 1024
        self.root = root
        self.folder = "/"
        # What storage.remount decided; `writable` takes the rest into account.
        self.owned_by_program = False
        # Whether boot.py or safemode.py runs, which may write although the laptop owns the drive.
        self.before_usb = False
        # Called when the laptop has written.
        self.on_written: Callable[[], object] = lambda: None
        # How often each 4 KB of a file were erased, for statements about wear: (file, which) -> count.
        self.erasures: Counter[tuple[Path, int]] = Counter()
        self._open: list[File] = []
        self._clusters = Clusters()
        self._seen: dict[Path, tuple[int, int]] | None = None

    @property
    def writable(self) -> bool:
        """Whether the program may write now."""
        return not self._has_usb or self.owned_by_program or self.before_usb

    def _check_writable(self) -> None:
        if not self.writable:
            raise os_error("EROFS")

    def host_path(self, path: str) -> Path:
        """Where the board's `path` is on the laptop; never outside the drive: to the board a link is not there."""
        parts: list[str] = []
        for part in PurePosixPath(self.folder, path).parts[1:]:
            if part == "..":
                del parts[-1:]
            elif part != ".":
                parts.append(part)
        host = self.root
        for part in parts:
            host = host / part
            if is_link(host):
                raise os_error("ENOENT", path)
        return host

    # What the program asks for.

    def open(self, path: str, mode: str = "r") -> File:
        host = self.host_path(path)
        if host.is_dir():
            raise os_error("EISDIR", path)
        how = Mode(mode)
        if not (host.parent.is_dir() if how.creates else host.is_file()):
            raise os_error("ENOENT", path)
        if how.writable:
            self._check_writable()
        if how.must_be_new and host.exists():
            raise os_error("EEXIST")
        if how.creates and not (how.appends and host.exists()):
            self.replace_content(host, b"")
        file = File(
            host.read_bytes(),
            how,
            Storage(host.read_bytes, partial(self._write_blocks, host), self._open.remove),
        )
        self._open.append(file)
        return file

    def listdir(self, path: str) -> list[str]:
        host = self.host_path(path)
        if not host.is_dir():
            raise os_error("ENOENT", path)
        return sorted(entry.name for entry in host.iterdir())

    def mkdir(self, path: str) -> None:
        host = self._target(path)
        if host.exists():
            raise os_error("EEXIST", path)
        self._change("folder", host.mkdir)

    def rmdir(self, path: str) -> None:
        host = self._existing(path)
        if not host.is_dir() or any(host.iterdir()):
            raise os_error("EACCES", path)
        self._change("folder", host.rmdir)

    def remove(self, path: str) -> None:
        host = self._existing(path)
        if host.is_dir():
            raise os_error("EISDIR", path)
        self._remove(host)

    def rename(self, old: str, new: str) -> None:
        """Onto an existing file: that is removed first, and a power cut in between leaves the old name alone."""
        source, target = self._existing(old), self._target(new)
        if target.is_dir():
            raise os_error("EEXIST", new)
        if target.exists() and target != source:
            self._remove(target)
        self._change("file rename", lambda: source.rename(target))
        self._clusters.rename(source, target)

    def _remove(self, host: Path) -> None:
        self._change("file remove", host.unlink)
        self._clusters.forget(host)

    def chdir(self, path: str) -> None:
        host = self.host_path(path)
        if not host.is_dir():
            raise os_error("ENOENT", path)
        self.folder = "/" + host.relative_to(self.root).as_posix().removeprefix(".")

    def stat(self, path: str) -> tuple[int, ...]:
        """As os.stat: mode (0x8000 a file, 0x4000 a folder), five zeros, size, three times in Unix seconds."""
        try:
            status = self.host_path(path).stat()
        except OSError:
            raise os_error("ENOENT", path) from None
        if S_ISDIR(status.st_mode):
            return (0x4000, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        return (0x8000, 0, 0, 0, 0, 0, status.st_size, *[int(status.st_mtime)] * 3)

    def statvfs(self) -> tuple[int, ...]:
        total = self.total_bytes // CLUSTER
        free = max(0, self.total_bytes - self.used_bytes()) // CLUSTER
        return (CLUSTER, CLUSTER, total, free, free, 0, 0, 0, 0, 255)

    def utime(self, path: str, times: tuple[int, int]) -> None:
        host = self._existing(path)
        self._change("file time", lambda: os.utime(host, times))

    def sync(self) -> None:
        """Write what the drive itself holds back: whole sectors of open files."""
        for file in tuple(self._open):
            file.sync()

    def settings(self) -> bytes:
        """The content of /settings.toml, empty when there is none."""
        try:
            return (self.root / "settings.toml").read_bytes()
        except OSError:
            return b""

    def used_bytes(self) -> int:
        files = (entry for entry in self.root.rglob("*") if entry.is_file())
        return sum(-(-entry.stat().st_size // CLUSTER) * CLUSTER for entry in files)

    def replace_content(self, path: Path, content: bytes) -> None:
        """Create or truncate."""
        self._change("file create", lambda: path.write_bytes(content))
        self._clusters.forget(path)

    def _change(self, name: str, change: Callable[[], object]) -> None:
        """One block of the directory."""
        self._operations.carry_out(name, self._costs.fat_block, change)
        self._ours()

    def _write_blocks(self, path: Path, content: bytes, blocks: list[int], whole: bool) -> None:
        """Write these 4 KB blocks of `content`, then, with `whole`, its length. May not return, or leave it in between."""
        size = path.stat().st_size
        if len(content) > size:
            if self.used_bytes() + len(content) - size > self.total_bytes:
                raise os_error("ENOSPC")
            self._clusters.grow(path, len(content))
        for block in blocks:
            self._write_block(path, content[:size], slice(block * BLOCK, (block + 1) * BLOCK))
        if whole and len(content) != size:
            self._operations.carry_out("file size", 0, lambda: path.write_bytes(content))
        self._ours()

    def _write_block(self, path: Path, content: bytes, block: slice) -> None:
        """Write one block of a file. What is behind the file's end is not seen yet."""
        self.erasures[path, block.start // BLOCK] += 1
        pieces = self._clusters.erased_with(path, block)
        before = [file.read_bytes() for file, _ in pieces]
        after = [before[0][: block.start] + content[block] + before[0][block.stop :], *before[1:]]
        old, new = (
            b"".join(data[piece] for data, (_, piece) in zip(version, pieces, strict=True))
            for version in (before, after)
        )
        torn = half_written(old, new, self._operations.chance) if old else b""

        def put(flash: bytes) -> None:
            for data, (file, piece) in zip(before, pieces, strict=True):
                size = len(data[piece])
                file.write_bytes(data[: piece.start] + flash[:size] + data[piece.stop :])
                flash = flash[size:]
            self._ours()

        self._operations.carry_out("file write", self._costs.fat_block, lambda: put(new), lambda: put(torn))

    # What the laptop, the board and the power do.

    def touched(self) -> None:
        """The laptop has written something: auto-reload, unless it is off or the board is."""
        self._ours()
        if not (self._has_usb and self.owned_by_program):
            self.on_written()

    def edit(self, path: str, change: Callable[[bytes], bytes]) -> None:
        """The laptop changes a file, or writes one that is not there yet."""
        host = self.root / path.lstrip("/")
        host.write_bytes(change(host.read_bytes() if host.exists() else b""))
        self.touched()

    def watch(self) -> None:
        """From now on notice what is changed in the folder by others, four times a second of board time."""
        self._seen = {}
        self._ours()
        self._look()

    def end_program(self, orderly: bool) -> None:
        """The VM has ended: open files are written if the chip still runs, else what was not flushed is gone."""
        for file in tuple(self._open):
            if orderly:
                file.close()
            else:
                file.drop()

    def hard_reset(self) -> None:
        self.owned_by_program = False
        self.before_usb = False
        self.folder = "/"

    def _existing(self, path: str) -> Path:
        host = self._target(path)
        if not host.exists() or host == self.root:
            raise os_error("ENOENT", path)
        return host

    def _target(self, path: str) -> Path:
        self._check_writable()
        host = self.host_path(path)
        if not host.parent.is_dir():
            raise os_error("ENOENT", path)
        return host

    def _ours(self) -> None:
        if self._seen is not None:
            self._seen = self._state()

    def _look(self) -> None:
        if self._state() != self._seen:
            self.touched()
        self._clock.call_in(_WATCH_US, self._look)

    def _state(self) -> dict[Path, tuple[int, int]]:
        state = {}
        for entry in self.root.rglob("*"):
            try:
                status = entry.stat()
            except FileNotFoundError:
                continue
            state[entry] = (status.st_mtime_ns, status.st_size) if entry.is_file() else (0, 0)
        return state
