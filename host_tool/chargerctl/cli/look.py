# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl ls` and `chargerctl get`: look at what is on a board, whatever way it is reached. Nothing is changed."""

from __future__ import annotations

from pathlib import Path

import click

from chargerctl.boards.address import Address
from chargerctl.cli.approach import approach
from chargerctl.cli.drive_options import board_options, stop_option
from chargerctl.cli.output import Answer, Command, Output
from chargerctl.cli.settings_options import reveal_option
from chargerctl.deploy.image import SETTINGS_FILE
from chargerctl.deploy.opening import open_drive
from chargerctl.deploy.secrets import has_secrets, masked_lines
from chargerctl.deploy.troubles import explained
from chargerctl.errors import ChargerctlError, InputError
from chargerctl.settings.save import replace
from chargerctl.transport.volume import Listing


@click.command(cls=Command)
@click.argument("folder", default="", metavar="[FOLDER]")
@board_options(argument=False)
@stop_option
@click.pass_obj
def ls(output: Output, folder: str, drive: Address | None, force: bool) -> Answer:
    """List the files on a board: size and name, of everything or of one folder.

    Over a serial port the charger's program is stopped for it, and started again.

    \b
    chargerctl ls
    chargerctl ls charger --port auto
    """
    with (
        open_drive(drive, approach=approach(output, force)) as opened,
        explained(opened.volume.name),
    ):
        found = opened.volume.list()
        free = opened.volume.free()
    inside = _inside(found, _on_drive(folder))
    if folder and not inside and _on_drive(folder) not in found.folders:
        raise InputError(f"{opened.address.file(_on_drive(folder))}: no such folder; chargerctl ls lists all")
    lines = [f"{'' if size is None else size:>9}  {name}" for name, size in sorted(inside.items())]
    files = {name: size for name, size in inside.items() if size is not None}
    total = f"{len(files)} files, {sum(files.values()):,} bytes; {free:,} bytes free"
    return Answer({"files": files, "free": free}, [*lines, total])


@click.command(cls=Command)
@click.argument("path", metavar="FILE")
@board_options(argument=False)
@stop_option
@click.option(
    "--to",
    "target",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write it to this file of the laptop, with secrets; only you can read it.",
)
@reveal_option
@click.pass_obj
def get(
    output: Output, path: str, drive: Address | None, force: bool, target: Path | None, reveal: bool
) -> Answer:
    """Show a text file of a board, secrets masked, or copy any file to the laptop with --to.

    \b
    chargerctl get boot_out.txt
    chargerctl get settings.toml --port auto
    chargerctl get lib/adafruit_ntp.mpy --to ntp.mpy
    """
    name = _on_drive(path)
    with (
        open_drive(drive, approach=approach(output, force)) as opened,
        explained(opened.volume.name),
    ):
        if name not in opened.volume.list().files:
            raise InputError(f"{opened.address.file(name)}: no such file; chargerctl ls lists all")
        content = opened.volume.read(name)
    if target:
        replace(target, content, private=True)
        return Answer(
            {"file": str(target), "bytes": len(content)}, [f"wrote {target}: {len(content):,} bytes"]
        )
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise ChargerctlError(f"{opened.address.file(name)} is no text: copy it with --to FILE") from None
    secret = name == SETTINGS_FILE or has_secrets(name, content)
    lines = masked_lines(text) if secret and not reveal else text.splitlines()
    return Answer({"path": name, "lines": lines}, lines)


def _on_drive(path: str) -> str:
    return path.replace("\\", "/").strip("/")


def _inside(found: Listing, folder: str) -> dict[str, int | None]:
    """Size of each file in the folder and the folders in it, None for what is no file."""
    everything: dict[str, int | None] = {**found.files, **dict.fromkeys(found.others)}
    return {path: size for path, size in everything.items() if not folder or path.startswith(f"{folder}/")}
