# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Runs on the VM before its REPL: a FAT drive as CircuitPython shows it. `hardware` is repl.mjs."""

import io
import os

import hardware
import vfs

_ENOENT, _EIO, _EACCES, _EEXIST, _ENOTDIR, _EISDIR, _ENOSPC, _EROFS = 2, 5, 13, 17, 20, 21, 28, 30


def _writable():
    hardware.call()
    if hardware.read_only():
        raise OSError(_EROFS)


class _File(io.IOBase):
    """A file of the drive. What is written to it is safe only after flush or close."""

    def __init__(self, raw, path, mode):
        self._raw, self._path = raw, path
        self._writes = mode[0] != "r" or "+" in mode
        self._appends = mode[0] == "a"
        self._closed = False
        self._dirty = mode[0] == "w"
        # What only reads goes straight to the VM's own file.
        self.read, self.readline, self.seek, self.tell = raw.read, raw.readline, raw.seek, raw.tell

    def readinto(self, buffer):
        return self._raw.readinto(buffer)

    def write(self, data):
        if self._closed or not self._writes:
            raise OSError(9)
        hardware.call()
        if not data:
            return 0
        encoded = data.encode() if isinstance(data, str) else bytes(data)
        if self._appends:
            self._raw.seek(0, 2)
        at = self._raw.tell()
        count = min(len(encoded), max(0, hardware.room(self._path, at + len(encoded)) - at))
        if count:
            self._raw.write(data if count == len(encoded) else encoded[:count])
            self._dirty = True
            hardware.wrote(self._path, at, count)
        if count < len(encoded):
            raise OSError(_ENOSPC)
        return len(data)

    def flush(self):
        if self._dirty and not self._closed:
            hardware.call()
            hardware.happened("sync", self._path)
            self._dirty = False

    def close(self):
        if not self._closed:
            self.flush()
            self._raw.close()
            self._closed = True

    def ioctl(self, request, argument):
        if request == 1:
            self.flush()
        elif request == 2:
            # MP_STREAM_SEEK has a pointer as its argument; only the VM's own file can follow it.
            return -22
        elif request == 4:
            self.close()
        return 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __iter__(self):
        return iter(self._raw)


class _Drive:
    """FAT as CircuitPython shows it, over the VM's own file system in memory."""

    def __init__(self, raw):
        self._raw, self._cwd = raw, "/"

    def mount(self, readonly, mkfs):
        pass

    def umount(self):
        pass

    def _place(self, path):
        path = path if path.startswith("/") else self._cwd.rstrip("/") + "/" + path
        found = hardware.place(path)
        if not found:
            raise OSError(_ENOENT)
        return found

    def _there(self, path):
        path = self._place(path)
        if not hardware.kind(path):
            raise OSError(_ENOENT)
        return path

    def open(self, path, mode):
        path = self._place(path)
        kind = hardware.kind(path)
        hardware.call()
        if mode[0] == "r" and "+" not in mode:
            if kind != 1:
                raise OSError(_ENOENT)
            return _File(self._raw.open(path, mode), path, mode)
        _writable()
        if kind == 2:
            raise OSError(_EACCES)
        if kind and mode[0] == "x":
            raise OSError(_EEXIST)
        if not kind:
            if mode[0] == "r":
                raise OSError(_ENOENT)
            # No cluster for one more entry is "denied" to FatFs.
            if not hardware.takes(path, False):
                raise OSError(_EACCES)
        if not kind or mode[0] == "w":
            hardware.happened("create", path)
        return _File(self._raw.open(path, mode.replace("x", "w")), path, mode)

    def ilistdir(self, path):
        path = self._there(path or ".") if path != "." else self._cwd
        if hardware.kind(path) != 2:
            raise OSError(_ENOENT)
        for entry in self._raw.ilistdir(path):
            size = 0 if entry[1] == 0x4000 else hardware.size(path.rstrip("/") + "/" + entry[0])
            yield (entry[0], entry[1], 0, size)

    def stat(self, path):
        path = self._there(path)
        is_folder = hardware.kind(path) == 2
        size = 0 if is_folder else hardware.size(path)
        return (0x4000 if is_folder else 0x8000, 0, 0, 0, 0, 0, size, 946684800, 946684800, 946684800)

    def statvfs(self, path):
        size, blocks, free = hardware.cluster(), hardware.blocks(), hardware.free_blocks()
        return (size, size, int(blocks), int(free), int(free), 0, 0, 0, hardware.read_only() + 0, 255)

    def mkdir(self, path):
        _writable()
        path = self._place(path)
        if hardware.kind(path):
            raise OSError(_EEXIST)
        if not hardware.takes(path, True):
            raise OSError(_EACCES)
        self._raw.mkdir(path)
        hardware.happened("mkdir", path)

    def rmdir(self, path):
        _writable()
        path = self._there(path)
        if hardware.kind(path) != 2:
            raise OSError(_ENOTDIR)
        if list(self._raw.ilistdir(path)):
            raise OSError(_EACCES)  # FatFs: denied, not "not empty"
        self._raw.rmdir(path)
        hardware.happened("rmdir", path)

    def remove(self, path):
        _writable()
        path = self._there(path)
        if hardware.kind(path) == 2:
            raise OSError(_EISDIR)
        self._raw.remove(path)
        hardware.happened("remove", path)

    def rename(self, old, new):
        """FAT removes a file that has the new name, then renames: two steps, between which power may fail."""
        _writable()
        old, there = self._there(old), self._place(new)
        if hardware.kind(there) == 2 and old != there:
            raise OSError(_EISDIR)
        if hardware.kind(there) and old != there:
            self._raw.remove(there)
            hardware.happened("remove", there)
            hardware.call()
        new = there[: there.rindex("/") + 1] + new[new.rfind("/") + 1 :]
        if old != new and not hardware.takes(new, False):
            raise OSError(_EACCES)
        hardware.rename(old, new)  # VfsPosix with a root of its own mixes up two paths
        hardware.happened("rename", old, new)

    def chdir(self, path):
        self._cwd = self._there(path)

    def getcwd(self):
        return self._cwd


vfs.umount("/")
vfs.mount(_Drive(vfs.VfsPosix("/drive")), "/")
os.chdir("/")
