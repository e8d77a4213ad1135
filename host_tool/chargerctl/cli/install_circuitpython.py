# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl install-circuitpython`: writes an image of CircuitPython that the user has downloaded to a board."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from chargerctl.boards.address import AUTO, Address, SerialPort
from chargerctl.boards.catalogue import BOARDS, Board
from chargerctl.boards.choice import the_board
from chargerctl.boards.find import mounted
from chargerctl.boards.surroundings import surroundings
from chargerctl.cli.drive_options import dry_run_option, port_option, yes_option
from chargerctl.cli.output import Answer, Command, Output
from chargerctl.cli.run_plan import Manner, terminal
from chargerctl.deploy.change import size_text
from chargerctl.deploy.progress import shown_progress
from chargerctl.errors import InputError
from chargerctl.install.boot_drive import copy_image, the_boot_drive
from chargerctl.install.esptool import esptool_program, run_esptool, write_command
from chargerctl.install.image import Image, check_suits, read_image
from chargerctl.install.permission import refuse_a_charge
from chargerctl.transport.serial.link import RealPorts


@dataclass(frozen=True)
class Way:
    """How an image gets to the board. shown: in the plan; write: does it."""

    address: str
    shown: str
    write: Callable[[], None]


@click.command(cls=Command)
@click.argument("image", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--board",
    "board_id",
    type=click.Choice([*BOARDS]),
    metavar="BOARD_ID",
    help="Refuse an image for any other board.  [default: the board that the image is for]",
)
@port_option
@click.option(
    "--drive",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="PATH",
    help="The boot drive for a .uf2.  [default: the only one there is]",
)
@dry_run_option
@yes_option
@click.option(
    "--force",
    is_flag=True,
    help="Write an ESP32-C6 even if its charger may be charging, or does not say.",
)
@click.pass_obj
def command(
    output: Output,
    image: Path,
    board_id: str | None,
    port: Address | None,
    drive: Path | None,
    dry_run: bool,
    yes: bool,
    force: bool,
) -> Answer:
    """Write CircuitPython to a board: an IMAGE that you have downloaded for it from circuitpython.org.

    A .bin goes to an ESP32-C6 by esptool, a .uf2 to the boot drive of a board that has a USB drive. An image for another
    board, or a damaged one, is refused. No car may charge meanwhile: the charger's program ends. One on a serial port is
    asked first, and refuses while its relay may be closed.

    \b
    chargerctl install-circuitpython adafruit-circuitpython-seeed_xiao_esp32c6-en_US-10.1.3.bin
    chargerctl install-circuitpython --board raspberry_pi_pico2_w image.uf2 --dry-run
    """
    found = read_image(image)
    board = check_suits(found, board_id)
    if board.has_drive and port:
        raise InputError(
            f"{board.board_id} takes a .uf2 on its boot drive: name that with --drive, not --port"
        )
    if drive and not board.has_drive:
        raise InputError(f"{board.board_id} has no drive: name its serial port with --port, not --drive")
    manner = Manner(dry_run, yes, output)
    output.text(f"{image}: CircuitPython {found.version} for {found.title}, {size_text(found.size)}")
    way = _copy(found, board, drive, output) if board.has_drive else _flash(found, board, port, force, output)
    output.text(
        way.shown,
        "the charger's program ends: unplug the car first",
        "files on the board may be lost if the old version divided the flash otherwise: chargerctl backup keeps them",
    )
    done = []
    if not dry_run:
        manner.ask("Write it?")
        way.write()
        done = ["done; the board restarts with it. Next: chargerctl deploy"]
    value = {**found.as_json(), "address": way.address, "dry_run": dry_run, "written": not dry_run}
    return Answer(value, done)


def _copy(image: Image, board: Board, asked: Path | None, output: Output) -> Way:
    drive = the_boot_drive(asked, mounted(), board)

    def write() -> None:
        with shown_progress(image.size, output.note, terminal(output)) as progress:
            copy_image(drive, image.data, lambda count: progress(count, image.path.name), time.sleep)

    return Way(str(drive.folder), f"copy to the boot drive {drive}", write)


def _flash(image: Image, board: Board, asked: Address | None, force: bool, output: Output) -> Way:
    program = esptool_program()
    found = the_board(asked or SerialPort(AUTO), surroundings(), writes=False, kinds=("serial",))
    run = write_command(program, board.chip, str(found), image.path)

    def write() -> None:
        if not force:
            refuse_a_charge(RealPorts(), str(found))
        run_esptool(run, output.note)

    return Way(str(found), f"run {shlex.join(run)}", write)
