# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a monitor takes from the settings on the laptop. Mistakes in them do not stop it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from chargerctl.errors import ChargerctlError
from chargerctl.settings.effective import combine
from chargerctl.settings.file_source import from_file
from chargerctl.settings.secret_names import is_secret
from chargerctl.settings.sources import Source, from_environment


@dataclass(frozen=True)
class OfSettings:
    """secrets: values that must not be shown; serial: the charger's; offset_s: of its local time; notes: for a person."""

    secrets: tuple[str, ...]
    serial: str
    offset_s: int
    notes: tuple[str, ...] = ()


def of_settings(config: Path | None, environ: Mapping[str, str]) -> OfSettings:
    """config: None where there is no file."""
    notes: list[str] = []
    sources = [from_environment(environ)]
    if config:
        try:
            sources.insert(0, from_file(config))
        except ChargerctlError as error:
            notes.append(f"warning: {error}; its secrets are not masked")
    notes += _unread(sources)
    found = combine(sources)
    given = [*found.given.values(), *(each for several in found.replaced.values() for each in several)]
    secrets = tuple(each.text for each in given if each.setting.secret)
    offset_s = found.values.display.timezone_offset_hours * 36  # of hundredths of an hour
    return OfSettings(secrets, found.values.charger.serial or "", offset_s, tuple(notes))


def _unread(sources: list[Source]) -> list[str]:
    """A secret with a mistake is not known, so it cannot be masked."""
    wrong = sorted({name for source in sources for name in source.mentioned - source.given.keys()})
    secret = [name for name in wrong if is_secret(name)]
    if not secret:
        return []
    return [f"warning: the value of {', '.join(secret)} is wrong and not masked: run chargerctl config check"]
