# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Where a board's files are: what --drive names. Parsed here, once."""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from chargerctl.errors import InputError

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):")  # two letters at least: D: is a drive of Windows


@dataclass(frozen=True)
class Address:
    """The folder that a board's drive is mounted at, or any folder with the same files."""

    folder: Path

    @classmethod
    def parse(cls, text: str) -> Address:
        """InputError for an unsupported form of address."""
        scheme = _SCHEME.match(text)
        if scheme and not os.path.exists(text):  # noqa: PTH110 - Path raises for a name that is too long
            raise InputError(
                f"{text}: chargerctl does not support {scheme[1]}: addresses; --drive takes the folder where the "
                "CIRCUITPY drive is mounted. For a board without a USB drive, deploy to an empty folder and copy its "
                "files to the board with the web workflow"
            )
        if not text:
            raise InputError("--drive is empty: name the folder where the CIRCUITPY drive is mounted")
        return cls(Path(text))

    def __str__(self) -> str:
        return str(self.folder)

    @property
    def quoted(self) -> str:
        """As it is typed in a shell."""
        return shlex.quote(str(self.folder))

    @property
    def digest(self) -> str:
        """The same for every spelling of the same folder; for names of files on the laptop."""
        import hashlib  # slow to load, and needed only where a drive is opened

        return hashlib.sha256(os.fsencode(self._resolved)).hexdigest()[:16]

    @property
    def _resolved(self) -> Path:
        try:
            return self.folder.resolve()
        except FileNotFoundError:
            raise InputError(
                "the current folder does not exist any more: change to another, or name the whole path with --drive"
            ) from None
        except (OSError, RuntimeError):  # links in a circle
            return self.folder.absolute()

    @property
    def is_named_as_a_drive(self) -> bool:
        return self.folder.name.upper().startswith("CIRCUITPY")

    @property
    def is_a_drive(self) -> bool:
        """Whether a drive is mounted there, or would be by its name."""
        return self.is_named_as_a_drive or os.path.ismount(self._resolved)

    @property
    def is_blank(self) -> bool:
        """Whether this is an empty folder, but not one where a drive is mounted or would be."""
        return self.folder.is_dir() and not self.is_a_drive and not any(self.folder.iterdir())
