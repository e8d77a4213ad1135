# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Hold relay and lock at their safe levels and do nothing else: a half-replaced charger must not charge.

code.py calls `hold_deploy()` when a committed deploy is on the drive, and `hold()` after too many crashes
in a row. While a deploy is being applied this very file stands on the drive as code.txt, which
CircuitPython runs before code.py: so it is complete in itself and imports nothing of ours.
"""

import os
import time

import board
import digitalio
import microcontroller
import supervisor

COMMIT = "/.deploy/commit"
WAIT = "/.deploy/wait"  # the board cannot finish this deploy alone: the laptop has to
MANIFEST = "/.chargerctl"
RESET_AFTER_S = 30


def hold(reason, reset_after=None):
    """Drive the outputs safe, say why, and wait. Never returns.

    reset_after: seconds until the board is reset, so that boot.py can finish a deploy; None: never. Any
    change on the drive restarts the program, and with it this time.
    """
    supervisor.runtime.autoreload = True
    outputs = safe_outputs()
    say(f"hold   {reason}; held safe: {', '.join(outputs) or 'nothing, no output pin is known'}")
    started = time.monotonic()
    while True:
        if microcontroller.watchdog is not None and microcontroller.watchdog.mode is not None:
            microcontroller.watchdog.feed()
        if reset_after is not None and time.monotonic() - started >= reset_after:
            microcontroller.reset()
        time.sleep(0.1)


def hold_deploy():
    """Hold for the deploy that stands on the drive. Never returns."""
    if not exists(COMMIT):
        hold("a deploy is being repaired: run chargerctl deploy to finish it")
    if exists(WAIT):
        hold("an unfinished deploy needs the laptop: run chargerctl deploy to finish it")
    hold(f"an unfinished deploy: reset in {RESET_AFTER_S} s to finish it", RESET_AFTER_S)


def safe_outputs():
    """Switch relay and lock to their inactive levels; return "name pin" of each that is now held."""
    held = []
    for name, (pin, active) in output_pins().items():
        try:
            output = digitalio.DigitalInOut(getattr(board, pin))
        except (AttributeError, ValueError):  # no such pin, or in use
            say(f"hold   {name} pin {pin} cannot be used")
            continue
        output.switch_to_output(value=active != "high")
        _outputs.append(output)
        held.append(f"{name} {pin}")
    return held


def output_pins():
    """{"relay": (pin, "high"|"low" when active), "lock": ...}, without those that are "none" or not known.

    The settings on the drive win; what they leave open the last deploy has written down, from the board's
    profile: "pin relay D2 high" is a line of its commit and of its manifest.
    """
    pins = {}
    for name in ("relay", "lock"):
        pin, active = recorded_pin(name)
        pin = setting("CHARGER_HARDWARE_" + name.upper() + "_PIN") or pin
        active = setting("CHARGER_HARDWARE_" + name.upper() + "_ACTIVE") or active
        if pin and pin != "none":
            pins[name] = (pin, active)
    return pins


def recorded_pin(name):
    """What the deploy wrote down for `name`: (pin, active), or ("", "high")."""
    for path in (COMMIT, MANIFEST):
        try:
            with open(path) as file:
                for line in file:
                    words = line.split()
                    if words[:2] == ["pin", name] and len(words) == 4:
                        return words[2], words[3]
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
    """One line on the console. An unread USB console must not stop the hold, so there nothing waits."""
    try:
        import usb_cdc

        console = usb_cdc.console
    except ImportError:
        console = None
    if console is None:
        print(text)
        return
    console.write_timeout = 0
    console.write((text + "\r\n").encode())


_outputs = []  # kept, or the pins would be released

if __name__ == "__main__":  # as code.txt
    hold_deploy()
