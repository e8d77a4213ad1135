# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""How long commands take that have little to do, as multiples of `python -c "import click"`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from bench._processes import CHARGERCTL, IMPORT_CLICK, environment, medians, row, took, warn_if_busy

ROUNDS = 15
CONFIG = '[wifi]\nssid = "bench"\n[mqtt]\nbroker = "10.0.0.2"\n[charger]\nserial = "bench-1"\n'
GOALS = {"--help": 1.4, "config check": 3.0, "deploy, nothing to do": 4.0}


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        env = environment(work / "home")
        config, drive = work / "settings.toml", work / "drive"
        config.write_text(CONFIG)
        drive.mkdir()
        deploy = [
            *CHARGERCTL,
            "deploy",
            "--yes",
            "-c",
            str(config),
            "--drive",
            str(drive),
        ]
        # Without --libs, as it is typed: the first one finds that no bundle is there, and remembers it.
        took([*deploy, "--set", "hardware.board=adafruit_feather_esp32s2"], env)
        deploy += ["--set", "hardware.board=adafruit_feather_esp32s2"]
        commands = {
            "import click": IMPORT_CLICK,
            "--help": [*CHARGERCTL, "--help"],
            "config check": [*CHARGERCTL, "config", "check", "-c", str(config)],
            "deploy, nothing to do": deploy,
        }
        found = medians(commands, env, ROUNDS)
    base = found.pop("import click")
    warn_if_busy()
    print(f"whole processes; medians of {ROUNDS} rounds")
    row('python -c "import click"', f"{base:.0f} ms")
    for name, milliseconds in found.items():
        ratio = milliseconds / base
        row(name, f"{milliseconds:.0f} ms, {ratio:.2f} x", f"<= {GOALS[name]:g} x", ratio <= GOALS[name])


if __name__ == "__main__":
    main()
