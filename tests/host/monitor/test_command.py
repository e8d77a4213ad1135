# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl monitor` as it is typed, on a pty that stands for a board."""

import fcntl
import json
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
import tty
from contextlib import contextmanager, suppress

import pyte
import pytest


class Board:
    """A serial port at `path`, a link to another pty each time it is plugged in. typed: all that was ever sent to it."""

    def __init__(self, folder):
        self.path = folder / "ttyACM0"
        self.typed = b""
        self._master = None
        self.plug()

    def plug(self):
        self._master, slave = os.openpty()
        tty.setraw(slave)
        self.path.symlink_to(os.ttyname(slave))
        os.close(slave)

    def say(self, text):
        os.write(self._master, text)

    def unplug(self):
        self.path.unlink()
        os.set_blocking(self._master, False)
        with suppress(OSError):
            self.typed += os.read(self._master, 1000)
        os.close(self._master)


@pytest.fixture
def board(folder):
    return Board(folder)


def heed_ctrl_c():
    """A shell's background job, as the tests may be one, ignores it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def monitor(board, *arguments, stdout=subprocess.PIPE, **environment):
    command = [sys.executable, "-m", "chargerctl.cli.main", "monitor", f"serial:{board.path}", *arguments]
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | environment,
        preexec_fn=heed_ctrl_c,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def until(stream, wanted):
    """Lines of it, up to the one that has this text."""
    lines = []
    while not lines or wanted not in lines[-1]:
        line = stream.readline()
        assert line, f"{wanted} did not come: {lines}"
        lines.append(line.rstrip("\n"))
    return lines


def test_a_board_is_watched_over_a_reset_and_left_running_by_ctrl_c(board, folder):
    log = folder / "log"
    with monitor(board, "--log", str(log)) as process:
        until(process.stdout, "* connected to")
        board.say(b"[   1.000] ocpp   one\r\n[   2.000] relay  cl")
        assert "ocpp   one" in until(process.stdout, "relay  cl")[-2]
        board.unplug()
        until(process.stdout, "* connection lost")
        board.plug()
        until(process.stdout, "* connected to")
        board.say(b"[   0.500] boot   firmware 0.1.0 on x, reset: software\r\n")
        assert "* board started" in until(process.stdout, "boot   firmware")[-2]
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate()
    assert (process.returncode, errors) == (0, "chargerctl: the monitor has ended, the board runs on\n")
    board.unplug()
    assert board.typed == b""
    assert [line.split(" ", 1)[1] for line in log.read_text().splitlines() if " * " not in line] == [
        "  [   1.000] ocpp   one",
        "  [   2.000] relay  cl",
        "  [   0.500] boot   firmware 0.1.0 on x, reset: software",
    ]


def test_json_has_an_object_for_each_line_and_mark(board):
    with monitor(board, "--json", "--filter", "ocpp") as process:
        connected = json.loads(until(process.stdout, "connected")[0])
        board.say(b"[   1.000] wifi   no\r\n[   1.500] ocpp   \x9b31m\xff\r\n")
        shown = json.loads(until(process.stdout, "ocpp")[0])
        process.send_signal(signal.SIGINT)
        process.communicate()
    assert connected["kind"] == "connected"
    assert (shown["kind"], shown["tag"], shown["board_s"]) == ("line", "ocpp", 1.5)
    assert shown["text"] == "[   1.500] ocpp   \\x9b31m\\xff"


def test_after_interrupt_nobody_is_told_that_the_board_runs_on(board):
    with monitor(board, "--interrupt") as process:
        until(process.stdout, "* connected to")
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate()
    assert process.returncode == 0
    assert errors.endswith("--interrupt has stopped the board's program: press reset to start it\n")


def test_since_boot_shows_the_log_as_the_options_say(board, folder):
    time = "2026-11-26T12:00:00.000+00:00"
    (folder / "log").write_text(
        f"{time} * board started: x\n{time}   [   1.000] ocpp   one\n{time}   [   1.000] wifi   no\n"
    )
    options = ("--since-boot", "--log", str(folder / "log"), "--filter", "ocpp")
    for more, wanted in (
        ([], [f"{time} * board started: x", f"{time}   [   1.000] ocpp   one"]),
        (["--raw"], ["[   1.000] ocpp   one"]),
    ):
        with monitor(board, *options, *more) as process:
            assert until(process.stdout, "one") == wanted


def test_the_secrets_of_the_settings_file_are_masked(board, write, good_toml):
    write(good_toml + 'password = "hunter-22"  # in the wrong section\n')
    with monitor(board) as process:
        until(process.stdout, "* connected to")
        board.say(b"a broker with hunter-22\r\n")
        assert until(process.stdout, "a broker with")[-1].endswith("a broker with ***")


def test_the_panel_is_drawn_on_the_terminal_and_gone_afterwards(board):
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 90, 0, 0))
    screen = pyte.Screen(90, 24)
    stream = pyte.ByteStream(screen)
    with monitor(board, "--panel", stdout=slave, TERM="xterm", PYTHONIOENCODING="utf-8") as process:
        os.close(slave)

        def seen(text):
            while not any(text in line for line in screen.display):
                stream.feed(os.read(master, 4096))

        seen("console connected")
        board.say(b"[   1.000] state  Authorizing -> Charging\r\n[   2.000] relay  closed\r\n")
        seen("relay   closed")
        seen("state   Charging")
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate()
    os.close(master)
    assert (process.returncode, errors) == (0, "chargerctl: the monitor has ended, the board runs on\n")


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["--port", "none"], 1, "none: there is no such serial port"),
        (["--port", "x", "--panel"], 2, "--panel needs a terminal"),
        (["--port", "x", "--raw", "--json"], 2, "--raw shows lines as the board prints them"),
        (["--port", "x", "--since-boot"], 2, "add --log FILE"),
        (["--port", "x", "--grep", "("], 2, "is no regular expression"),
        (["--port", "x", "--filter", "a b"], 2, "is no subsystem"),
        (["--port", "none", "--filter", "ocp"], 1, "did you mean ocpp?"),
        (["--port", "none", "--log", "/dev/full"], 1, "not a file"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(chargerctl, arguments, status, message):
    found, out, errors = chargerctl("monitor", *arguments)
    shown = errors or json.loads(out)["error"]
    assert (found, message in shown) == (status, True), shown
