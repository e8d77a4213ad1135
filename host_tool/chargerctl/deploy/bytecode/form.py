# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Whether a board gets the charger package and the libraries as .mpy files or as text, and which modules the user edits."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from chargerctl.boards.catalogue import BOARDS
from chargerctl.deploy.bytecode.compiler import MAJORS, NoCompilerError, compile_image, is_compiled, mpy_path
from chargerctl.deploy.bytecode.source_record import SourceRecord
from chargerctl.deploy.image import Image
from chargerctl.deploy.memory import TEXT_COSTS
from chargerctl.deploy.records import Manifest

_READ_IT = f"CircuitPython {MAJORS[0]} and {MAJORS[-1]}"
_COMPILED = (
    f"the charger package and the libraries: compiled to .mpy for {_READ_IT} (--source writes text instead)"
)
_COST = f"the board compiles text at every start, which needs up to {TEXT_COSTS // 1024} KB more memory than .mpy files do"


@dataclass(frozen=True)
class Formed:
    """notes: lines for the user. names: the key of the identifiers in the .mpy files, "" where they are those of the
    sources."""

    image: Image
    notes: list[str]
    names: str = ""


def in_form(
    image: Image,
    board_id: str,
    major: int,
    record: SourceRecord,
    *,
    source: bool = False,
    edited: Collection[str] = (),
) -> Formed:
    """The image in the form for this board.

    major: of the board's CircuitPython. source: the user wants text. edited: modules that the user has put on the drive
    as text; they use the names of the sources, so the other modules must too.
    """
    why = _why_text(board_id, major, source)
    if why is None:
        try:
            compiled = compile_image(image, record, own_names=bool(edited))
        except NoCompilerError as error:
            why = f"{error}; {_COST}"
        else:
            return Formed(compiled.image, [_COMPILED, *map(_in_place_of_mpy, edited)], compiled.known_by)
    ours = {path: content for path, content in image.items() if path not in edited}
    return Formed(ours, [f"as text: {why}", *map(_in_place_of_text, edited)])


def _why_text(board_id: str, major: int, source: bool) -> str | None:
    has_psram = board_id in BOARDS and BOARDS[board_id].psram_kb > 0
    if source:
        return "--source was given" if has_psram else f"--source was given; {_COST}: leave --source out"
    if has_psram:
        return (
            "this board has enough memory (PSRAM) to compile it, and its modules can be edited on the drive"
        )
    if major not in MAJORS:
        return f".mpy files are for {_READ_IT}, the board runs {major}; {_COST}"
    return None


def _in_place_of_mpy(path: str) -> str:
    return f"{path} was edited by you and stays: the board runs it instead of {mpy_path(path)}; {_BACK}"


def _in_place_of_text(path: str) -> str:
    return f"{path} was edited by you and stays; {_BACK}"


_BACK = "to go back to the original, remove it from the drive and deploy again"


def edited_modules(image: Image, on_drive: set[str], manifest: Manifest | None) -> list[str]:
    """The modules of the image that the user has put beside the .mpy files on the drive, now or before those were
    replaced by text.

    CircuitPython imports a .py rather than the .mpy of the same name.
    """
    if manifest is None:
        return []
    theirs = on_drive - manifest.files.keys()
    return sorted(
        path
        for path in theirs.intersection(image)
        if is_compiled(path) and (mpy_path(path) in manifest.files or path in manifest.edited)
    )
