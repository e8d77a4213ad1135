# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A Volume in a FAT12/16 image file: a real FAT under a deploy, by pyfatfs."""

from __future__ import annotations

import errno
import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import Any, TypeVar

from chargerctl.transport.volume import Listing, folder_of

T = TypeVar("T")
_Way = list[tuple[str, Any]]  # names with their entries


@contextmanager
def opened_image(path: Path) -> Iterator[FatImageVolume]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pkg_resources is deprecated, says pyfatfs's own dependency
        from pyfatfs.PyFatFS import PyFatBytesIOFS
    with _ImageFile(path, "rb+") as file, warnings.catch_warnings():
        # That an interrupted deploy left the image marked as in use is what the next one is for.
        warnings.filterwarnings("ignore", "Filesystem was not cleanly unmounted")
        fat = PyFatBytesIOFS(file, encoding="cp437")
        try:
            yield FatImageVolume(file, fat)
        finally:
            fat.close()


class _ImageFile(FileIO):
    """An image that claims to be read-only while pyfatfs opens it: otherwise pyfatfs marks it as in use."""

    def writable(self) -> bool:
        return False


class FatImageVolume:
    """A Volume in an image file that pyfatfs works on. Nothing is written before the first change."""

    def __init__(self, file: FileIO, fat: Any) -> None:
        self._file = file
        self._core = fat.fs
        self._core.update_directory_entry = self._write_folder
        self._fat_to_read = fat

    @property
    def _fat(self) -> Any:
        """For changes: marks the image as in use, which closing it takes back."""
        if self._core.is_read_only:
            self._core.is_read_only = False
            self._core._mark_dirty()
        return self._fat_to_read

    @property
    def name(self) -> str:
        return str(self._file.name)

    @property
    def cluster(self) -> int:
        return int(self._core.bytes_per_cluster)

    def free(self) -> int:
        # The table may be longer than there are clusters.
        sectors = self._core._get_total_sectors() - self._core.first_data_sector
        clusters = sectors // self._core.bpb_header["BPB_SecPerClus"]
        return int(self._core.fat[2 : clusters + 2].count(0)) * self.cluster

    def list(self) -> Listing:
        found = list(self._entries())
        files = {path: entry.filesize for path, entry in found if not entry.is_directory()}
        return Listing(files, {path for path, entry in found if entry.is_directory()})

    def read(self, path: str, likely: bytes | None = None) -> bytes:
        return _as_os_error(self._read, self._entry(path))

    def differing(self, files: Mapping[str, bytes]) -> Iterator[str]:
        return (path for path, content in files.items() if self.read(path) != content)

    def write(self, path: str, content: bytes) -> None:
        self._entry(folder_of(path))
        _as_os_error(self._write, path, content)

    def make_private(self, path: str) -> None:
        """FAT knows no owners."""

    def sync(self, paths: Iterable[str]) -> None:
        """All of the image: which of its blocks are these files' is pyfatfs's business."""
        for path in paths:
            self._entry(path)
        if not self._core.is_read_only:
            self._core.flush_fat()
        os.fsync(self._file.fileno())

    def rename(self, source: str, target: str) -> None:
        """The new name first: for a moment both lead to the content, never none."""
        entry = self._entry(source)
        if _as_os_error(self._way, target)[-1][1] is not None:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), target)
        _as_os_error(self._fat.create, self._stored(target))
        renamed, old = self._entry(target), entry.get_parent_dir()
        renamed.set_cluster(entry.get_cluster())
        renamed.filesize = entry.filesize
        self._core.update_directory_entry(renamed.get_parent_dir())
        old.remove_dir_entry(str(entry))
        self._core.update_directory_entry(old)

    def remove(self, path: str) -> None:
        self._entry(path)
        _as_os_error(self._fat.remove, self._stored(path))
        self._core.flush_fat()

    def make_folder(self, path: str) -> None:
        _as_os_error(self._fat.makedir, self._stored(path))

    def remove_folder(self, path: str) -> None:
        _as_os_error(self._fat.removedir, self._stored(path))
        self._core.flush_fat()

    def _read(self, entry: Any) -> bytes:
        if not entry.filesize:
            return b""
        chain = self._core.get_cluster_chain(entry.get_cluster())
        return b"".join(map(self._core.read_cluster_contents, chain))[: entry.filesize]

    def _write(self, path: str, content: bytes) -> None:
        self._fat.create(self._stored(path), wipe=True)
        entry = self._entry(path)
        if content:
            first = self._core.allocate_bytes(len(content))[0]
            self._core.write_data_to_cluster(content, first)
            self._core.flush_fat()
            entry.set_cluster(first)
            entry.filesize = len(content)
        self._core.update_directory_entry(entry.get_parent_dir())

    def _write_folder(self, folder: Any) -> None:
        """In place of pyfatfs's own, which leaves old entries behind the end of a folder that has become shorter."""
        if folder == self._core.root_dir:
            type(self._core).update_directory_entry(self._core, folder)
            return
        entries = b"".join(map(bytes, folder._get_entries_raw()))
        first = folder.get_cluster()
        room = sum(self.cluster for _ in self._core.get_cluster_chain(first))
        self._core.write_data_to_cluster(entries.ljust(room, b"\0"), first, erase=True)

    def _entry(self, path: str) -> Any:
        found = _as_os_error(self._way, path)[-1][1]
        if found is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        return found

    def _stored(self, path: str) -> str:
        """The path as pyfatfs spells it; what is not there yet stays as it is."""
        return "/".join(name for name, _ in self._way(path)[1:])

    def _way(self, path: str) -> _Way:
        """The names that lead to a path, as pyfatfs spells them, with their entries (None: not there), the drive
        itself first."""
        way: _Way = [("", self._core.root_dir)]
        for part in filter(None, path.split("/")):
            folders, files, _ = way[-1][1].get_entries() if way[-1][1] is not None else ((), (), ())
            here = (entry for entry in (*folders, *files) if _name(entry).casefold() == part.casefold())
            found = next(here, None)
            way.append((part if found is None else str(found), found))
        return way

    def _entries(self) -> Iterator[tuple[str, Any]]:
        waiting = [("", self._core.root_dir)]
        while waiting:
            prefix, folder = waiting.pop()
            folders, files, _ = folder.get_entries()
            waiting += [(f"{prefix}{_name(entry)}/", entry) for entry in folders]
            yield from ((f"{prefix}{_name(entry)}", entry) for entry in (*folders, *files))


def _name(entry: Any) -> str:
    """As other software shows it. pyfatfs leaves out the bits by which mtools, Linux, Windows and CircuitPython's
    FatFs store a lower-case 8.3 name without a long one."""
    if entry.lfn_entry is not None:
        return str(entry)
    base, dot, extension = entry.get_short_name().partition(".")
    return (
        (base.lower() if entry.ntres & 0x08 else base)
        + dot
        + (extension.lower() if entry.ntres & 0x10 else extension)
    )


def _as_os_error(call: Callable[..., T], *arguments: Any) -> T:
    """pyfatfs and the library under it have exceptions of their own."""
    from fs.errors import DirectoryExists, DirectoryNotEmpty, FSError, ResourceNotFound
    from pyfatfs._exceptions import PyFATException

    codes: dict[type, int] = {
        ResourceNotFound: errno.ENOENT,
        DirectoryExists: errno.EEXIST,
        DirectoryNotEmpty: errno.ENOTEMPTY,
    }
    try:
        return call(*arguments)
    except PyFATException as error:
        code = error.errno or errno.EIO
    except FSError as error:
        code = codes.get(type(error), errno.EIO)
    raise OSError(code, os.strerror(code))
