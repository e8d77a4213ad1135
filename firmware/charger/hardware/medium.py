# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Opens the journal where [storage] kind says: a visitor of the start. A medium has

copies: 1 or 2; size: of each; keeps: a power cut during `replace` loses nothing;
checkpoint_wh: how often a running transaction is written, unless it is set;
ms(size), rewrite_ms: how long an `append` of so many bytes and a `replace` block at worst;
read(copy, offset, size) -> bytes;
use(copy, end, behind): that copy is the current one, its log ends there, and up to where the other one is the same;
append(offset, data): behind the log of the current copy, where all bytes are 0xFF;
replace(image): a new log, followed by 0xFF.

What fails raises OSError, RuntimeError or MemoryError.
"""

import storage

from charger.hardware import health, system
from charger.journal import Journal
from charger.records import Content
from charger.visit import visit


def open_journal(board, values, i2c, log):
    """The Journal of the board; one that says why no transaction may start, where it cannot be opened."""
    kind = values["storage.kind"]
    medium = None
    try:
        medium = open_medium(kind, values["storage.fram_address"], i2c, board.store)
        content = visit("journal_recovery").recover(medium, log)
    except (OSError, RuntimeError, MemoryError) as error:
        content = Content()
        content.trouble = "the journal cannot be opened ([storage] kind = {}): {}".format(
            kind, health.reason(error)
        )
    if content.trouble is not None:
        log("store", content.trouble)
        medium = None
    step_wh = values["storage.checkpoint_wh"] or (0 if medium is None else medium.checkpoint_wh)
    journal = Journal(content, medium, board.stalls, step_wh, log)
    if medium is not None and not medium.keeps:
        board.store.journal = journal
    return journal


def open_medium(kind, fram_address, i2c, store):
    """The medium. auto: files where the program may always write its drive, as on boards without USB, else nvm."""
    writable = not storage.getmount("/").readonly
    if kind == "auto":
        kind = "file" if writable else "nvm"
    if kind == "nvm":
        return (
            visit("hardware.nvm_rp2").Medium(store)
            if system.is_rp2()
            else visit("hardware.nvm_esp32").Medium()
        )
    if kind == "fram":
        if i2c is None:
            raise RuntimeError("no I2C pins for the FRAM")
        return visit("hardware.fram").Medium(i2c, fram_address)
    if not writable:
        raise RuntimeError("the laptop owns the drive until a reset without the service button")
    return visit("hardware.ring").open_files()
