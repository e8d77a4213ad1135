# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A deploy over the serial console: bytes sent over bytes of content, and the time it takes on the clock of a modelled line.

The board is MicroPython's REPL behind a line with the speed and the flash that tests/host/serial_board/shapes.py assumes: no
figure here was measured on a board.
"""

from __future__ import annotations

from chargerctl.boards.boot_out import BootOut
from chargerctl.boards.catalogue import NEWEST_MAJOR
from chargerctl.deploy.apply import execute
from chargerctl.deploy.bytecode.form import in_form
from chargerctl.deploy.bytecode.source_record import SourceRecord
from chargerctl.deploy.checks import checked_plan
from chargerctl.deploy.image import Image, firmware_image
from chargerctl.deploy.libraries.wheels import wheel_libraries
from chargerctl.deploy.opening import snapshot_of
from chargerctl.deploy.plan import Plan
from chargerctl.deploy.target import make_target
from chargerctl.transport.volume import Volume

from tests.host.deploy.virtual import SETTINGS
from tests.host.serial_board.board import BRIDGE, C6, SerialBoard
from tests.host.serial_board.host import at_work
from tests.host.serial_board.shapes import Shape
from tests.host.transport.faulty import Tree

BOARD = "seeed_xiao_esp32c6"
FACTORY: Tree = {"boot_out.txt": BootOut.assumed(BOARD).render().encode(), "lib": None}
LINES = (
    ("USB-Serial/JTAG", C6, True),
    ("USB-Serial/JTAG", C6, False),
    ("UART bridge, 115,200 baud", BRIDGE, True),
    ("UART bridge, 115,200 baud", BRIDGE, False),
)


def planned(volume: Volume, image: Image) -> Plan:
    snapshot = snapshot_of(volume, set(image), image)
    return checked_plan(snapshot, make_target(image, SETTINGS, snapshot, BOARD))


def measured(shape: Shape, has_zlib: bool, image: Image) -> None:
    """A first deploy, one that changes three modules, and one that finds nothing to do. Before each the helper is sent."""
    edited = [path for path in image if path.startswith("charger/")][:3]
    later = {**image, **{path: image[path] + b"\0" for path in edited}}
    with SerialBoard(FACTORY, shape, has_zlib=has_zlib) as board:
        for what, files in (("every file", image), ("three modules", later), ("nothing", later)):
            start, before = board.now(), board.sent
            with at_work(board) as (volume, _):
                began, helper = board.now(), board.sent - before
                plan = planned(volume, files)
                execute(volume, plan)
                content = 0 if plan.nothing_to_do else plan.bytes_to_write
                sent = board.sent - before - helper
                ratio = f"{sent / content:.2f}" if content else ""
                print(
                    f"  {what:14}{content:>10,}{sent:>10,}{ratio:>7}{board.now() - began:>8.1f} s"
                    f"{helper:>10,}{began - start:>8.1f} s"
                )


def main() -> None:
    image = in_form(firmware_image() | wheel_libraries(), BOARD, NEWEST_MAJOR, SourceRecord(None)).image
    print(f"  {'deploy of':14}{'content':>10}{'sent':>10}{'ratio':>7}{'time':>10}{'helper':>10}{'time':>10}")
    for name, shape, has_zlib in LINES:
        print(f"{name}, {'with zlib' if has_zlib else 'without zlib'}")
        measured(shape, has_zlib, image)
