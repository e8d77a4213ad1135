# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a monitor takes from the settings on the laptop. Mistakes in them do not stop it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from chargerctl.errors import ChargerctlError
from chargerctl.settings.effective import combine
from chargerctl.settings.file_source import from_bytes
from chargerctl.settings.secret_names import is_secret
from chargerctl.settings.sources import from_environment
from chargerctl.settings.table import PREFIX
from chargerctl.settings.toml_file import read_bytes

_ASSIGNED = re.compile(
    r"""^\s*["']?(?P<name>[\w.-]{1,99})["']?\s*=\s*(?:"(?P<double>[^"\n]*)"|'(?P<single>[^'\n]*)'|(?P<bare>[^\s#]+))""",
    re.MULTILINE,
)


@dataclass(frozen=True)
class OfSettings:
    """secrets: what must not be shown; serial: the charger's; offset_s: of its local time; notes: for a person."""

    secrets: tuple[str, ...]
    serial: str
    offset_s: int
    notes: tuple[str, ...] = ()


def of_settings(config: Path | None, environ: Mapping[str, str]) -> OfSettings:
    """config: None where there is no file."""
    notes: list[str] = []
    sources = [from_environment(environ)]
    secrets = {value for name, value in environ.items() if name.startswith(PREFIX) and is_secret(name)}
    if config:
        try:
            content = read_bytes(config)
        except ChargerctlError as error:
            notes.append(f"warning: {error}; its secrets are not masked")
            content = b""
        secrets.update(_assigned(content.decode(errors="replace")))
        sources.insert(0, from_bytes(content, str(config)))
    found = combine(sources)
    given = [*found.given.values(), *(each for several in found.replaced.values() for each in several)]
    secrets |= {each.text for each in given if each.setting.secret}
    offset_s = found.values.display.timezone_offset_hours * 36  # of hundredths of an hour
    return OfSettings(tuple(secrets), found.values.charger.serial or "", offset_s, tuple(notes))


def _assigned(text: str) -> Iterator[str]:
    """Values of names of secrets, also where they are wrong, or in a wrong section."""
    for found in _ASSIGNED.finditer(text):
        if is_secret(found["name"]):
            yield found["double"] or found["single"] or found["bare"] or ""
