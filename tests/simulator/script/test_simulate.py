# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl simulate` as a command: what it boots, what it says of wrong input, how it ends."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from chargerctl.deploy import write_drive
from chargerctl.simulator.script import scripts

PATIENCE_S = 60
SETTINGS = {
    "CHARGER_WIFI_SSID": "here",
    "CHARGER_MQTT_BROKER": "broker.example",
    "CHARGER_SERIAL": "drive-7",
}


@pytest.fixture
def drive(tmp_path):
    folder = tmp_path / "drive"
    write_drive(folder, SETTINGS, "seeed_xiao_esp32c6")
    return folder


@pytest.fixture
def script_file(tmp_path):
    def write(text):
        path = tmp_path / "a.script"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_the_demo_is_a_whole_session(chargerctl):
    outcome = chargerctl("simulate", "--script", "demo", "--json").must_hold()
    summary = outcome.summary
    assert (summary["ok"], summary["sessions"]) == (True, 1)
    assert summary["frames_out"] == len(outcome.all("frame", dir="out"))
    assert summary["frames_in"] == len(outcome.all("frame", dir="in"))
    assert summary["modelled_cost"]["loop_pass"] == 5000
    assert summary["t"] < 30


def test_the_scripts_of_these_tests_are_played_as_by_the_command(chargerctl, play):
    """tests/warm.py saves a start of everything, and nothing else."""
    demo = Path(scripts.__file__).parent / "demo.script"
    settings = {"OCPP_METER_VALUE_SAMPLE_INTERVAL": "10"}
    by_command = chargerctl("simulate", "--script", demo, "--json", settings=settings).must_hold()
    played = [each for each in play(demo, settings).must_hold().events if each["kind"] != "script"]
    assert _without_ids(by_command.events) == _without_ids(played)


def _without_ids(events):
    return re.sub(r"[0-9a-f]{16}-", "", json.dumps(events, indent=1)).splitlines()


def test_a_wrong_script_is_told_as_by_the_command(chargerctl, play, script_file):
    path = script_file("swype\n")
    told = [chargerctl("simulate", "--script", path, "--json"), play(path)]
    assert [each.status for each in told] == [2, 2]
    assert told[0].events == told[1].events


def test_the_demo_in_a_pipe_ends_with_the_picture_and_the_summary(chargerctl):
    outcome = chargerctl("simulate", "--script", "demo")
    assert outcome.status == 0
    lines = outcome.stdout.splitlines()
    assert "ocpp.meter_value_sample_interval=2" in lines[0], "what is not as usual is shown"
    assert lines[-1].startswith("ok: 1 session, ")
    assert len([line for line in lines if line.startswith("│") and len(line) == 130]) == 32
    assert "\x1b" not in outcome.stdout
    assert outcome.stderr == ""


def test_the_same_script_in_virtual_time_gives_the_same_events(chargerctl):
    def one():
        # Message ids are random, on purpose.
        events = chargerctl("simulate", "--script", "demo", "--json").events
        return [(e["t"], e["kind"]) for e in events]

    assert one() == one()


def test_a_wrong_script_is_refused_before_boot(chargerctl, script_file):
    path = script_file("plug\nswip 04A1B2C3\nwait x\n")
    outcome = chargerctl("simulate", "--script", path)
    assert (outcome.status, outcome.stdout) == (2, "")
    first, second = outcome.stderr.splitlines()
    assert f"{path}:2: " in first
    assert "did you mean swipe?" in first
    assert f"{path}:3: expected seconds" in second


def test_a_wrong_script_is_one_object_with_json(chargerctl, script_file):
    outcome = chargerctl("simulate", "--json", "--script", script_file("swip"))
    assert outcome.status == 2
    assert "a.script:1: " in json.loads(outcome.stdout)["error"]


def test_a_script_that_is_not_there_is_named(chargerctl):
    outcome = chargerctl("simulate", "--script", "none.script")
    assert (outcome.status, outcome.stderr) == (
        2,
        "none.script: cannot be read: No such file or directory\n",
    )


def test_wrong_settings_are_refused_before_boot(chargerctl):
    outcome = chargerctl("simulate", "--script", "demo", settings={"MQTT_PORT": "many"})
    assert (outcome.status, outcome.stdout) == (2, "")
    assert "CHARGER_MQTT_PORT" in outcome.stderr


def test_a_failed_expectation_is_said_on_stderr_too(chargerctl, script_file):
    path = script_file("expect relay closed within 1")
    outcome = chargerctl("simulate", "--script", path)
    assert outcome.status == 1
    assert outcome.stderr == f"chargerctl: {path}:1: expect relay closed within 1: the relay is open\n"


def test_a_drive_boots_with_its_own_settings(chargerctl, drive, script_file):
    path = script_file('expect call out BootNotification {"chargePointSerialNumber": "drive-7"} within 20')
    outcome = chargerctl(
        "simulate", "--drive", drive, "--script", path, "--json", settings={"SERIAL": "other"}
    )
    assert outcome.must_hold().all("frame")[0]["topic"] == "/charger/drive-7"


def test_the_central_system_follows_the_topics_of_the_settings(chargerctl, script_file):
    path = script_file(
        "expect result in BootNotification within 20\ncsms call ClearCache\nexpect result out ClearCache"
    )
    topics = {
        "MQTT_PUBLISH_TOPIC": "cp/{serial}/up",
        "MQTT_SUBSCRIBE_TOPIC": "cs/{serial}",
        "SERIAL": "own-1",
    }
    outcome = chargerctl("simulate", "--script", path, "--json", settings=topics).must_hold()
    assert {event["topic"] for event in outcome.all("frame", dir="out")} == {"cp/own-1/up"}
    assert {event["topic"] for event in outcome.all("frame", dir="in")} == {"cs/own-1"}


def test_a_drive_without_code_is_refused(chargerctl, drive):
    (drive / "code.py").unlink()
    outcome = chargerctl("simulate", "--drive", drive, "--script", "demo")
    assert outcome.status == 1
    assert f"{drive} has no code.py" in outcome.stderr


def test_a_drive_of_an_unknown_board_is_refused(chargerctl, drive):
    (drive / "boot_out.txt").write_text("Adafruit CircuitPython 10.0.3\r\nBoard ID:toaster\r\n")
    outcome = chargerctl("simulate", "--drive", drive, "--script", "demo")
    assert outcome.status == 1
    assert "toaster" in outcome.stderr


def test_a_library_missing_from_the_drive_fails_by_name(chargerctl, drive):
    library = drive / "lib" / "adafruit_minimqtt" / "adafruit_minimqtt.py"
    library.unlink()
    outcome = chargerctl("simulate", "--drive", drive, "--script", "demo")
    assert outcome.status == 1
    assert (
        "code.py holds: ImportError: no module named 'adafruit_minimqtt.adafruit_minimqtt'" in outcome.stderr
    )


def test_a_program_that_ends_ends_the_simulation_with_its_traceback(chargerctl, drive, script_file):
    (drive / "code.py").write_text("def f():\n    return 1 // 0\n\n\nf()\n")
    outcome = chargerctl("simulate", "--drive", drive, "--trust", "--script", script_file("wait 60"))
    assert outcome.status == 1
    assert "Traceback (most recent call last):" in outcome.stdout
    assert 'File "code.py", line 2, in f' in outcome.stdout
    assert outcome.stderr.startswith("chargerctl: code.py ended: ZeroDivisionError")


def test_the_relay_is_what_its_pin_says_whoever_drives_it(chargerctl, drive, script_file):
    (drive / "code.py").write_text(
        "import board, digitalio, time\n"
        "pin = digitalio.DigitalInOut(board.D2)\n"
        "time.sleep(1)\npin.switch_to_output(True)\ntime.sleep(1)\npin.value = False\ntime.sleep(9)\n"
    )
    path = script_file("expect relay open\nexpect relay closed\nexpect relay open within 1.1")
    chargerctl("simulate", "--drive", drive, "--trust", "--script", path, "--json").must_hold()


def test_settings_and_a_drive_do_not_go_together(chargerctl, drive, tmp_path):
    (tmp_path / "settings.toml").write_text("")
    outcome = chargerctl("simulate", "--drive", drive, "-c", "settings.toml")
    assert outcome.status == 2
    assert "remove -c" in outcome.stderr


@pytest.mark.parametrize(
    "broker", ["localhost", "localhost:", ":1883", "localhost:0", "localhost:65536", "a:b"]
)
def test_a_broker_is_host_and_port(chargerctl, broker):
    outcome = chargerctl("simulate", "--broker", broker)
    assert outcome.status == 2
    assert "HOST:PORT" in outcome.stderr


def test_somebody_elses_central_system_takes_no_orders(chargerctl, script_file):
    path = script_file("plug\ncsms silent Heartbeat\n")
    outcome = chargerctl("simulate", "--central", "none", "--broker", "localhost:1", "--script", path)
    assert outcome.status == 2
    assert f"{path}:2: " in outcome.stderr


def test_somebody_elses_central_system_needs_a_broker(chargerctl):
    outcome = chargerctl("simulate", "--central", "none", "--script", "demo")
    assert outcome.status == 2
    assert "--broker" in outcome.stderr


@pytest.fixture
def started(tmp_path):
    """A simulation in real time: `started(*arguments)` gives the process."""
    processes = []

    def start(*arguments):
        env = {name: value for name, value in os.environ.items() if not name.startswith("CHARGER")}
        process = subprocess.Popen(
            [sys.executable, "-m", "chargerctl.cli.main", "simulate", *arguments],
            cwd=tmp_path,
            env=env | {"TMPDIR": str(tmp_path)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        if process.poll() is None:
            process.kill()
        process.communicate()


def until(stream, text):
    """Read lines until one has this text; all of them."""
    lines = []
    for line in stream:
        lines.append(line)
        if text in line:
            return lines
    raise AssertionError("".join(lines))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_without_a_script_it_runs_until_ctrl_c_and_ends_cleanly(started, tmp_path, number):
    process = started()
    until(process.stdout, "BootNotification accepted")
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0
    assert stdout.splitlines()[-1].startswith("ok: 0 sessions")
    assert stderr == ""
    assert list(tmp_path.iterdir()) == [], "the drive that was made for it is gone"


def test_its_console_is_a_serial_port_where_the_program_is_stopped_and_started_again(started):
    process = started("--serial", "--json")
    path = Path(json.loads(until(process.stdout, '"kind": "serial"')[-1])["path"])
    descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY)
    try:
        until(process.stdout, "code.py output:")
        os.write(descriptor, b"\x03")
        until(process.stdout, "Use CTRL-D to reload")
        os.write(descriptor, b"\x04")
        until(process.stdout, "soft reboot")
        printed = b""
        while b"soft reboot" not in printed:
            printed += os.read(descriptor, 4096)
    finally:
        os.close(descriptor)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0
    assert not path.parent.exists()


def test_ctrl_c_in_a_script_is_not_success(started, tmp_path):
    path = tmp_path / "long.script"
    path.write_text("wait 100")
    process = started("--realtime", "--json", "--script", str(path))
    until(process.stdout, "BootNotification accepted")
    process.send_signal(signal.SIGINT)
    stdout, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130
    assert json.loads(stdout.splitlines()[-1])["ok"] is False


def test_a_broker_that_cannot_be_reached_is_said_in_one_line_and_the_charger_keeps_trying(started):
    process = started("--json", "--broker", "127.0.0.1:9")
    until(process.stdout, "next try in")
    until(process.stdout, "next try in")
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=PATIENCE_S)
    (line,) = stderr.splitlines()
    assert "127.0.0.1:9" in line


def test_nothing_is_left_behind_when_the_command_is_killed(started):
    process = started("--json")
    until(process.stdout, "BootNotification accepted")
    process.kill()
    end = time.monotonic() + PATIENCE_S
    # The simulation's own process holds the other end until it ends.
    while process.stdout.read(4096):
        assert time.monotonic() < end
