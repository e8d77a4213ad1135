# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The start of the charger: count it in nvm by the reason of the reset, then build everything. Unloaded afterwards."""

from charger.hardware import system
from charger.hardware.store import Store
from charger.visit import visit

CRASHES_IN_A_ROW = 10


def count(outputs):
    """(store, reason of the reset), with this start counted. Never returns after ten crashes in a row.

    `outputs`: hold.py's.
    """
    store = Store()
    reset = visit("hardware.reset")
    reason = reset.reason()
    if store.trouble:
        # Its contents are not known, so they are not overwritten.
        pass
    elif reason in ("power", "button"):
        # Caused by a person or the supply. The latched fault stays, unless the supply was certainly off.
        store.save(0, None if reset.was_off() else store.fault)
    elif reason == "watchdog" and store.blocking:
        # It was joining the network, which has no time limit: not a crash, and nothing to write.
        pass
    elif store.crash_count >= CRASHES_IN_A_ROW:
        import hold

        # A changed file on the drive, the reset button or the time ends the hold; then the program is tried once more.
        store.save(CRASHES_IN_A_ROW - 1, store.fault)
        why = "ten crashes in a row: repair the files on the drive; next try in 30 minutes"
        hold.hold(why, outputs, hold.RETRY_AFTER_S)
    elif reason != "reload":
        # Reset to 0 after a minute without a crash, and by an orderly restart.
        store.save(store.crash_count + 1, store.fault)
    return store, reason


def build(store, reason, outputs, reserve):
    """The charger's Loop, ready to run; what was needed only until here is unloaded.

    `reserve`: a list that holds some memory, to be cleared when there is none left.
    """
    from charger import net

    # Wi-Fi takes its buffers now, from what the heap grows into. With the charger loaded first there may be too little
    # left, and ESP-IDF then panics.
    free = system.memory()
    network = net.open_radio()
    free = "{}; with the radio open {}".format(free, system.memory())
    from charger import assembly

    loop = assembly.build(store, reason, outputs, network, free, reserve)
    system.forget(
        "charger.assembly",
        "charger.core",
        "charger.start",
    )
    return loop
