# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A board's files over the web workflow, as a Volume.

A PUT writes in place, a MOVE never onto a file, and a lost connection leaves half a file: what deploy/apply.py expects of
FAT. The board writes to flash a second after the last change, so sync() waits that long.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from chargerctl.transport.names import DEEPEST, MOST, is_name, is_size
from chargerctl.transport.volume import BoardError, Listing, TooMuchError
from chargerctl.transport.web.client import LONGEST_VALUE, LostError, WebClient
from chargerctl.transport.web.holding import MARK, Hold
from chargerctl.visible import visible

_SETTLE_S = 1.5
_TRIES = 3
_JSON = {"Accept": "application/json"}


class _Entry(NamedTuple):
    name: str
    is_folder: bool
    size: int


class WebVolume:
    """client: of the board. hold: asked before each request."""

    def __init__(self, client: WebClient, hold: Hold) -> None:
        self._client = client
        self._hold = hold
        self._changed_at: float | None = None
        self.name = client.access.shown

    @property
    def cluster(self) -> int:
        return self._number(self._folder(""), "block_size") or 512

    def free(self) -> int:
        top = self._folder("")
        return self._number(top, "free") * self._number(top, "block_size")

    def list(self) -> Listing:
        files: dict[str, int] = {}
        folders: set[str] = set()
        waiting = [""]
        while waiting:
            folder = waiting.pop()
            for name, is_folder, size in self._entries(folder):
                path = f"{folder}/{name}" if folder else name
                if path.count("/") >= DEEPEST:
                    raise TooMuchError(f"its folders are more than {DEEPEST} deep")
                if is_folder:
                    folders.add(path)
                    waiting.append(path)
                elif path != MARK:
                    files[path] = size
            if len(files) + len(folders) > MOST:
                raise TooMuchError(f"it has more than {MOST:,} files and folders")
        return Listing(files, folders)

    def read(self, path: str, likely: bytes | None = None) -> bytes:
        """likely: of no use, the web workflow computes no hash."""
        self._hold.before_read()
        return self._client.request("GET", f"/fs/{path}")

    def differing(self, files: Mapping[str, bytes]) -> Iterator[str]:
        return (path for path, content in files.items() if self.read(path) != content)

    def write(self, path: str, content: bytes) -> None:
        self._change("PUT", path, content)

    def make_private(self, path: str) -> None:
        """FAT knows no owners."""

    def sync(self, paths: Iterable[str]) -> None:
        if self._changed_at is not None:
            self._client.pause(max(0.0, self._changed_at + _SETTLE_S - self._client.clock()))
            self._changed_at = None

    def rename(self, source: str, target: str) -> None:
        destination = quote(f"/fs/{target}")
        if len(destination) <= LONGEST_VALUE:
            self._change("MOVE", source, headers={"X-Destination": destination})
            return
        # Longer than the board reads of a header.
        if target in self.list().files:
            raise _error(errno.EEXIST, target)
        self.write(target, self.read(source))
        self.sync(())
        self.remove(source)

    def remove(self, path: str) -> None:
        self._change("DELETE", path)

    def make_folder(self, path: str) -> None:
        self._change("PUT", f"{path}/", b"")

    def remove_folder(self, path: str) -> None:
        if any(self._entries(path)):  # DELETE would take all of it
            raise _error(errno.ENOTEMPTY, path)
        self._change("DELETE", f"{path}/")

    def _change(
        self, method: str, path: str, content: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        """Once more after a lost answer, when the board still holds: repeated, each of these changes nothing more."""
        for tries in range(1, _TRIES + 1):
            self._hold.before_write()
            try:
                self._client.request(method, f"/fs/{path}", content, headers)
            except FileNotFoundError:
                if method == "PUT" or tries == 1:
                    raise
                return  # it had been done
            except LostError:
                if tries == _TRIES:
                    raise
            else:
                return
            finally:
                self._changed_at = self._client.clock()

    def _entries(self, folder: str) -> Iterator[_Entry]:
        found = self._folder(folder)["files"]
        for entry in found if isinstance(found, list) else ():
            if not isinstance(entry, dict):
                raise self._foreign(f"{folder}/: {visible(str(entry))[:40]!r} is no file")
            name, size = entry.get("name"), entry.get("file_size")
            if not is_name(name):
                raise self._foreign(f"{folder}/: {visible(str(name))[:40]!r} is no name")
            if not is_size(size):
                raise self._foreign(f"{folder}/{visible(name)}: {visible(str(size))[:40]!r} is no size")
            yield _Entry(name, entry.get("directory") is True, size)

    def _folder(self, folder: str) -> dict[str, Any]:
        path = f"/fs/{folder}/" if folder else "/fs/"
        self._hold.before_read()
        try:
            found = json.loads(self._client.request("GET", path, headers=_JSON))
        except (ValueError, RecursionError):
            raise self._foreign("its listing is not JSON") from None
        if not isinstance(found, dict) or "files" not in found:
            raise self._foreign(
                "its listing has another form: CircuitPython 9 or newer is needed (chargerctl install-circuitpython)"
            )
        return found

    def _number(self, listing: Mapping[str, Any], name: str) -> int:
        number = listing.get(name)
        return number if is_size(number) else 0

    def _foreign(self, what: str) -> BoardError:
        return BoardError(f"{self.name}: {what}; see that this is the charger's board")


def _error(code: int, path: str) -> OSError:
    return OSError(code, os.strerror(code), path)
