# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The files that a fleet writes: what is wrong with them is found before the start, and one that fails loses no other."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from chargerctl.cli.output import Answer
from chargerctl.errors import ChargerctlError, InputError
from chargerctl.files import refuse_other_than_file, write_private
from chargerctl.web import extra

FAILED = 1


def check_files(reports: Sequence[Path], record: Path | None = None, replay: Path | None = None) -> None:
    """InputError; ChargerctlError where packages for a page are missing."""
    taken = {os.path.realpath(replay): "--replay"} if replay else {}
    written = [*(("--report", path) for path in reports), *([("--record", record)] if record else [])]
    for option, path in written:
        if option == "--report" and path.suffix not in (".json", ".html"):
            raise InputError(f"{option} {path}: the name must end in .json or .html")
        _check(option, path)
        real = os.path.realpath(path)
        if real in taken:
            raise InputError(
                f"{option} {path}: {taken[real]} names this file, too: each needs one of its own"
            )
        taken[real] = option
    if any(path.suffix == ".html" for path in reports):
        extra.require("--report FILE.html")


def _check(option: str, path: Path) -> None:
    folder = path.absolute().parent
    if not folder.is_dir():
        raise InputError(f"{option} {path}: there is no such folder")
    try:
        refuse_other_than_file(path)
    except ChargerctlError as error:
        raise InputError(f"{option} {error.message}") from None
    if not os.access(path if path.exists() else folder, os.W_OK):
        raise InputError(f"{option} {path}: you may not write there")


def answer(reports: Sequence[Path], values: Mapping[str, Any], lines: Iterable[str], passed: bool) -> Answer:
    """Write the report to its files, and make the answer of the command of it. What cannot be written is said there, and is
    exit status 1."""
    unwritten = [why for path in reports if (why := _write(path, values))]
    found = {"kind": "report", **values, **({"unwritten": unwritten} if unwritten else {})}
    notes = [f"chargerctl: {each}" for each in unwritten]
    return Answer(found, lines, notes, 0 if passed and not unwritten else FAILED)


def _write(path: Path, values: Mapping[str, Any]) -> str:
    """As JSON or as a page, by its name. Why that failed, or ""."""
    if path.suffix == ".json":
        content = json.dumps(values, indent=1) + "\n"
    else:
        # Imported here: it needs the packages of another extra.
        from chargerctl.fleet.report.page import page

        content = page(values)
    try:
        write_private(path, content.encode("utf-8", "replace"), mode=0o644, sync=False)
    except OSError as error:
        return f"{path}: the report cannot be written: {error.strerror or error}"
    return ""
