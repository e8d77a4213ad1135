# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the board runs: relay and lock are driven safe, then the charger for this board runs for ever. A deploy that is
not finished, and whatever ends the charger, holds them safe or starts it again: see hold.py."""

# First of all, so that there is something to give back when memory runs out: what follows can still be said.
reserve = [bytearray(1024)]

import gc
import sys
import time

import hold
import supervisor

# Before everything else: the charger takes seconds to load.
outputs = hold.safe_outputs()
if hold.exists(hold.COMMIT):
    hold.hold_deploy(outputs)
del hold, sys.modules["hold"]

counted = False
failure = None
try:
    from charger import start

    store, reason = start.count(outputs)
    # Without nvm nothing is counted, and a program that fails would start again for ever.
    counted = not store.trouble
    loop = start.build(store, reason, outputs, reserve)
    del start
    while True:
        loop.run_pass()
except KeyboardInterrupt:
    # The laptop's Ctrl-C. When this ends the chip lets go of the pins; until then the relay opens and the lock releases.
    for _, _, output, level in outputs:
        output.value = level
    supervisor.runtime.autoreload = True
    raise
except Exception as error:  # noqa: BLE001 - the last resort: whatever it is, the outputs are driven safe
    for _, _, output, level in outputs:
        output.value = level
    reserve.clear()
    failure = error

# Room for what shows it, which has to be loaded again.
loop = None
gc.collect()
for name in list(sys.modules):
    if name[:7] in ("charger", "adafrui"):
        del sys.modules[name]
gc.collect()

try:
    # Kept loaded it would take memory from the charger for good.
    import hold
except Exception as error:  # noqa: BLE001 - whatever it is, a program that ends lets go of the outputs
    print("hold   hold.py cannot be loaded:", type(error).__name__)
    supervisor.runtime.autoreload = True
    # They stay driven safe. A watchdog that runs already resets the board, and that counts as a crash.
    while True:
        time.sleep(1)
hold.hold_failed(failure, outputs, counted)
