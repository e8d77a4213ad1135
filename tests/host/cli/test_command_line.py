# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What all commands have in common: --json, completion, a variable for every option."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
from chargerctl.cli.main import main

from tests.host.commands import leaves

LEAVES = leaves()


@pytest.mark.parametrize("name", LEAVES)
def test_every_command_has_json(name):
    assert "--json" in [opt for param in LEAVES[name].params for opt in param.opts]


EXAMPLES = [
    (name, line)
    for name, command in LEAVES.items()
    for line in re.findall(rf"^ *(chargerctl {name}.*)", command.help or "", flags=re.MULTILINE)
]


@pytest.mark.parametrize("name", LEAVES)
def test_the_help_of_every_command_has_an_example(name):
    assert name in ("completion", *(name for name, _ in EXAMPLES))  # completion has one for each shell


@pytest.mark.parametrize(("name", "line"), EXAMPLES, ids=[line for _, line in EXAMPLES])
def test_the_options_of_every_example_exist(name, line):
    context = click.Context(LEAVES[name], info_name=name)
    typed, *_ = re.split(" [<>] ", line)  # what follows is the shell's
    arguments = shlex.split(typed)[1 + len(name.split()) :]
    _, rest, _ = LEAVES[name].make_parser(context).parse_args(arguments)
    assert rest == []


@pytest.mark.parametrize("name", LEAVES)
def test_every_option_has_its_variable(name):
    for param in LEAVES[name].params:
        if isinstance(param, click.Option):
            longest = max(param.opts, key=len).lstrip("-")
            assert param.envvar == f"CHARGERCTL_{name}_{longest}".upper().replace("-", "_").replace(" ", "_")


CENTRAL_FREE = {
    "chargers show": "serial",
    "chargers add": "serial name",
    "chargers password": "serial",
    "chargers allow": "serials",
    "chargers refuse": "serials",
    "chargers remove": "serials",
    "cards add": "uid name parent serials",
    "cards block": "uids",
    "cards unblock": "uids",
    "cards remove": "uids",
    "sessions": "serial uid",
    "call": "serial words",
    "configure": "words ask",
    "frames": "serial",
    "user add": "name",
    "user password": "name",
    "user remove": "names",
    "token add": "name",
    "token remove": "names",
}


@pytest.mark.parametrize("name", LEAVES)
def test_every_value_can_be_completed(name):
    """Files and folders by the shell, choices and names of settings by us; numbers and the rest are free text."""
    free = {
        ("simulate", "broker"),
        ("backup", "to"),
        *(("fleet", each) for each in ("count", "broker", "broker_user", "prefix", "fail_if")),
        *(
            ("bridge", each)
            for each in ("user", "only", "broker_user", "charger_topic", "system_topic", "ping")
        ),
        *(("central serve", each) for each in ("listen", "broker", "broker_user", "ocpp")),
        *(("central offline", each) for each in ("broker", "broker_user")),
        # Serials, cards and keys come from the books, of which there are none here.
        *(
            (f"central {command}", param)
            for command, params in CENTRAL_FREE.items()
            for param in params.split()
        ),
        *(("central broker mosquitto", each) for each in ("listen", "names", "programs", "user")),
        ("deploy", "libs_version"),
        ("monitor", "pattern"),
        ("ls", "folder"),
        ("get", "path"),
    }
    context = click.Context(LEAVES[name], info_name=name)
    for param in LEAVES[name].params:
        if isinstance(param.type, click.types.IntParamType | click.types.FloatParamType):
            continue
        if getattr(param, "is_flag", False) or param.name in ("value", "host") or (name, param.name) in free:
            continue
        assert param.shell_complete(context, ""), f"{name} {param.opts}"


def test_a_variable_sets_an_option(chargerctl_json, write, good_toml, monkeypatch):
    write(good_toml, "other.toml")
    monkeypatch.setenv("CHARGERCTL_CONFIG_SHOW_CONFIG", "other.toml")
    monkeypatch.setenv("CHARGERCTL_CONFIG_SHOW_SET", "mqtt.port=1884 mqtt.tls=true")
    status, found = chargerctl_json("config", "show", "mqtt.port", "mqtt.tls", "mqtt.broker")
    assert status == 0
    assert found["settings"] == {"mqtt.broker": "192.168.1.10", "mqtt.port": 1884, "mqtt.tls": True}


def test_the_command_line_overrides_the_variable(chargerctl_json, write, good_toml, monkeypatch):
    write(good_toml)
    monkeypatch.setenv("CHARGERCTL_CONFIG_SHOW_CONFIG", "nowhere.toml")
    assert chargerctl_json("config", "show", "mqtt.port", "-c", "settings.toml")[0] == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("config", "check"),  # the file is not there
        ("config", "check", "--nonsense"),
        ("config", "check", "--board", "nonsense"),
        ("config", "check", "--set"),
    ],
    ids=" ".join,
)
def test_json_asked_for_by_variable_is_kept_on_errors(chargerctl, monkeypatch, arguments):
    monkeypatch.setenv("CHARGERCTL_CONFIG_CHECK_JSON", "1")
    status, out, err = chargerctl(*arguments)
    assert status == 2
    assert (bool(json.loads(out)), err) == (True, "")


@pytest.mark.parametrize(
    "arguments",
    [
        ("config", "show", "--set", "--json"),
        ("config", "show", "-c", "--json", "--nonsense"),
        ("config", "set", "mqtt.broker", "--", "--json"),
    ],
    ids=" ".join,
)
def test_a_value_that_looks_like_json_is_none(chargerctl, write, good_toml, arguments):
    write(good_toml)
    status, _, err = chargerctl(*arguments)
    assert status == 2
    assert err


@pytest.mark.parametrize(
    "arguments", [("config", "nonsense", "--json"), ("nonsense", "--json")], ids=" ".join
)
def test_json_is_kept_where_there_is_no_such_command(chargerctl, arguments):
    status, out, _ = chargerctl(*arguments)
    assert status == 2
    assert "No such command" in json.loads(out)["error"]


def in_a_shell(line: str):
    command = f"{sys.executable} -m chargerctl.cli.main {line}"
    return subprocess.run(command, shell=True, capture_output=True, text=True, check=False)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a full device")
@pytest.mark.parametrize("arguments", ["config render --reveal", "config show --json", "--help"])
def test_output_that_cannot_be_written_is_one_line_of_error(write, good_toml, arguments):
    write(good_toml)
    found = in_a_shell(f"{arguments} > /dev/full")
    assert (found.returncode, found.stderr) == (
        1,
        "chargerctl: cannot write the output: No space left on device\n",
    )


def test_a_closed_pipe_is_not_an_error(write, good_toml):
    write(good_toml)
    found = in_a_shell("config show --explain | true")
    assert found.stderr == ""


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (["depoly"], "'deploy'"),
        (["simulat"], "'simulate'"),
        (["config", "chekc"], "'check'"),
        (["deploy", "--driv", "x"], "'--drive'"),
        (["config", "show", "mqtt.brocker"], "mqtt.broker"),
        (["config", "set", "wfi.ssid", "x"], "wifi.ssid"),
        (["config", "check", "--set", "mqtt.prot=1"], "mqtt.port"),
    ],
    ids=" ".join,
)
def test_a_misspelt_word_gets_the_one_that_is_meant(chargerctl, typed, meant):
    status, out, err = chargerctl(*typed)
    assert status == 2
    assert f"id you mean {meant}?" in out + err


@pytest.mark.parametrize(
    ("broker", "remedy"),
    [
        ("mqtt://localhost:1883", "leave out mqtt://, such as localhost:1883"),
        ("mqtts://me:secret@host/path", "leave out mqtts://, such as host:1883"),
        ("tcp://", "leave out tcp://, such as localhost:1883"),
        ("user@host:1883", "is not HOST:PORT"),
        ("host:1883/path", "is not HOST:PORT"),
        ("host", "is not HOST:PORT"),
        ("host:0", "is not HOST:PORT"),
    ],
)
def test_a_broker_that_is_not_host_and_port_is_refused_with_the_remedy(chargerctl, broker, remedy):
    status, _, err = chargerctl("simulate", "--broker", broker, "--script", "demo")
    assert status == 2
    assert remedy in err


NOT_FOR_A_START = {
    "--help": ["json", "pathlib", "rich", "tomlkit", "hashlib", "chargerctl.settings"],
    "config check": [
        "rich",
        "tomlkit",
        "hashlib",
        "difflib",
        "subprocess",
        "importlib.metadata",
        "concurrent",
    ],
    "deploy": [
        "rich",
        "tomlkit",
        "difflib",
        "subprocess",
        "importlib.metadata",
        "concurrent",
        "circup",
        "requests",
    ],
}


@pytest.mark.parametrize("name", NOT_FOR_A_START)
def test_what_is_slow_to_load_is_not_loaded_for(write, good_toml, folder, monkeypatch, name):
    """A deploy that has nothing to do, the second one. What starts fast is measured by bench/start.py."""
    write(good_toml)
    (folder / "drive").mkdir()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
    words = {
        "--help": ["--help"],
        "config check": ["config", "check"],
        "deploy": [
            "deploy",
            "--yes",
            "--libs",
            "wheels",
            "--drive",
            "drive",
            "--set",
            "hardware.board=adafruit_feather_esp32s2",
        ],
    }[name]
    if name == "deploy":
        board = "hardware.board=adafruit_feather_esp32s2"
        words += ["--yes", "--libs", "wheels", "--drive", "drive", "--set", board]
        assert main(words) == 0
    code = "import sys; from chargerctl.cli.main import main; main(sys.argv[1:]); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert not loaded.intersection(NOT_FOR_A_START[name])
