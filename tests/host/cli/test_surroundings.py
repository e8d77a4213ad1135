# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""However a command is started and whatever it is given: no traceback and no hang, and with --json always JSON."""

import ctypes
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from chargerctl.cli.main import main

from tests.host.commands import leaves

# What neither of ENCODINGS has, what a terminal would carry out, and what no encoding has.
NAME = "Säule 中 ⚡"
# Each command as it fails or does little; {drive} is a deployed folder.
CALLS = {
    "init": ["init", "--no-input", "-c", "new.toml", "--set", "wifi.ssid=a", "--set", "mqtt.broker=10.0.0.2"],
    "config check": ["config", "check"],
    "config show": ["config", "show"],
    "config render": ["config", "render", "--reveal"],
    "config set": ["config", "set", "mqtt.port", "1884"],
    "config pull": ["config", "pull", "--dry-run", "--drive", "{drive}"],
    "devices": ["devices", "--no-network"],
    "simulate": ["simulate", "--drive", "{drive}", "--script", "wrong.script"],
    # Nobody listens at that port.
    "central serve": ["central", "serve", "--broker", "127.0.0.1:9", "--database", "books.sqlite"],
    "central offline": ["central", "offline", "--broker", "127.0.0.1:9", "--database", "no-books.sqlite"],
    "central init": ["central", "init", "-c", "new-central.toml"],
    "central settings": ["central", "settings"],
    "central chargers list": ["central", "chargers"],
    "central chargers show": ["central", "chargers", "show", NAME],
    "central chargers add": ["central", "chargers", "add", "box-1", "--name", NAME],
    "central chargers password": ["central", "chargers", "password", "box-1", "--password-stdin"],
    "central chargers allow": ["central", "chargers", "allow", NAME],
    "central chargers refuse": ["central", "chargers", "refuse", "a\x1b[31m"],
    "central chargers remove": ["central", "chargers", "remove", "box-1"],
    "central cards list": ["central", "cards"],
    "central cards add": ["central", "cards", "add", "04A1", "--name", NAME, "--replace"],
    "central cards block": ["central", "cards", "block", "04A1"],
    "central cards unblock": ["central", "cards", "unblock", NAME],
    "central cards remove": ["central", "cards", "remove", "a\x1b[31m"],
    "central cards import": ["central", "cards", "import", "cards.csv"],
    "central cards export": ["central", "cards", "export"],
    "central sessions": ["central", "sessions"],
    "central call": ["central", "call", NAME, "Reset"],
    "central configure": ["central", "configure", "box-1"],
    "central frames": ["central", "frames", "box-1"],
    "central backup": ["central", "backup", "books-copy.sqlite"],
    "central user list": ["central", "user"],
    "central user add": ["central", "user", "add", NAME, "--password-stdin"],
    "central user password": ["central", "user", "password", "a\x1b[31m"],
    "central user remove": ["central", "user", "remove", NAME],
    "central token list": ["central", "token"],
    "central token add": ["central", "token", "add", NAME],
    "central token remove": ["central", "token", "remove", "a\x1b[31m"],
    "central broker mosquitto": ["central", "broker", "mosquitto", "--database", "no-books.sqlite"],
    # Nobody listens at that port.
    "bridge": ["bridge", "--to", "ws://127.0.0.1:9", "--broker", "127.0.0.1:9"],
    "fleet": ["fleet", "2", "--duration", "20s", "--prefix", "f"],
    "deploy": ["deploy", "--libs", "skip", "--drive", "{drive}"],
    "rollback": ["rollback", "--drive", "{drive}"],
    "backup": ["backup", "--to", "backup.zip", "--drive", "{drive}"],
    "restore": ["restore", "--drive", "{drive}", "wrong.zip"],
    "monitor": ["monitor", "--port", "no-such-port"],
    # With a mistake in the settings, and a time server that is not there, it waits for nobody in the network.
    "doctor": ["doctor", "--drive", "{drive}", "--set", "mqtt.port=0", "--set", "ntp.server=127.0.0.1"],
    "report": ["report", "--drive", "{drive}"],
    "ls": ["ls", "--drive", "{drive}"],
    "get": ["get", "code.py", "--drive", "{drive}"],
    "install-circuitpython": ["install-circuitpython", "wrong.zip"],
    "traceback": ["traceback", "--drive", "{drive}", "console.log"],
    "completion": ["completion", "bash"],
}
ENCODINGS = ("cp1252", "cp437", "latin-1", "ascii", "utf-8")


LEAVES = leaves()
every_command = pytest.mark.parametrize("name", CALLS)


def test_every_command_is_called():
    assert set(CALLS) == set(LEAVES)


@pytest.fixture
def call(folder, write, monkeypatch):
    """Run a command of CALLS in a folder where it has its files; stdout and stderr as bytes."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
    write(f'[wifi]\nssid = "home"\n[charger]\nname = "{NAME}"\nserial = "c1"\n[mqtt]\nbroker = "10.0.0.2"\n')
    write("swipe\x1b[31m é ⚡\n", "wrong.script")
    write("no zip", "wrong.zip")
    write(f"uid,name\n04A1,{NAME}\n04B2,a\x1b[31m\n", "cards.csv")
    write("Traceback:\x9b31m ⚡\n", "console.log")
    drive = folder / "dr\x1b[31m⚡"
    drive.mkdir()
    write(
        "Adafruit CircuitPython 10.0.3\r\nBoard ID:adafruit_feather_esp32s2\r\n", f"{drive.name}/boot_out.txt"
    )
    write("pass\n", f"{drive.name}/code.py")
    write(f'CHARGER_NAME = "{NAME}"\n', f"{drive.name}/settings.toml")
    write("# \x1b]0;title\x07 ⚡\n", f"{drive.name}/n\x1b[2J⚡.py")

    def run(name, *more, encoding="utf-8", stdin=b"", arguments=None):
        words = [word.format(drive=drive) for word in arguments or CALLS[name]]
        streams = [io.TextIOWrapper(io.BytesIO(), encoding, write_through=True) for _ in range(2)]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), "utf-8"))
            patch.setattr(sys, "stdout", streams[0])
            patch.setattr(sys, "stderr", streams[1])
            try:
                status = main([*words, *more])
            except SystemExit as ended:
                status = ended.code
        assert status in (0, 1, 2, 130), name
        return status, *(stream.buffer.getvalue() for stream in streams)

    return run


@every_command
def test_every_encoding_gets_text_it_has_and_json_that_can_be_read(call, name):
    for encoding in ENCODINGS:
        _, out, err = call(name, encoding=encoding)
        assert "\x1b" not in out.decode(encoding) + err.decode(encoding), "an escape sequence was sent"
        assert "\x9b" not in out.decode(encoding) + err.decode(encoding)
    for encoding in ENCODINGS[-2:]:
        _, out, err = call(name, "--json", encoding=encoding)
        for line in out.decode(encoding).splitlines():
            assert isinstance(json.loads(line), dict)
        assert out, err
        assert b"\x1b" not in out


@every_command
def test_the_help_is_printed_in_every_encoding(call, name):
    for encoding in ENCODINGS:
        status, out, err = call(name, arguments=[*name.split(), "--help"], encoding=encoding)
        assert (status, err) == (0, b"")
        assert out.decode(encoding).startswith("Usage: chargerctl")


@every_command
def test_a_full_disk_under_stdout_or_stderr_is_no_traceback(call, name, folder):
    if not Path("/dev/full").exists():
        pytest.skip("needs a full device")
    call("init")  # the folder's files
    for stream in ("stdout", "stderr"):
        with (
            Path("/dev/full").open("w") as full,
            (folder / "out").open("w") as other,
            pytest.MonkeyPatch.context() as patch,
        ):
            patch.setattr(sys, "stdout", full if stream == "stdout" else other)
            patch.setattr(sys, "stderr", full if stream == "stderr" else other)
            patch.setattr(sys, "stdin", io.StringIO(""))
            words = [word.format(drive=folder / "dr\x1b[31m⚡") for word in CALLS[name]]
            assert main(words) in (0, 1, 2, 130)


STARTED = """
import json, sys
from chargerctl.cli.main import main
statuses = [main(words) for words in json.loads(sys.argv[1])]
open("statuses", "w").write(json.dumps(statuses))
"""


@pytest.mark.parametrize("closed", ["<&-", ">&-", "<&- >&- 2>&-"])
def test_every_command_works_with_closed_streams(call, folder, closed):
    """Nothing that a command opens gets the number of a closed stream, so that what is printed would be written there."""
    call("init")
    before = (folder / "settings.toml").read_bytes()
    calls = [[word.format(drive=folder / "dr\x1b[31m⚡") for word in words] for words in CALLS.values()]
    asking = [["init", "-c", "asked.toml"], ["config", "set", "wifi.password"], ["traceback"]]
    command = ["sh", "-c", f'exec "$0" -c "$1" "$2" {closed}', sys.executable, STARTED]
    done = subprocess.run(
        [*command, json.dumps([*calls, *asking])], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True
    )
    assert (done.returncode, b"Traceback (most" in done.stdout + done.stderr) == (0, False), done.stderr[
        -2000:
    ]
    assert set(json.loads((folder / "statuses").read_text())) <= {0, 1, 2, 130}
    assert (folder / "settings.toml").read_bytes().replace(b"port = 1884\n", b"") == before


@every_command
def test_the_current_folder_may_be_gone(call, name, folder, monkeypatch):
    gone = folder / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    call(name)
    call(name, "--json")


@every_command
@pytest.mark.parametrize("home", ["file/below", "", "/proc/nothing"])
def test_a_home_that_cannot_be_written_is_a_line(call, name, home, folder, monkeypatch):
    (folder / "file").write_text("")
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setenv("HOME", home and str(folder / home))
    call(name)


@pytest.fixture
def anybody():
    """Without root's right to read what may not be read."""
    if os.geteuid():
        yield
        return
    if not sys.platform.startswith("linux"):
        pytest.skip("root may read everything")
    libc = ctypes.CDLL(None, use_errno=True)
    header, before, after = (
        (ctypes.c_uint32 * 2)(0x20080522, 0),
        (ctypes.c_uint32 * 6)(),
        (ctypes.c_uint32 * 6)(),
    )
    libc.capget(header, before)
    after[:] = before[:]
    after[0] &= ~0b110  # CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH, in effect only
    assert libc.capset(header, after) == 0
    yield
    assert libc.capset(header, before) == 0


@every_command
def test_a_folder_that_may_not_be_read_is_a_line(call, name, folder, anybody):
    shut = folder / "shut"
    shut.mkdir()
    (shut / "a").write_text("")
    arguments = {
        "init": ["init", "-c", "shut/a"],
        "central init": ["central", "init", "-c", "shut/a"],
        "restore": ["restore", "shut/a"],
        "get": ["get", "code.py"],
        "install-circuitpython": ["install-circuitpython", "shut/a"],
        "traceback": ["traceback", "shut/a"],
        "simulate": ["simulate", "--script", "shut/a"],
        "completion": CALLS["completion"],
    }.get(name, [*name.split(), *(["mqtt.port", "1"] if name == "config set" else [])])
    options = [option for param in LEAVES[name].params for option in param.opts]
    more = ["-c", "shut/a"] if "-c" in options and "-c" not in arguments else []
    more += ["--drive", "shut"] if "--drive" in options and name != "simulate" else []
    more += ["--to", "shut/b"] if "--to" in options else []
    shut.chmod(0)
    try:
        status, out, err = call(name, *more, arguments=arguments)
        assert (status == 0) == (name in ("completion", "devices")), out + err
        assert len(err.splitlines()) <= 6
    finally:
        shut.chmod(0o700)


FILES = ("wrong.zip", "console.log", "cards.csv", "books-copy.sqlite")


def file_options():
    """(command, what comes before the name of the file) for every option and argument that names a file; a board is none."""
    for name, command in LEAVES.items():
        for param in command.params:
            if name.startswith("central ") and param.name == "config" and name != "central settings":
                continue  # one function makes it for all of them
            if (
                isinstance(param.type, click.Path) and param.name != "address"
            ) or param.name == "script_name":
                word = () if isinstance(param, click.Argument) else (max(param.opts, key=len),)
                yield pytest.param(name, word, id=f"{name} {' '.join(word)}")


@pytest.mark.parametrize(("name", "option"), [*file_options()])
@pytest.mark.parametrize("device", ["pipe", "/dev/zero", "/dev/null", ".", "link"])
def test_what_is_no_file_is_neither_read_nor_replaced(call, name, option, device, folder):
    os.mkfifo(folder / "pipe")
    (folder / "link").symlink_to("link")
    before = {each: (folder / each).lstat().st_mode for each in ("pipe", "link")}
    # The last one counts, of an option that is given twice.
    words = [device if word in FILES and not option else word for word in CALLS[name]]
    status, out, err = call(name, *option, *([device] if option else []), arguments=words)
    assert status != 0 or device in ("/dev/null", "."), out + err
    assert {each: (folder / each).lstat().st_mode for each in before} == before
    assert Path("/dev/null").is_char_device()


@every_command
def test_names_and_values_that_are_not_utf_8(call, name, monkeypatch):
    """As Python has them: half a surrogate pair for each such byte."""
    monkeypatch.setenv("CHARGER_NAME", "\udcff\udcfe")
    monkeypatch.setenv("CHARGER_\udcff", "1")
    call(name)
    call(name, "--json")
    call(name, "\udcff")
    if "-c" in [option for param in LEAVES[name].params for option in param.opts]:
        call(name, "-c", "\udcff.toml")


def test_an_answer_that_is_not_utf_8_is_asked_for_again(call):
    status, _, err = call("config set", arguments=["config", "set", "charger.name"], stdin=b"\xff\ngarage\n")
    assert status == 0
    assert b"charger.name: is not UTF-8" in err


def test_what_a_terminal_would_carry_out_is_shown(call):
    _, _, err = call("config check", "-c", "a\x1b[31m\n\u202e.toml")
    assert err.decode().startswith("chargerctl: a\\x1b[31m\\n\\u202e.toml: file not found")
