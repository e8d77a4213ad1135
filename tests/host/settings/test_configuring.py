# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The examples of docs/configuring.md, one after the other, give what it shows. `...` matches any lines."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
BOOT_OUT = "Adafruit CircuitPython 9.2.1 on 2025-01-01; Pico 2 W with rp2350\nBoard ID:raspberry_pi_pico2_w\n"


def examples() -> list[tuple[str, str]]:
    """(command, what is shown for it), in their order."""
    text = (ROOT / "docs" / "configuring.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```console\n(.*?)```", text, re.DOTALL)
    steps = [step for block in blocks for step in re.split(r"^\$ ", block, flags=re.MULTILINE) if step]
    return [(command, shown) for command, _, shown in (step.partition("\n") for step in steps)]


def test_every_example_gives_what_is_shown(folder, write, fresh_laptop):
    write(BOOT_OUT, "CIRCUITPY/boot_out.txt")
    fresh_laptop(folder / "kept")
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "CHARGERCTL_DEPLOY_LIBS": "wheels",  # an example must not need a network
    }
    assert len(examples()) > 8
    for command, shown in examples():
        found = subprocess.run(
            command, shell=True, env=environment, capture_output=True, text=True, check=False
        )
        pattern = re.escape(shown).replace(re.escape("...\n"), "(.*\n)*")
        printed = found.stdout + found.stderr
        progress = re.compile(
            r"^[\d.]+ KB of .* written\n", re.MULTILINE
        )  # on a terminal a bar that goes away
        assert re.fullmatch(pattern, progress.sub("", printed)), (command, printed)
