# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Keeps the source of each .mpy file on this laptop: for the simulator, which runs it, and for tracebacks.

Files in `compiled/`, each written once and named by a SHA-256. Deleting them costs one compilation and those two uses.

    KEY.mpy            the compiled file, after its own SHA-256; KEY is the SHA-256 of everything it was made from
    DIGEST.json        path and source text of the .mpy file with this SHA-256
    NAMES.names.json   {identifier in the source: on the board}; the drive's manifest has the key in use there
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from chargerctl.errors import ChargerctlError
from chargerctl.files import write_private


@dataclass(frozen=True)
class Made:
    """A .mpy file. path: of its source; source: as it was compiled, with replaced names; original: as it was before."""

    path: str
    source: str
    content: bytes
    original: str = ""


class SourceRecord:
    """folder: None keeps everything in memory."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder and folder / "compiled"
        self._files: dict[str, bytes] = {}

    def cached(self, key: str) -> bytes | None:
        """The compiled file with this key, or None."""
        packed = self._read(f"{key}.mpy") or b""
        seal, content = packed[:32], packed[32:]
        return content if hashlib.sha256(content).digest() == seal else None

    def remember(self, key: str, made: Made) -> None:
        about = {"path": made.path, "source": made.source, "original": made.original}
        self._write(f"{digest_of(made.content)}.json", json.dumps(about).encode())
        self._write(f"{key}.mpy", hashlib.sha256(made.content).digest() + made.content)

    def made(self, mpy: bytes) -> Made | None:
        """The source of this .mpy, None where it was compiled elsewhere."""
        return _made(self._read(f"{digest_of(mpy)}.json") or b"", mpy)

    def newest_sources(self) -> dict[str, str]:
        """{path: its source before any replacement} of what was compiled last here."""
        files = self._folder.glob("*.json") if self._folder else ()
        newest_last = sorted(
            (path for path in files if not path.name.endswith(".names.json")),
            key=lambda path: path.stat().st_mtime_ns,
        )
        made = (_made(self._read(path.name) or b"", b"") for path in newest_last)
        return {each.path: each.original for each in made if each}

    def names(self, digest: str) -> dict[str, str] | None:
        try:
            found = json.loads(self._read(f"{digest}.names.json") or b"")
            return {str(ours): str(on_board) for ours, on_board in found.items()}
        except (ValueError, AttributeError):
            return None

    def latest_names(self) -> dict[str, str] | None:
        """The names of the last deploy, or None."""
        found = self._folder.glob("*.names.json") if self._folder else ()
        newest = max(found, key=lambda path: path.stat().st_mtime_ns, default=None)
        return self.names(newest.name.removesuffix(".names.json")) if newest else None

    def remember_names(self, digest: str, names: dict[str, str]) -> None:
        self._write(f"{digest}.names.json", json.dumps(names).encode())

    def _read(self, name: str) -> bytes | None:
        if self._folder is None:
            return self._files.get(name)
        try:
            return (self._folder / name).read_bytes()
        except OSError:
            return None

    def _write(self, name: str, content: bytes) -> None:
        if self._folder is None:
            self._files[name] = content
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            # Not synced: a file that a power cut leaves incomplete is detected by its SHA-256, or is not valid JSON.
            write_private(self._folder / name, content, sync=False)
        except OSError as error:
            raise ChargerctlError(
                f"{self._folder} cannot be written ({error.strerror}): chargerctl keeps the sources of compiled files "
                "there; make it writable"
            ) from error


def _made(about: bytes, mpy: bytes) -> Made | None:
    try:
        found = json.loads(about)
        return Made(str(found["path"]), str(found["source"]), mpy, str(found["original"]))
    except (ValueError, TypeError, KeyError):
        return None


def digest_of(*parts: str | bytes) -> str:
    """SHA-256 of the parts and their lengths."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        if len(parts) > 1:
            digest.update(b"%d:" % len(data))
        digest.update(data)
    return digest.hexdigest()
