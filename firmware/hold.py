# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Drive relay and lock to their safe levels, and hold them there while the charger must not or cannot run.

code.py calls `safe_outputs()` first of all, and one of the `hold` functions instead of the charger. While a deploy is
being applied, a copy of this file is on the drive as code.txt, which CircuitPython runs before code.py: so it imports
none of the charger's modules.

`outputs` is a list with an entry for each output that is driven, [name, pin, output, safe level]: `output` has a
`value`. A pin can be claimed once, so the part that drives one hands over what it has claimed, and keeps it claimed.
"""

import os
import sys
import time

# Names are kept after this file is unloaded: those that CircuitPython has in flash, or that are used already, cost nothing.
import board
import digitalio
import microcontroller
import supervisor

COMMIT = "/.deploy/commit"
WAIT = "/.deploy/wait"  # the board cannot finish this deploy: only the laptop can
HELD = "/.held"  # a deploy over the network is being prepared: it must not find the relay closed
MANIFEST = "/.chargerctl"
RESET_AFTER_S = 30
RETRY_AFTER_S = 1800


def safe_outputs():
    """Claim relay and lock and drive them to their safe levels; return `outputs`."""
    outputs = []
    for name in ("relay", "lock"):
        pin, active = output_pin(name)
        # Any other word is a mistake in the settings: the wrong level would close the relay.
        if not pin or pin == "none" or active not in ("high", "low"):
            continue
        output = None
        try:
            output = digitalio.DigitalInOut(getattr(board, pin))
            output.switch_to_output(value=active == "low")
        except (
            AttributeError,
            TypeError,
            ValueError,
        ):  # no such pin, no pin at all, in use, or an input only
            if output is not None:
                output.deinit()
            say(f"hold   {name} pin {pin} cannot be used")
            continue
        outputs.append([name, pin, output, active == "low"])
    return outputs


def hold(reason, outputs, reset_after=None):
    """Drive the outputs safe, print why, and wait. Never returns.

    reset_after: seconds until the board is reset, so that boot.py can finish a deploy; None: never. Any
    change on the drive restarts the program, and the time starts anew. The console answers chargerctl's question.
    """
    supervisor.runtime.autoreload = True
    for _, _, output, level in outputs:
        output.value = level
    text = ", ".join([f"{name} {pin}" for name, pin, _, _ in outputs])
    say(f"hold   {reason}; held safe: {text or 'nothing, no output pin is known'}")
    state = "open" if "relay" in [name for name, _, _, _ in outputs] else "unknown"
    line = ""
    start = time.monotonic()
    while True:
        feed()
        line = listen(line, f"asked  relay {state}, no transaction, held open by hold.py")
        if reset_after is not None and time.monotonic() - start >= reset_after:
            microcontroller.reset()
        time.sleep(0.1)


def feed():
    """Feed the watchdog, and start it if it does not run: a file that comes over Wi-Fi stops the program until its last
    byte, for ever where its sender has gone."""
    if microcontroller.watchdog is None:
        return
    if microcontroller.watchdog.mode is None:
        import watchdog

        try:
            microcontroller.watchdog.timeout = 30
        except ValueError:  # more than an RP2 can
            microcontroller.watchdog.timeout = 8
        microcontroller.watchdog.mode = watchdog.WatchDogMode.RESET
    microcontroller.watchdog.feed()


def listen(line, text):
    """Read the keys that are there, and say `text` to a question (charger/maintenance.py). Return the line so far."""
    key = bytearray(1)
    for _ in range(supervisor.runtime.serial_bytes_available):
        sys.stdin.readinto(key)
        if key != b"\n":
            line = (line + chr(key[0]))[:8]
            continue
        if line in ("?relay", "?hold"):
            say(text)
        line = ""
    return line


def busy():
    """Whether a deploy is under way, so that code.py must call hold_deploy()."""
    return exists(COMMIT) or exists(HELD)


def hold_deploy(outputs):
    """Hold because of the unfinished deploy on the drive. Never returns."""
    if exists(HELD) and not exists(COMMIT):
        hold("a deploy over the network: reset 300 s after the last change", outputs, 300)
    if not exists(COMMIT):
        hold("a deploy is being repaired: run chargerctl deploy to finish it", outputs)
    if exists(WAIT):
        hold("an unfinished deploy needs the laptop: run chargerctl deploy to finish it", outputs)
    hold(f"an unfinished deploy: reset in {RESET_AFTER_S} s to finish it", outputs, RESET_AFTER_S)


def hold_failed(error, outputs, counted):
    """Print the error that ended the program, then reset, or hold where that would not help. Never returns.

    counted: this start was counted in nvm, so that a program that keeps failing is held after ten.
    """
    try:
        import traceback

        lines = "".join(traceback.format_exception(error)).split("\n")
    except MemoryError:
        lines = [type(error).__name__]
    for line in lines:
        say(line.rstrip("\r"))
    # A reset does not bring back a file; and when the program ends, its pins are released.
    if isinstance(error, (ImportError, SyntaxError)):
        hold("a file is missing or damaged: run chargerctl deploy", outputs)
    if isinstance(error, MemoryError):
        # A reset does not bring memory either, but another use of it may have ended by the next try.
        why = (
            "not enough memory: deploy .mpy files, switch off display or card_reader; next try in 30 minutes"
        )
        hold(why, outputs, RETRY_AFTER_S)
    if not counted:
        hold("the charger cannot start: next try in 30 minutes", outputs, RETRY_AFTER_S)
    microcontroller.reset()


def output_pin(name):
    """(pin, "high"|"low" when active) of "relay" or "lock"; the pin is "" when it is not known.

    The settings on the drive win; otherwise the last deploy has recorded it, from the board's profile: "pin relay D2
    high" is a line of its commit and of its manifest.
    """
    pin, active = recorded_pin(name)
    name = "CHARGER_HARDWARE_" + name.upper()
    return setting(name + "_PIN") or pin, setting(name + "_ACTIVE") or active


def recorded_pin(name):
    """What the deploy recorded for `name`: (pin, active), or ("", "high")."""
    for path in (COMMIT, MANIFEST):
        try:
            with open(path) as file:
                for line in file:
                    parts = line.split()
                    if parts[:2] == ["pin", name] and len(parts) == 4:
                        return parts[2], parts[3]
        except (OSError, UnicodeError):
            pass
    return "", "high"


def setting(name):
    """A setting of the drive as text, or "" where it is missing or cannot be read."""
    try:
        return str(os.getenv(name) or "")
    except (ValueError, UnicodeError):
        return ""


def exists(path):
    try:
        os.stat(path)
    except OSError:
        return False
    return True


def say(text):
    """One line on the console. A USB console that no program reads must not block the hold, so its timeout is 0. Where no
    program has it open, print() does not wait for it, and reaches the web workflow."""
    try:
        import usb_cdc

        console = usb_cdc.console
    except ImportError:
        console = None
    if console is None or not console.connected:
        print(text)
        return
    console.write_timeout = 0
    console.write((text + "\r\n").encode())


if __name__ == "__main__":  # as code.txt
    hold_deploy(safe_outputs())
