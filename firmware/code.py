# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the board runs: a deploy that is not finished, or a program that keeps crashing, holds the outputs safe;
otherwise the charger for this board runs for ever."""

import os


def exists(path):
    try:
        os.stat(path)
    except OSError:
        return False
    return True


if exists("/.deploy/commit"):
    import hold

    hold.hold_deploy()

from charger.hardware import reset, system
from charger.hardware.store import Store

CRASHES_IN_A_ROW = 10
RETRY_AFTER_S = 1800

store = Store()
reason = reset.reason()
if reason == "power":
    # A power cycle also clears a latched fault.
    store.save(0, None)
elif reason == "watchdog" and store.standing_still:
    # It waited for the network, which may take for ever, and does so again: no crash, and nothing to write.
    pass
elif store.crash_count >= CRASHES_IN_A_ROW:
    import hold

    # Whatever ends the hold, another file on the drive, the reset button or the time, has the program tried again.
    store.save(CRASHES_IN_A_ROW - 1, store.fault)
    hold.hold("ten crashes in a row: mend what is wrong on the drive; next try in 30 minutes", RETRY_AFTER_S)
elif reason != "reload":
    # Forgotten after a healthy minute, and by an orderly restart.
    store.save(store.crash_count + 1, store.fault)

try:
    from charger.assembly import build

    loop = build(store)
    del build
    system.forget(
        "charger.assembly",
        "charger.core",
        "charger.hardware.parts",
        "charger.hardware.pins",
        "charger.hardware.profiles",
    )
    loop.run()
except (ImportError, SyntaxError) as error:
    # No reset brings back a file; and a program that ended would let go of its pins.
    for line in system.describe(error):
        print(line)
    import hold

    hold.hold("a file is missing or damaged: run chargerctl deploy")
except Exception as error:  # noqa: BLE001 - the last resort: show it, and start again with the outputs safe
    for line in system.describe(error):
        print(line)
    reset.reboot()
