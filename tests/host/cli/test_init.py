# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl init`: asks what must be asked, never overwrites, for its owner's eyes only."""

import stat
import subprocess
import sys

import click
import pytest
from chargerctl.cli.main import cli
from chargerctl.settings import effective
from chargerctl.settings.document import example
from click.testing import CliRunner

ANSWERS = ("--set", "wifi.ssid=home", "--set", "mqtt.broker=10.0.0.2")


def test_it_writes_a_checked_file_that_only_its_owner_can_read(chargerctl, folder):
    assert chargerctl("init", "--no-input", *ANSWERS)[0] == 0
    assert stat.S_IMODE((folder / "settings.toml").stat().st_mode) == 0o600
    assert chargerctl("config", "check")[0] == 0


def test_it_keeps_the_comments_of_the_example(chargerctl, folder):
    chargerctl("init", "--no-input", *ANSWERS)
    comments = [line for line in example().splitlines() if line.startswith("#")]
    assert [
        line for line in (folder / "settings.toml").read_text().splitlines() if line.startswith("#")
    ] == comments


def test_without_an_answer_the_default_is_used(chargerctl, chargerctl_json, folder):
    chargerctl("init", "--no-input", *ANSWERS, "--set", "mqtt.tls=true")
    _, found = chargerctl_json("config", "show", "--explain")
    given = {name for name, each in found["settings"].items() if each["source"] != "default"}
    assert given == {"wifi.ssid", "mqtt.broker", "charger.serial", "mqtt.tls"}


def test_serial_and_model_follow_the_board(chargerctl, folder):
    assert chargerctl("init", "--no-input", *ANSWERS, "--set", "hardware.board=raspberry_pi_pico_w")[0] == 0
    values = effective(folder / "settings.toml", {}).values
    assert str(values["charger.serial"]).startswith("rp2040-charger-")
    assert values["charger.model"] == "RP2040"


def test_a_missing_folder_is_reported_before_the_first_question(chargerctl):
    status, _, err = chargerctl("init", "-c", "nowhere/x.toml")
    assert (status, err) == (
        2,
        "chargerctl: nowhere/x.toml: the folder nowhere does not exist: create it first\n",
    )


def test_the_next_command_names_the_file(chargerctl):
    assert (
        "chargerctl config check -c 'my x.toml'"
        in chargerctl("init", "--no-input", "-c", "my x.toml", *ANSWERS)[1]
    )
    assert "chargerctl config check, then" in chargerctl("init", "--no-input", *ANSWERS)[1]


def test_a_full_disk_leaves_no_half_file(folder):
    line = f"ulimit -f 0; {sys.executable} -m chargerctl.cli.main init --no-input {' '.join(ANSWERS)}"
    found = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)
    assert (found.returncode, found.stderr) == (
        1,
        "chargerctl: settings.toml: cannot be written: File too large\n",
    )
    assert list(folder.iterdir()) == []


def test_warnings_are_in_the_json(chargerctl_json):
    _, found = chargerctl_json("init", "--no-input", *ANSWERS, "--set", "mqtt.broker=broker.hivemq.com")
    assert "public broker" in found["warnings"][0]["message"]


def test_without_a_terminal_answers_are_read_as_they_come(folder):
    found = subprocess.run(
        [sys.executable, "-W", "error", "-m", "chargerctl.cli.main", "init"],
        input="home\nhunter2222\n10.0.0.2\n\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0
    assert "Warning" not in found.stderr
    assert "wifi.password (empty: open network)" in found.stderr
    assert "hunter2222" not in found.stdout + found.stderr
    assert effective(folder / "settings.toml", {}).values["wifi.password"] == "hunter2222"


def test_every_serial_it_proposes_is_another_one(chargerctl_json, folder):
    serials = {
        chargerctl_json("init", "--no-input", "-c", f"{n}.toml", *ANSWERS)[1]["serial"] for n in range(5)
    }
    assert len(serials) == 5
    assert all(serial.startswith("esp32c6-charger-") and len(serial) == 22 for serial in serials)


@pytest.mark.parametrize("extra", [(), ("--no-input",)])
def test_it_never_overwrites(chargerctl, write, extra):
    path = write("# mine\n")
    status, _, err = chargerctl("init", *extra, *ANSWERS)
    assert status == 2
    assert err == "chargerctl: settings.toml: already exists; change it with `chargerctl config set`\n"
    assert path.read_text() == "# mine\n"


def test_without_input_what_is_missing_is_named_at_once(chargerctl, folder):
    status, _, err = chargerctl("init", "--no-input")
    assert status == 2
    assert err.splitlines()[:2] == [
        "--set wifi.ssid: is required with --no-input",
        "--set mqtt.broker: is required with --no-input",
    ]
    assert not (folder / "settings.toml").exists()


def test_it_asks_again_until_the_answer_is_good(folder):
    answers = ["x" * 33, "home", "short", "hunter2222", "mqtt://x", "10.0.0.2", "my charger", "mine-1"]
    result = CliRunner().invoke(cli, ["init"], input="\n".join(answers) + "\n")
    assert result.exit_code == 0, result.output
    for reason in ("has 33", "8 to 63 bytes, or 64 hexadecimal digits, has 5", "bare host name", "-_. only"):
        assert reason in result.output
    assert "hunter2222" not in result.output
    settings = effective(folder / "settings.toml", {})
    assert settings.values["wifi.ssid"] == "home"
    assert settings.values["wifi.password"] == "hunter2222"
    assert settings.values["mqtt.broker"] == "10.0.0.2"
    assert settings.values["charger.serial"] == "mine-1"


def test_enter_takes_the_proposals(folder):
    result = CliRunner().invoke(cli, ["init"], input="home\n\n10.0.0.2\n\n")
    assert result.exit_code == 0, result.output
    settings = effective(folder / "settings.toml", {})
    assert settings.values["wifi.password"] == ""
    assert str(settings.values["charger.serial"]).startswith("esp32c6-charger-")
    assert settings.warnings == []


def test_giving_up_leaves_nothing_behind(folder):
    result = CliRunner().invoke(cli, ["init"], input="home\n", standalone_mode=False)
    assert isinstance(result.exception, click.Abort)
    assert list(folder.iterdir()) == []


def test_the_help_is_about_the_file_that_init_writes(chargerctl):
    status, out, _ = chargerctl("init", "--help")
    assert (status, "if it exists" in out, "for this run" in out) == (0, False, False)
    assert "The file to write.  [default: settings.toml]" in out
