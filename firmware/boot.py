# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Runs once after a hard reset, before USB: finish a committed deploy, then decide who may write the drive.

Only here may the board always write its drive. Nothing in this file may keep the charger from starting, and
it imports none of the charger's modules: it may have to put those very files in their places.

/.deploy/commit is text, one step a line, in order; every step may be repeated. Paths have no leading slash.

    chargerctl 1                         format
    pin relay D2 high                    for hold.py and for this file
    move SOURCE TARGET                   if SOURCE is there
    put SIZE CRC32 SOURCE TARGET         likewise, checked; without SOURCE, TARGET must already be so
    remove PATH                          a file or an empty folder, if it is there
    crc32 XXXXXXXX                       of all lines before
"""

import binascii
import os

import supervisor

# First of all: without USB, CircuitPython offers the drive over Bluetooth to anyone nearby, without a code. This switches
# it off from the end of this file on. CIRCUITPY_BLE_WORKFLOW = false in settings.toml does it from 10.3 on.
try:
    supervisor.runtime.ble_workflow = False
except NotImplementedError:  # no Bluetooth in this build
    pass

COMMIT = "/.deploy/commit"
WAIT = "/.deploy/wait"
HELD = "/.held"
MANIFEST = "/.chargerctl"


class NeedsLaptopError(Exception):
    """Something the deploy needs is not on the drive: only the laptop can finish it."""


def finish_deploy():
    """Carry out the remaining steps of the committed deploy. Raises NeedsLaptopError, OSError."""
    for step in committed_steps():
        carry_out(step)
    remove_folder("/.deploy", "commit")
    print("boot: finished a deploy")


def committed_steps():
    """The commit as lists of words. Raises NeedsLaptopError if it is damaged or of another format."""
    with open(COMMIT, "rb") as file:
        text = file.read()
    body, mark, seal = text.rpartition(b"crc32 ")
    if not mark or seal != b"%08x\n" % (binascii.crc32(body) & 0xFFFFFFFF):
        raise NeedsLaptopError("the commit is damaged")
    lines = body.decode().split("\n")
    if lines[0] != "chargerctl 1":
        raise NeedsLaptopError("this deploy is of another format")
    # A path may have blanks, and ends its line.
    return [line.split(" ", 1 if line.startswith("remove ") else 4) for line in lines[1:] if line]


def carry_out(step):
    verb = step[0]
    if verb == "move":
        if exists(step[1]):
            replace(step[1], step[2])
    elif verb == "put":
        size, crc = int(step[1]), int(step[2], 16)
        source, target = step[3], step[4]
        if exists(source):
            check(source, size, crc)
            replace(source, target)
        else:
            check(target, size, crc)
    elif verb == "remove":
        remove(step[1])
    elif verb != "pin":
        raise NeedsLaptopError("unknown step " + verb)


def replace(source, target):
    """FAT cannot rename onto a file: remove, then rename. In between, `source` is there for the next try."""
    if source.lower() == target.lower():  # FAT ignores case: the removal would be of the only copy
        raise NeedsLaptopError(target + " is its own source")
    make_folders(target)
    if is_folder(target):
        raise NeedsLaptopError(target + " is a folder")
    if exists(target):
        os.remove("/" + target)
    os.rename("/" + source, "/" + target)


def check(path, size, crc):
    """Raise NeedsLaptopError unless the file has this size and CRC-32."""
    seen, count = 0, 0
    try:
        with open("/" + path, "rb") as file:
            while True:
                chunk = file.read(1024)
                if not chunk:
                    break
                seen = binascii.crc32(chunk, seen)
                count += len(chunk)
    except OSError:
        raise NeedsLaptopError(path + " is missing") from None
    if count != size or seen & 0xFFFFFFFF != crc:
        raise NeedsLaptopError(path + " is damaged")


def make_folders(path):
    parts = path.split("/")
    for depth in range(1, len(parts)):
        folder = "/".join(parts[:depth])
        if not exists(folder):
            os.mkdir("/" + folder)
        elif not is_folder(folder):
            raise NeedsLaptopError(folder + " is not a folder")


def remove(path):
    """A file, or a folder if it is empty."""
    if is_folder(path):
        if not os.listdir("/" + path):
            os.rmdir("/" + path)
    elif exists(path):
        os.remove("/" + path)


def remove_folder(folder, last):
    """Remove a flat folder; its file `last` goes last, so that an interruption leaves that to be found."""
    for name in os.listdir(folder):
        if name != last:
            os.remove(folder + "/" + name)
    os.remove(folder + "/" + last)
    os.rmdir(folder)


def exists(path):
    try:
        os.stat("/" + path)
    except OSError:
        return False
    return True


def is_folder(path):
    return exists(path) and os.stat("/" + path)[0] & 0x4000 != 0


def leave_to_laptop(reason):
    """Record on the drive that another reset does not help: hold.py reads this."""
    print("boot: cannot finish a deploy: " + reason)
    try:
        with open(WAIT, "w") as file:
            file.write(reason)
    except OSError:  # then hold.py resets again, and this is tried again
        pass


def setting(name):
    """A setting of the drive as text, or "" where it is missing or cannot be read."""
    try:
        return str(os.getenv(name) or "")
    except (ValueError, UnicodeError):
        return ""


def service_pin():
    """The service button's pin: from the settings, else as the last deploy recorded it; "" if none."""
    name = setting("CHARGER_HARDWARE_SERVICE_PIN")
    try:
        with open(MANIFEST) as file:
            for line in file:
                words = line.split()
                if not name and words[:2] == ["pin", "service"]:
                    name = words[2]
    except (OSError, UnicodeError):
        pass
    return "" if name == "none" else name


def service_button_held():
    name = service_pin()
    if not name:
        return False
    import board
    import digitalio

    try:
        pin = digitalio.DigitalInOut(getattr(board, name))
    except (AttributeError, ValueError):  # no such pin, or in use
        return False
    pin.switch_to_input(pull=digitalio.Pull.UP)
    held = not pin.value
    pin.deinit()
    return held


def give_drive_to_program():
    """Let the program write the drive; the laptop then only reads it. Without USB the program may anyway."""
    import storage

    try:
        storage.remount("/", readonly=False)
    except RuntimeError as error:
        print("boot: the program cannot write the drive:", error)


def end_hold():
    """What hold.py waits for no longer comes: this is not the restart that a change on the drive causes."""
    try:
        os.remove(HELD)
    except OSError:  # the drive fails
        return
    import microcontroller

    # After these CircuitPython leaves its web workflow off, and only that reaches this board.
    reasons = microcontroller.ResetReason
    if microcontroller.cpu.reset_reason in (reasons.WATCHDOG, reasons.BROWNOUT):
        microcontroller.reset()


failures = 0
while exists(COMMIT[1:]):
    try:
        finish_deploy()
    except NeedsLaptopError as error:
        leave_to_laptop(str(error))
        break
    except (ValueError, IndexError):  # its checksum is right, its steps are not
        leave_to_laptop("the commit has an invalid step")
        break
    except OSError as error:  # tried once more, since every step may be repeated
        failures += 1
        if failures == 2:
            leave_to_laptop(str(error))
            break

if exists(HELD[1:]):
    end_hold()

# The laptop needs the drive to finish a deploy.
unfinished = exists(COMMIT[1:]) or exists("code.txt")
if setting("CHARGER_STORAGE_KIND") == "file" and not unfinished and not service_button_held():
    give_drive_to_program()
