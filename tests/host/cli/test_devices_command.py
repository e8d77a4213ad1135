# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl devices` as it is typed, among made-up drives, ports and hosts; and names of boards in other commands."""

from __future__ import annotations

import json
import os
import time
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import pytest
from chargerctl.boards import find, network, ports
from chargerctl.boards.address import Folder, SerialPort
from chargerctl.boards.boot_out import BOOT_OUT, BootOut
from chargerctl.boards.devices import Device, Way
from chargerctl.boards.network import Announced
from chargerctl.boards.sightings import Deployed, Sightings
from chargerctl.cli import devices as command
from chargerctl.cli.device_table import device_table
from chargerctl.cli.devices import look_until
from chargerctl.cli.main import main
from chargerctl.cli.table import Table, plain_lines, table_lines
from chargerctl.transport.web import console
from click.shell_completion import CompletionItem

from tests.host.commands import CONFIG, SECRET, Run

UID = "E66164084373532B"
C6_MAC = "40:4C:CA:51:2B:0F"


@pytest.fixture
def around(drive: Path, monkeypatch: pytest.MonkeyPatch):
    """The drive, its two ports, a C6 that is also in the network, and a serial chip."""
    pico = {"vid": 0x239A, "pid": 0x8162, "serial_number": UID, "location": None}
    listed = [
        SimpleNamespace(device="/dev/ttyACM0", interface="CircuitPython CDC control", **pico),
        SimpleNamespace(device="/dev/ttyACM1", interface="CircuitPython CDC2 control", **pico),
        SimpleNamespace(
            device="/dev/ttyACM2", vid=0x303A, pid=0x1001, serial_number=C6_MAC, location=None, interface=None
        ),
        SimpleNamespace(
            device="/dev/ttyUSB0", vid=0x10C4, pid=0xEA60, serial_number="0001", location=None, interface=None
        ),
    ]
    about = {
        "web_api_version": 4,
        "version": "10.1.3",
        "board_id": "seeed_xiao_esp32c6",
        "UID": "04C4AC15B2F0",
    }
    monkeypatch.setattr(find, "mounted", lambda: [drive.parent, drive])
    monkeypatch.setattr(ports, "listed_ports", lambda: listed)
    monkeypatch.setattr(ports, "may_open", lambda device: device != "/dev/ttyUSB0")
    monkeypatch.setattr(network, "announced_hosts", lambda: [Announced("cpy-2b0f.local.", ("10.0.0.9",), 80)])
    monkeypatch.setattr(network, "fetch_version", lambda host, port: json.dumps(about).encode())


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that goes on a quarter of a second whenever it is looked at: no answer is waited for in real time."""
    ticks = count(0, 0.25)
    monkeypatch.setattr(
        command, "time", SimpleNamespace(monotonic=lambda: next(ticks), time=time.time, sleep=time.sleep)
    )


def devices(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    capsys.readouterr()
    status = main(["devices", *arguments])
    captured = capsys.readouterr()
    assert SECRET not in captured.out + captured.err
    return status, captured.out, captured.err


@pytest.mark.usefixtures("around")
def test_each_board_is_one_line_with_what_is_deployed_on_it(run: Run, drive: Path, capsys) -> None:
    assert run("deploy", "--set", "charger.name=Garage left")[0] == 0
    status, out, err = devices(capsys)
    pico, c6, chip = (line.split("\t") for line in out.splitlines())
    assert status == 0
    assert pico == [
        *("-", "raspberry_pi_pico2_w", UID, f"drive {drive}, serial /dev/ttyACM0 (console)"),
        *("test-1 (Garage left)", "0.1.0", "10.1.3", "-"),
    ]
    assert c6[1:4] == ["seeed_xiao_esp32c6", "04C4AC15B2F0", "serial /dev/ttyACM2, web 10.0.0.9"]
    assert chip[1:5] == ["unknown, CP210x", "-", "serial /dev/ttyUSB0 (not usable)", "-"]
    assert "/dev/ttyUSB0: you may not open it" in err


@pytest.mark.usefixtures("around")
def test_as_json_each_way_says_what_it_can_do(capsys) -> None:
    status, out, _ = devices(capsys, "--json")
    pico, c6, chip = json.loads(out)["devices"]
    assert status == 0
    assert [(way["kind"], way["usable"], way["writable"]) for way in pico["ways"]] == [
        ("drive", True, True),
        ("serial", True, False),
    ]
    assert c6["ways"][1] == {
        "kind": "web",
        "address": "10.0.0.9",
        "alias": "cpy-2b0f.local",
        "usable": True,
        "writable": True,
        "problem": None,
    }
    assert (c6["since"], c6["deployed"], chip["certain"], chip["uid"]) == (None, None, False, None)


@pytest.mark.usefixtures("around", "hurried")
def test_who_is_asked_says_since_when_it_runs(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    answer = b"[ 12.345] asked  firmware 0.1.0, serial gate-1, up 60 s, fault None, crashes 0\r\n"
    opened = []

    def open_console(address: SerialPort) -> SimpleNamespace:
        opened.append(address.port)
        return SimpleNamespace(read=lambda timeout_s: answer, write=lambda data: None, close=lambda: None)

    monkeypatch.setattr(command, "open_console", open_console)
    _, out, _ = devices(capsys, "--ask", "--json")
    _, c6, chip = json.loads(out)["devices"]
    assert sorted(opened) == ["/dev/ttyACM0", "/dev/ttyACM2"]
    assert c6["deployed"] == {"serial": "gate-1", "name": "", "version": "0.1.0"}
    assert 0 <= time.time() - 60 - c6["since"] < 60
    assert chip["since"] is None
    assert [len(line.split("\t")[7]) for line in devices(capsys, "--ask")[1].splitlines()] == [19, 19, 1]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        (
            "",
            "",
            "10.0.0.9: was not asked: a board in the network is asked only if its address is in boards.toml",
        ),
        ("gate", "", "10.0.0.9: was not asked: its password is not known"),
        ("gate", '[web]\napi_password = "open sesame"\n', None),
    ],
)
@pytest.mark.usefixtures("around", "hurried")
def test_only_a_board_that_is_named_gets_the_password(
    state: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys,
    name: str,
    text: str,
    said: str | None,
) -> None:
    monkeypatch.setattr(ports, "listed_ports", list)
    sent = []
    monkeypatch.setattr(console, "WebConsole", lambda access: sent.append(access) or SilentConsole())
    Path("settings.toml").write_text(CONFIG + '[web]\napi_password = "of another board"\n')
    Path("gate.toml").write_text(CONFIG + text)
    if name:
        Path("boards.toml").write_text('[boards.gate]\naddress = "http://10.0.0.9"\nsettings = "gate.toml"\n')
    _, _, err = devices(capsys, "--ask")
    assert len(sent) == (said is None)
    assert (said or "10.0.0.9: no charger answers there") in err
    assert "open sesame" not in err


@pytest.mark.parametrize("address", ["http://cpy-2b0f.local", "uid:04C4AC15B2F0"])
def test_whoever_announces_a_name_or_uid_of_boards_toml_gets_no_password(
    around, state: Path, monkeypatch: pytest.MonkeyPatch, capsys, address: str
) -> None:
    monkeypatch.setattr(ports, "listed_ports", list)
    fetch = network.fetch_version
    monkeypatch.setattr(
        network, "fetch_version", lambda host, port: fetch(host, port) if host == "10.0.0.9" else silent()
    )
    asked: list[str] = []
    monkeypatch.setattr(console, "WebConsole", lambda access: asked.append(access.host) or SilentConsole())
    Path("gate.toml").write_text(CONFIG + '[web]\napi_password = "open sesame"\n')
    Path("boards.toml").write_text(f'[boards.gate]\naddress = "{address}"\nsettings = "gate.toml"\n')
    _, _, err = devices(capsys, "--ask")
    assert asked == []
    assert "10.0.0.9: was not asked: a board in the network is asked only if" in err


def silent() -> bytes:
    raise OSError(110, "timed out")


class SilentConsole:
    """Ends as soon as it is read: nothing comes."""

    def read(self, timeout_s: float) -> bytes:
        return b"x" * (1 << 16)

    def write(self, data: bytes) -> None:
        pass

    def close(self) -> None:
        pass


@pytest.mark.usefixtures("around")
def test_boards_have_the_names_of_the_file_and_those_out_of_reach_are_named(tmp_path: Path, capsys) -> None:
    (tmp_path / "boards.toml").write_text(
        f'[boards]\ngarage = "uid:{UID}"\ngate = "http://cpy-2b0f.local"\nattic = "serial:/dev/ttyACM9"\n'
        'twice = "serial:/dev/ttyACM0"\n'
        'shed = "serial:/dev/ttyUSB0"\ncellar = "uid:AABBCCDDEEFF"\n'
    )
    _, out, err = devices(capsys)
    assert [line.split("\t")[0] for line in out.splitlines()] == ["garage", "gate", "shed"]
    assert err.splitlines()[1:] == [
        "attic is not in reach (/dev/ttyACM9)",
        "cellar is not in reach (the board with UID AABBCCDDEEFF)",
    ]


@pytest.mark.usefixtures("around")
def test_what_only_the_user_knows_to_be_a_board_is_listed(tmp_path: Path, drive: Path, capsys) -> None:
    """A port that is not on USB, such as a simulation's, and a folder that is no mounted drive."""
    (tmp_path / "pts").touch()
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / BOOT_OUT).write_text(BootOut.assumed("seeed_xiao_esp32c6").render())
    (tmp_path / "boards.toml").write_text(
        f'[boards]\npins = "serial:{tmp_path / "pts"}"\ncopy = "folder"\ngarage = "{drive}"\ngone = "serial:/x"\n'
    )
    _, out, err = devices(capsys)
    assert [line.split("\t")[:2] for line in out.splitlines()] == [
        ["garage", "raspberry_pi_pico2_w"],
        ["copy", "seeed_xiao_esp32c6"],
        ["-", "seeed_xiao_esp32c6"],
        ["-", "unknown, CP210x"],
        ["pins", "unknown"],
    ]
    assert err.splitlines()[-1] == "gone is not in reach (/x)"


@pytest.mark.usefixtures("around")
def test_without_the_extras_the_rest_is_listed(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    def missing() -> None:
        raise ImportError

    monkeypatch.setattr(ports, "listed_ports", missing)
    monkeypatch.setattr(network, "announced_hosts", missing)
    status, out, err = devices(capsys)
    assert (status, len(out.splitlines())) == (0, 1)
    assert "serial ports were not looked at: pip install" in err
    assert "the network was not searched: pip install" in err


def test_without_a_network_the_rest_is_listed(drive: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    def no_network() -> None:
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr(find, "mounted", lambda: [drive])
    monkeypatch.setattr(network, "announced_hosts", no_network)
    status, out, err = devices(capsys)
    assert (status, len(out.splitlines())) == (0, 1)
    assert "the network was not searched: Network is unreachable" in err


def test_no_board_is_no_failure_unless_it_was_waited_for(
    state: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    monkeypatch.setattr(find, "mounted", list)
    status, out, err = devices(capsys)
    assert (status, out) == (0, "")
    assert err.startswith("no board found: plug one in; docs/troubles.md says what else to try\n")
    status, out, err = devices(capsys, "--wait", "0")
    assert (status, out) == (1, "")
    assert "no board appeared" in err
    assert json.loads(devices(capsys, "--wait=0", "--json")[1])["error"] == "no board appeared"


def test_a_wait_for_no_number_of_seconds_is_wrong_input(state: Path, capsys) -> None:
    for seconds in ("nan", "-1", "x"):
        assert devices(capsys, f"--wait={seconds}")[0] == 2


@pytest.mark.parametrize("source", ["pipe", "/dev/zero"])
def test_doctor_reads_no_certificate_without_end(tmp_path: Path, state: Path, capsys, source: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert main(["doctor", "--drive", "none", "--ca-file", source]) == 2
    assert f"{source}: is a pipe or a device, not a file" in capsys.readouterr().err


def test_a_wait_ends_with_the_first_board_or_when_it_is_over() -> None:
    port = ports.PortSeen("/dev/ttyACM0", UID, certain=True)
    looks = [Sightings(), Sightings(), Sightings(ports=(port,))]
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    assert look_until(lambda: looks.pop(0), 60, lambda: now[0], sleep).ports == (port,)
    assert now == [2.0]
    assert look_until(Sightings, 2.5, lambda: now[0], sleep) == Sightings()
    assert now == [4.5]


@pytest.mark.usefixtures("around")
def test_ctrl_c_ends_a_wait(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    def stopped() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(ports, "listed_ports", stopped)
    assert devices(capsys, "--wait")[0] == 130


BOARD = Device(
    UID,
    "raspberry_pi_pico2_w",
    "10.1.3",
    (Way("drive", Folder(Path("/media/me/CIRCUITPY"))), Way("serial", SerialPort("/dev/ttyACM0"))),
    Deployed("garage-1", "Garage", "0.1.0"),
    name="garage",
)


def test_a_terminal_gets_columns() -> None:
    other = Device(through="CP210x", ways=(Way("serial", SerialPort("/dev/ttyUSB0")),))
    assert table_lines(device_table([BOARD, other]), 160) == [
        "name    board                 UID               reached by                                      "
        "charger            firmware  CircuitPython",
        "garage  raspberry_pi_pico2_w  E66164084373532B  drive /media/me/CIRCUITPY, serial /dev/ttyACM0  "
        "garage-1 (Garage)  0.1.0     10.1.3",
        "        unknown, CP210x                         serial /dev/ttyUSB0",
    ]


def test_in_a_narrow_terminal_nothing_of_an_address_is_lost() -> None:
    far = Way("drive", Folder(Path("/media/somebody/with/a/long/name/CIRCUITPY")))
    lines = table_lines(device_table([Device(ways=(far,))]), 40)
    assert max(map(len, lines)) <= 40
    start = lines[0].index("reached by")
    assert "".join(line[start:].strip() for line in lines[1:]) == f"drive{far.address}"


def test_what_a_board_calls_itself_can_neither_move_the_cursor_nor_break_the_columns() -> None:
    hostile = Device(UID, "a\x1b[2Jb\tc", "\u202e", deployed=Deployed("x\ny", "[red]z[/red]"))
    (line,) = plain_lines(device_table([hostile]).rows)
    assert line.count("\t") == 7
    assert "\t" not in "".join(table_lines(Table(("a",), [["x\ty"]]), 40))
    for text in (line, *table_lines(device_table([hostile]), 200)):
        assert "\x1b" not in text
        assert "\n" not in text
        assert "\u202e" not in text
    assert "[red]z[/red]" in table_lines(device_table([hostile]), 200)[1]


# Names in other commands.


@pytest.fixture
def named(tmp_path: Path, drive: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """boards.toml with `garage`, by its number, and settings of its own; returns its drive."""
    (tmp_path / "boards.toml").write_text(
        f'[boards.garage]\naddress = "uid:{UID}"\nsettings = "garage.toml"\n'
    )
    (tmp_path / "garage.toml").write_text(CONFIG.replace("test-1", "garage-1"))
    monkeypatch.setattr(find, "mounted", lambda: [drive])
    return drive


def test_a_name_goes_before_the_folder_of_that_name(run: Run, named: Path, tmp_path: Path) -> None:
    (tmp_path / "garage").mkdir()
    status, out, _ = run("deploy", "garage", at=None)
    assert status == 0
    assert 'CHARGER_SERIAL = "garage-1"' in (named / "settings.toml").read_text()
    assert "garage: settings of garage.toml" in out
    assert run("deploy", "./garage", at=None)[0] == 0
    assert 'CHARGER_SERIAL = "test-1"' in (tmp_path / "garage" / "settings.toml").read_text()


def test_a_board_that_is_found_by_itself_gets_its_own_settings_too(run: Run, named: Path) -> None:
    assert run("deploy", at=None)[0] == 0
    assert 'CHARGER_SERIAL = "garage-1"' in (named / "settings.toml").read_text()


def test_the_settings_on_the_command_line_win(run: Run, named: Path) -> None:
    assert run("deploy", "garage", "-c", "settings.toml", at=None)[0] == 0
    assert 'CHARGER_SERIAL = "test-1"' in (named / "settings.toml").read_text()


def test_every_command_on_a_board_takes_a_name(run: Run, named: Path, tmp_path: Path) -> None:
    assert run("backup", "garage", "--to", "garage.zip", at=None)[0] == 0
    assert run("deploy", "garage", at=None)[0] == 0
    assert run("rollback", "garage", at=None)[0] == 0
    assert not (named / "charger").exists()
    (named / "code.py").unlink()
    assert run("restore", "garage.zip", "garage", at=None)[0] == 0
    assert (named / "code.py").exists()


def test_config_pull_changes_the_boards_own_file(run: Run, named: Path, tmp_path: Path, capsys) -> None:
    assert run("deploy", "garage", at=None)[0] == 0
    text = (named / "settings.toml").read_text()
    (named / "settings.toml").write_text(text + 'CHARGER_MQTT_PORT = "1884"\n')
    assert main(["config", "pull", "garage"]) == 0
    assert "1884" in (tmp_path / "garage.toml").read_text()
    assert (tmp_path / "settings.toml").read_text() == CONFIG


def test_a_misspelt_name_becomes_no_folder(run: Run, named: Path, tmp_path: Path) -> None:
    status, _, err = run("deploy", "gargae", at=None)
    assert status == 2
    assert "gargae: no such folder: did you mean garage?; a new folder is ./gargae" in err
    assert not (tmp_path / "gargae").exists()
    (tmp_path / "boards.toml").unlink()
    assert "there is no boards.toml with names of boards" in run("deploy", "garage", at=None)[2]


def test_a_mistake_in_the_file_stops_a_name_but_no_path(run: Run, named: Path, tmp_path: Path) -> None:
    (tmp_path / "boards.toml").write_text("[boards]\ngarage = 5\n")
    status, _, err = run("deploy", "garage", at=None)
    assert (status, err.splitlines()[0]) == (2, "boards.toml:2:10: address: must be a text in double quotes")
    assert run("deploy", "--dry-run", at=named)[0] == 0


def test_names_are_completed_after_folders(named: Path) -> None:
    from chargerctl.cli.deploy import command

    address = next(param for param in command.params if param.name == "address")
    context = command.make_context("deploy", ["--dry-run"])
    items = address.shell_complete(context, "ga")
    assert [(item.value, item.type) for item in items] == [("ga", "dir"), ("garage", "plain")]
    Path("boards.toml").write_text("[boards")
    assert all(isinstance(item, CompletionItem) for item in address.shell_complete(context, "ga"))


# deploy --all


@pytest.fixture
def three(tmp_path: Path, state: Path) -> dict[str, Path]:
    """Three boards in boards.toml, by their drives; the second is not plugged in."""
    lines = []
    drives = {}
    for name in ("east", "middle", "west"):
        folder = tmp_path / f"CIRCUITPY-{name}"
        (tmp_path / f"{name}.toml").write_text(CONFIG.replace("test-1", name))
        lines.append(f'[boards.{name}]\naddress = "{folder.name}"\nsettings = "{name}.toml"\n')
        drives[name] = folder
        if name != "middle":
            folder.mkdir()
            (folder / BOOT_OUT).write_text(BootOut.assumed("raspberry_pi_pico2_w").render())
    (tmp_path / "boards.toml").write_text("".join(lines))
    return drives


def test_all_boards_are_written_with_their_settings_also_after_one_that_fails(
    three: dict[str, Path], capsys
) -> None:
    assert main(["deploy", "--all", "--yes"]) == 1
    captured = capsys.readouterr()
    for name in ("east", "west"):
        assert f'CHARGER_SERIAL = "{name}"' in (three[name] / "settings.toml").read_text()
    assert captured.out.splitlines()[-3:] == [
        "east    deployed",
        f"middle  failed: {three['middle'].name} does not exist: plug the board in, or name its drive with --drive PATH",
        "west    deployed",
    ]
    assert captured.err.endswith("1 of 3 failed\n")
    three["middle"].mkdir()
    (three["middle"] / BOOT_OUT).write_text(BootOut.assumed("raspberry_pi_pico2_w").render())
    assert main(["deploy", "--all", "--yes", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [(board["name"], board["failed"], board["nothing_to_do"]) for board in found["boards"]] == [
        ("east", False, True),
        ("middle", False, False),
        ("west", False, True),
    ]
    assert found["failed"] == 0


@pytest.mark.parametrize(
    ("words", "environment"),
    [
        (("-c", "settings.toml"), {}),
        (("--set", "charger.serial=x"), {}),
        ((), {"CHARGER_SERIAL": "x"}),
        ((), {"CHARGER_CHARGER_SERIAL": "x"}),
    ],
)
def test_no_two_boards_get_the_same_serial(
    three: dict[str, Path], capsys, monkeypatch, words, environment
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert main(["deploy", "--all", "--yes", *words]) == 2
    assert "east and middle and west would get the same serial" in capsys.readouterr().err
    assert not (three["east"] / "settings.toml").exists()


@pytest.mark.parametrize("second", ["east.toml", "copy.toml", None])
def test_a_serial_that_two_settings_files_have_is_refused(three: dict[str, Path], capsys, second) -> None:
    Path("copy.toml").write_text(Path("east.toml").read_text())
    Path("settings.toml").write_text(Path("east.toml").read_text())
    text = Path("boards.toml").read_text()
    line = f'settings = "{second}"' if second else ""
    Path("boards.toml").write_text(text.replace('settings = "west.toml"', line))
    assert main(["deploy", "--all", "--yes"]) == 2
    assert (
        "east and west would get the same serial, east: give each a settings file" in capsys.readouterr().err
    )
    assert main(["deploy", "--all", "--yes", "--no-settings", "--dry-run"]) == 1  # one is not plugged in


def test_all_and_one_are_refused(three: dict[str, Path], capsys) -> None:
    assert main(["deploy", "east", "--all", "--yes"]) == 2
    assert "--all deploys to every board in boards.toml: leave out --all, or" in capsys.readouterr().err


def test_settings_with_a_mistake_keep_no_other_board_from_its_deploy(three: dict[str, Path], capsys) -> None:
    Path("east.toml").write_text('[mqtt]\nport = "x"\n')
    assert main(["deploy", "--all", "--yes"]) == 1
    captured = capsys.readouterr()
    assert "east.toml:2:8: mqtt.port" in captured.err
    assert captured.out.splitlines()[-3].startswith("east    failed: ")
    assert captured.out.splitlines()[-1] == "west    deployed"


def test_mistakes_that_several_boards_have_are_told_once(three: dict[str, Path], capsys) -> None:
    Path("settings.toml").write_text('[mqtt]\nport = "x"\n')
    three["middle"].mkdir()
    (three["middle"] / BOOT_OUT).write_text(BootOut.assumed("raspberry_pi_pico2_w").render())
    assert main(["deploy", "--all", "--yes", "-c", "settings.toml"]) == 1
    err = capsys.readouterr().err
    assert err.count("settings.toml:2:8: mqtt.port") == 1
    assert err.count("the same as for east\n") == 2


def test_without_named_boards_there_is_no_all(state: Path, capsys) -> None:
    assert main(["deploy", "--all", "--yes"]) == 2
    assert "--all deploys to the boards of boards.toml, and there is none" in capsys.readouterr().err
