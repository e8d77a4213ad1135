# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the chip itself gives: time, identity, randomness, the text of an error."""

import binascii
import gc
import os
import sys
import time
import traceback

import board
import rtc
import supervisor

ticks_ms = supervisor.ticks_ms
collect = gc.collect


def board_id():
    return board.board_id


def is_rp2():
    """RP2040 and RP2350: a different network stack, other limits."""
    return sys.platform.startswith("RP")


def boot_id():
    """16 hex digits, different at every boot."""
    return binascii.hexlify(os.urandom(8)).decode()


def read_utc():
    """The RTC as Unix seconds."""
    return time.time()


def write_utc(unix):
    rtc.RTC().datetime = time.localtime(unix)


def describe(error):
    """The traceback of an exception, a list of lines."""
    return "".join(traceback.format_exception(error)).rstrip().split("\n")


def forget(*names):
    """Unload modules that were needed to start and never again; what still uses a part of one keeps that part."""
    for name in names:
        package, _, module = name.rpartition(".")
        del sys.modules[name]
        delattr(sys.modules[package], module)
    gc.collect()
