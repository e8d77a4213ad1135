# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the board runs: relay and lock are driven safe, then the charger runs until the board loses power. An unfinished
deploy or an error that ends the charger holds them safe or resets the board: see hold.py."""

# First of all, so that it can be freed when memory runs out: then the error can still be logged.
reserve = [bytearray(1024)]

import gc
import sys
import time

import hold
import supervisor

# Before everything else: the charger takes seconds to load.
outputs = hold.safe_outputs()
if hold.busy():
    hold.hold_deploy(outputs)
del hold, sys.modules["hold"]

counted = False
failure = None
try:
    from charger import start

    store, reason = start.count(outputs)
    # Without nvm nothing is counted, and a program that always fails would start again without end.
    counted = not store.trouble
    loop = start.build(store, reason, outputs, reserve)
    del start
    while True:
        loop.run_pass()
except KeyboardInterrupt:
    # The laptop's Ctrl-C. When this program ends the chip releases the pins; before that the outputs are driven safe.
    for _, _, output, level in outputs:
        output.value = level
    supervisor.runtime.autoreload = True
    raise
except Exception as error:  # noqa: BLE001 - the last resort: the outputs are driven safe after any error
    for _, _, output, level in outputs:
        output.value = level
    reserve.clear()
    failure = error

# Free memory for hold.py, which is loaded again to show the error.
loop = None
gc.collect()
for name in list(sys.modules):
    if name[:7] in ("charger", "adafrui"):
        del sys.modules[name]
gc.collect()

try:
    # It was unloaded, since it would take memory from the charger all the time.
    import hold
except Exception as error:  # noqa: BLE001 - any error: a program that ends would release the outputs
    print("hold   hold.py cannot be loaded:", type(error).__name__)
    supervisor.runtime.autoreload = True
    # They stay driven safe. If the watchdog runs already, it resets the board, and that counts as a crash.
    while True:
        time.sleep(1)
hold.hold_failed(failure, outputs, counted)
