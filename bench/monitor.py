# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""How many lines a second a monitor takes from a console, marks them and writes them to its log: CPU time of one process."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from chargerctl.monitor.deployed import Deployed
from chargerctl.monitor.log import Log
from chargerctl.monitor.pipeline import Pipeline
from chargerctl.monitor.secrets import Masker

LINES = 50_000
_CHUNK = b"".join(b"[%4d.%03d] ocpp   a line of the log, with its text\r\n" % (n, n) for n in range(1000))


def main() -> None:
    pipeline = Pipeline(Masker(["correct horse battery"]), Deployed({}, dict))
    with tempfile.TemporaryDirectory() as folder, Log(Path(folder) / "log") as log:
        before = time.process_time()
        for number in range(LINES // 1000):
            log.write(pipeline.feed(_CHUNK, float(number)))
        took_s = time.process_time() - before
    megabytes = LINES // 1000 * len(_CHUNK) / 1e6
    print(f"{LINES / took_s:,.0f} lines a second, {megabytes / took_s:.1f} MB a second")
