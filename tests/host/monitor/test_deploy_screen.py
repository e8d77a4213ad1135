# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A deploy as a person sees it: the plan as it is asked about, and the bar while it is written."""

import threading
import time

from chargerctl.deploy.progress import shown_progress

from tests.host.commands import SECRET
from tests.host.monitor.rendered import Terminal, compare

PATIENCE_S = 60


def drawn(terminal, wanted):
    """The screen, as soon as it has this; the bar is drawn by a thread."""
    end = time.monotonic() + PATIENCE_S
    while True:
        lines = terminal.lines()
        if any(wanted in line for line in lines):
            return lines
        assert time.monotonic() < end, lines
        threading.Event().wait(0.02)


def test_the_bar_has_the_file_the_bytes_and_the_time_left():
    terminal, now = Terminal(80, 4), 0.0
    terminal.out.get_time = lambda: now
    with shown_progress(200_000, print, terminal.out) as progress:
        for now in (1.0, 2.0, 3.0, 4.0):  # noqa: B007 - the terminal's clock
            progress(25_000, "charger/lo\x1b[31mop.mpy")
        compare(drawn(terminal, "0:00:04"), "deploy-bar.txt")
    assert [line for line in terminal.lines() if line] == []


def test_lines_without_a_terminal_say_the_same():
    said, now = [], 0.0
    with shown_progress(400_000, said.append, None, lambda: now) as progress:
        for now in (10.0, 20.0, 30.0):  # noqa: B007 - the clock
            progress(100_000, "charger/loop.mpy")
    assert said == [
        "about 30 s left: 97.7 KB of 390.6 KB written",
        "about 20 s left: 195.3 KB of 390.6 KB written",
        "about 10 s left: 293.0 KB of 390.6 KB written",
    ]


def test_the_plan_fits_a_terminal_of_80_columns_line_by_line(run):
    """Whatever the figures are: what is added, changed and kept, the space it takes, and no secret."""
    terminal = Terminal(80, 60)
    status, out, _ = run("deploy")
    assert status == 0
    terminal.out.print(out)
    screen = "\n".join(line for line in terminal.lines() if line)
    for words in (
        "raspberry_pi_pico2_w",
        "~ change  code.py",
        "+ add",
        "charger/",
        "to write;",
        "free (clusters of",
    ):
        assert words in screen
    assert SECRET not in screen
