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
import microcontroller
import rtc
import supervisor

from charger.visit import leave

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


def up_ms():
    """Milliseconds since the chip's reset."""
    return time.monotonic_ns() // 1_000_000


def bluetooth_on():
    """Whether CircuitPython offers the drive over Bluetooth, unpaired; boot.py switches that off."""
    try:
        return supervisor.runtime.ble_workflow
    except (AttributeError, NotImplementedError):  # before 9.0; a build without Bluetooth
        return False


def memory():
    """How much is free, in words. Never found out by allocating: the heap would grow into what Wi-Fi needs."""
    gc.collect()
    text = "{} bytes free".format(gc.mem_free())
    try:
        import espidf
    except ImportError:
        return text
    return "{}, {} in one piece outside the heap".format(text, espidf.heap_caps_get_largest_free_block())


def read_utc():
    """The RTC as Unix seconds."""
    return time.time()


def write_utc(unix):
    rtc.RTC().datetime = time.localtime(unix)


def reboot():
    """Does not return: the chip starts as after a reset."""
    microcontroller.reset()


def describe(error):
    """The traceback of an exception, a list of lines."""
    return "".join(traceback.format_exception(error)).replace("\r", "").rstrip().split("\n")


def forget(*names):
    """Unload modules that were needed to start and never again; what still uses a part of one keeps that part."""
    leave(*names)
    gc.collect()
