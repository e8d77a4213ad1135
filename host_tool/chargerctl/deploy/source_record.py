# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What each .mpy was made of, kept on this laptop: for the simulator, which runs that, and for tracebacks.

Files in `compiled/`, each written once and named by a SHA-256. Without them only what they are for is lost.

    KEY.mpy            what was compiled, behind its own SHA-256; KEY is that of everything it was made with
    DIGEST.json        of a .mpy: its path, and the text it was compiled from
    NAMES.names.json   {identifier in the source: on the board}; the drive's manifest says which are in use there
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

from chargerctl.errors import ChargerctlError


@dataclass(frozen=True)
class Made:
    """A .mpy file. path: of its source, as a traceback shows it; source: as it was compiled, names exchanged."""

    path: str
    source: str
    content: bytes


class SourceRecord:
    """`folder` None: nothing is kept beyond this object."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder and folder / "compiled"
        self._files: dict[str, bytes] = {}

    def cached(self, key: str) -> bytes | None:
        """What was compiled under this key."""
        packed = self._read(f"{key}.mpy") or b""
        seal, content = packed[:32], packed[32:]
        return content if hashlib.sha256(content).digest() == seal else None

    def remember(self, key: str, made: Made) -> None:
        about = {"path": made.path, "source": made.source}
        self._write(f"{digest_of(made.content)}.json", json.dumps(about).encode())
        self._write(f"{key}.mpy", hashlib.sha256(made.content).digest() + made.content)

    def made(self, mpy: bytes) -> Made | None:
        """Of what this .mpy was made, None where it was not made here."""
        try:
            about = json.loads(self._read(f"{digest_of(mpy)}.json") or b"")
            return Made(str(about["path"]), str(about["source"]), mpy)
        except (ValueError, TypeError, KeyError):
            return None

    def names(self, digest: str) -> dict[str, str] | None:
        try:
            found = json.loads(self._read(f"{digest}.names.json") or b"")
            return {str(ours): str(on_board) for ours, on_board in found.items()}
        except (ValueError, AttributeError):
            return None

    def latest_names(self) -> dict[str, str] | None:
        """Those that were used last."""
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
            # Not synced: what a power cut leaves of it is not believed.
            fresh = self._folder / f"{name}.{os.getpid()}.new"
            fresh.write_bytes(content)
            fresh.replace(self._folder / name)
        except OSError as error:
            raise ChargerctlError(
                f"{self._folder} cannot be written ({error.strerror}), and of what a board's files were made is kept "
                "there: make it writable"
            ) from error


def digest_of(*parts: str | bytes) -> str:
    """SHA-256 of the parts, their borders included."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        if len(parts) > 1:
            digest.update(b"%d:" % len(data))
        digest.update(data)
    return digest.hexdigest()
