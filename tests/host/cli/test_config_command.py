# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl config`: check, show, render, set and pull, as a person uses them."""

import json
import stat
import subprocess
import sys

import pytest
from chargerctl.deploy.records import MANIFEST, Manifest
from chargerctl.deploy.snapshot import Snapshot
from chargerctl.deploy.target import make_target
from chargerctl.settings import effective, render
from chargerctl.settings.differences import salted_hashes
from chargerctl.settings.table import SETTINGS


@pytest.fixture
def config(write, good_toml):
    return write(good_toml)


def test_check_of_a_good_file_is_quiet_on_stdout(chargerctl, config):
    assert chargerctl("config", "check") == (0, "", "settings.toml: no mistakes, 3 settings given\n")


def test_check_prints_warnings_and_succeeds(chargerctl, config):
    status, out, _ = chargerctl("config", "check", "--set", "mqtt.broker=example.org")
    assert status == 0
    assert out.startswith("--set mqtt.broker: warning: example.org is not on the local network")


# All fitted is too much for its memory.
PICO = (
    *("--set", "hardware.board=raspberry_pi_pico_w"),
    *("--set", "hardware.display=none"),
    *("--set", "hardware.card_reader=none"),
)
REJOINS = (
    "note: safety.max_stall_ms: with 250, Raspberry Pi Pico W rejoins a lost Wi-Fi network only after the charge: "
    "joining blocks for 500 ms\n"
)


def test_check_notes_that_a_pico_rejoins_after_the_charge(chargerctl, chargerctl_json, config):
    status, out, _ = chargerctl("config", "check", *PICO)
    assert (status, REJOINS in out.splitlines(keepends=True)) == (0, True)
    for others in (
        (*PICO, "--set", "safety.max_stall_ms=500"),
        ("--set", "hardware.board=seeed_xiao_esp32c6"),
    ):
        status, out, _ = chargerctl("config", "check", *others)
        assert (status, "rejoins" in out) == (0, False)
    status, found = chargerctl_json("config", "check", *PICO)
    assert (status, found["ok"], [f"note: {note}\n" for note in found["notes"]]) == (0, True, [REJOINS])


def test_check_notes_what_the_web_workflow_does_before_the_firmware(chargerctl, config):
    status, out, _ = chargerctl("config", "check", "--set", "web.api_password=secret")
    assert status == 0
    assert out.startswith("note: web.api_password: CircuitPython joins Wi-Fi before the firmware starts")
    assert "secret" not in out


def test_show_names_every_setting(chargerctl, config):
    _, out, _ = chargerctl("config", "show")
    lines = dict(line.split(" = ", 1) for line in out.splitlines())
    values = {name.strip(): text for name, text in lines.items()}
    assert values["mqtt.broker"] == '"192.168.1.10"'
    assert values["mqtt.port"] == "1883"
    assert values["hardware.relay_pin"] == "the board's own"
    assert len(values) == len(SETTINGS)


def test_show_explains_where_a_value_is_from_and_what_it_replaced(chargerctl, config, monkeypatch):
    monkeypatch.setenv("CHARGER_MQTT_BROKER", "10.0.0.9")
    _, out, _ = chargerctl("config", "show", "mqtt.broker", "mqtt.port", "--explain")
    assert [" ".join(line.split()) for line in out.splitlines()] == [
        'mqtt.broker = "10.0.0.9" $CHARGER_MQTT_BROKER, overrides "192.168.1.10" from settings.toml:4:10',
        "mqtt.port = 1883 default",
    ]


def test_show_as_json_has_types_and_origins(chargerctl_json, config):
    _, found = chargerctl_json("config", "show", "mqtt.port", "display.timezone_offset_hours", "mqtt.tls")
    assert found["settings"] == {"mqtt.port": 1883, "mqtt.tls": False, "display.timezone_offset_hours": 0}
    _, found = chargerctl_json("config", "show", "mqtt.broker", "--explain", "--set", "mqtt.broker=a")
    assert found["settings"]["mqtt.broker"] == {
        "value": "a",
        "source": "command line",
        "where": "--set mqtt.broker",
        "replaced": [{"value": "192.168.1.10", "source": "file", "where": "settings.toml:4:10"}],
    }


def test_render_is_what_a_deploy_writes(chargerctl, config):
    printed = chargerctl("config", "render", "--board", "seeed_xiao_esp32c6")[1]
    assert printed.startswith(effective(config, {}).render())
    flat = effective(config, {}).flat()
    snapshot = Snapshot({}, set(), {}, 512, 0, None, None)
    assert make_target({}, flat, snapshot, "seeed_xiao_esp32c6").image["settings.toml"].decode() == printed


def test_render_to_a_file_has_the_secrets_and_is_for_its_owner(chargerctl, config, folder):
    assert chargerctl("config", "render", "--set", "wifi.password=hunter2222", "-o", "board.toml")[0] == 0
    written = folder / "board.toml"
    assert 'CHARGER_WIFI_PASSWORD = "hunter2222"' in written.read_text()
    assert stat.S_IMODE(written.stat().st_mode) == 0o600


def test_set_changes_one_line_and_keeps_everything_else(chargerctl, write, good_toml):
    path = write("# mine\n" + good_toml.replace('"workshop"', '"workshop"  # upstairs'))
    path.chmod(0o640)
    status, out, _ = chargerctl("config", "set", "wifi.ssid", "cellar")
    assert (status, out) == (0, '- wifi.ssid = "workshop"\n+ wifi.ssid = "cellar"\n')
    assert path.read_text() == "# mine\n" + good_toml.replace('"workshop"', '"cellar"  # upstairs')
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("mqtt.port", "1884", "port = 1884"),
        ("mqtt.tls", "true", "tls = true"),
        ("display.timezone_offset_hours", "-5.75", "timezone_offset_hours = -5.75"),
        ("hardware.display_address", "0x3d", "display_address = 0x3D"),
        ("mqtt.username", 'a"b\\c', 'username = "a\\"b\\\\c"'),
    ],
)
def test_set_adds_what_is_not_there_as_a_person_would_write_it(chargerctl, config, name, value, line):
    assert chargerctl("config", "set", name, value)[0] == 0
    assert line in config.read_text().splitlines()
    assert (
        effective(config, {}).given[name].text
        == effective(None, {}, [f"{name}={value}"], complete=False).given[name].text
    )


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("mqtt.keep_alive", "061", "keep_alive = 61"),
        ("mqtt.keep_alive", "+0x3D", "keep_alive = 61"),
        ("hardware.display_address", "0X3d", "display_address = 0x3D"),
        ("hardware.display_address", "0x0003c", "display_address = 0x3C"),
        ("hardware.display_address", "60", "display_address = 0x3C"),
        ("display.timezone_offset_hours", "+05.50", "timezone_offset_hours = 5.5"),
    ],
)
def test_set_writes_a_number_in_its_one_form(chargerctl, config, name, value, line):
    status, _, err = chargerctl("config", "set", name, value)
    assert (status, err) == (0, "")
    assert line in config.read_text().splitlines()


def test_set_keeps_crlf(chargerctl, write, good_toml):
    path = write(good_toml.replace("\n", "\r\n"))
    assert chargerctl("config", "set", "wifi.ssid", "cellar")[0] == 0
    assert chargerctl("config", "set", "mqtt.port", "1884")[0] == 0
    expected = good_toml.replace("workshop", "cellar").replace('.10"\n', '.10"\nport = 1884\n')
    assert path.read_bytes().decode() == expected.replace("\n", "\r\n")


def test_set_in_an_inline_table(chargerctl, write):
    path = write('wifi = { ssid = "a" }  # here\n[charger]\nserial = "c"\n[mqtt]\nbroker = "b"\n')
    assert chargerctl("config", "set", "wifi.password", "hunter2222")[0] == 0
    assert path.read_text().startswith('wifi = { ssid = "a", password = "hunter2222"}  # here\n')
    assert effective(path, {}).given["wifi.password"].text == "hunter2222"


def test_set_with_dotted_keys_puts_the_line_beside_its_sisters(chargerctl, write):
    path = write('# My charger.\n\nwifi.ssid = "a"\nmqtt.broker = "b"\ncharger.serial = "c"\n')
    assert chargerctl("config", "set", "mqtt.port", "1884")[0] == 0
    assert path.read_text() == (
        '# My charger.\n\nwifi.ssid = "a"\nmqtt.broker = "b"\nmqtt.port = 1884\ncharger.serial = "c"\n'
    )


def test_set_of_a_secret_warns_if_other_users_can_read_the_file(chargerctl, config):
    config.chmod(0o644)
    secret = ("config", "set", "wifi.password", "hunter2222")
    assert (
        "settings.toml: warning: contains a secret, and other users can read it: run chmod 600 settings.toml"
        in chargerctl(*secret)[2]
    )
    assert chargerctl("config", "set", "wifi.ssid", "b")[2] == ""
    config.chmod(0o600)
    assert "can read it: run chmod" not in chargerctl(*secret)[2]


def test_set_takes_no_option_for_a_value(chargerctl, config, good_toml):
    status, _, err = chargerctl("config", "set", "mqtt.username", "--reveal")
    assert status == 2
    assert "No such option" in err
    assert config.read_text() == good_toml
    assert chargerctl("config", "set", "mqtt.username", "--", "--reveal")[0] == 0
    assert 'username = "--reveal"' in config.read_text()
    assert chargerctl("config", "set", "display.timezone_offset_hours", "-5", "-c", "settings.toml")[0] == 0
    assert "timezone_offset_hours = -5" in config.read_text()


def test_set_without_a_value_reads_it_from_a_pipe(config):
    arguments = [sys.executable, "-m", "chargerctl.cli.main", "config", "set", "wifi.password"]
    found = subprocess.run(arguments, input="hunter2222\n", capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout) == (0, '+ wifi.password = "***"\n')
    assert 'password = "hunter2222"' in config.read_text()


def test_set_as_json_has_types_and_warnings(chargerctl_json, config):
    _, found = chargerctl_json("config", "set", "mqtt.port", "8883")
    assert found["value"] == 8883
    assert found["warnings"][0]["severity"] == "warning"
    assert (
        found["warnings"][0]["message"] == "mqtt.port: 8883 is the usual port with TLS, but mqtt.tls is false"
    )


def test_render_as_json_has_warnings(chargerctl_json, config):
    _, found = chargerctl_json("config", "render", "--set", "mqtt.broker=broker.hivemq.com")
    assert "public broker" in found["warnings"][0]["message"]


def test_check_does_not_call_a_file_with_warnings_faultless(chargerctl, config):
    _, _, err = chargerctl("config", "check", "--set", "mqtt.broker=broker.hivemq.com")
    assert err == "settings.toml: 1 warning, 3 settings given\n"


def test_show_of_a_section(chargerctl, config):
    _, out, _ = chargerctl("config", "show", "ntp", "mqtt.port")
    names = [line.split(" =")[0].strip() for line in out.splitlines()]
    assert names == ["mqtt.port", "ntp.server", "ntp.sync_interval_minutes"]


def test_show_knows_what_was_meant(chargerctl, config):
    status, _, err = chargerctl("config", "show", "mqtt.prot")
    assert status == 2
    assert "mqtt.prot: did you mean mqtt.port?" in err


def test_set_fills_in_a_line_that_is_commented_out(chargerctl, folder):
    chargerctl("init", "--no-input", "--set", "wifi.ssid=a", "--set", "mqtt.broker=b")
    before = (folder / "settings.toml").read_text()
    chargerctl("config", "set", "mqtt.port", "1884")
    assert (folder / "settings.toml").read_text() == before.replace("# port = 1883", "port = 1884")


def test_set_in_a_flat_file_keeps_it_flat(chargerctl, write, good):
    path = write(render(good).replace("CHARGER_WIFI_SSID", "CHARGER_WIFI_ID"))
    chargerctl("config", "set", "wifi.ssid", "cellar")
    chargerctl("config", "set", "mqtt.port", "1884")
    assert 'CHARGER_WIFI_ID = "cellar"\n' in path.read_text()
    assert 'CHARGER_MQTT_PORT = "1884"\n' in path.read_text()
    assert effective(path, {}).problems == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("mqtt.port", "0"), "mqtt.port: must be 1 to 65535, not 0"),
        (("mqtt.prot", "1"), "mqtt.prot: did you mean mqtt.port?"),
        (
            ("charger.name", "my", "garage"),
            "chargerctl: charger.name: give one value; put it in quotes if it contains spaces",
        ),
        (("hardware.relay_pin", "D6"), None),
    ],
)
def test_set_refuses_what_is_wrong_and_writes_nothing(chargerctl, write, good_toml, arguments, message):
    text = good_toml + '[hardware]\nboard = "seeed_xiao_esp32c6"\n'
    path = write(text)
    status, _, err = chargerctl("config", "set", *arguments)
    assert status == 2
    assert (message or "D6 is not safe for relay or lock") in err
    assert path.read_text() == text


def test_set_mends_one_mistake_of_several(chargerctl, write, good_toml):
    path = write(good_toml + "[ntp]\nserver = 1\nsync_interval_minutes = 0\n")
    assert chargerctl("config", "set", "ntp.server", "pool.ntp.org")[0] == 0
    assert 'server = "pool.ntp.org"\nsync_interval_minutes = 0\n' in path.read_text()


def test_set_leaves_a_file_alone_that_it_cannot_read_whole(chargerctl, write):
    path = write('[wifi]\nssid = "a\n')
    status, _, err = chargerctl("config", "set", "wifi.ssid", "b")
    assert status == 2
    assert "settings.toml:2:8: wifi.ssid: the closing quote is missing" in err
    assert path.read_text() == '[wifi]\nssid = "a\n'


def test_set_without_a_file_suggests_init(chargerctl):
    status, _, err = chargerctl("config", "set", "wifi.ssid", "b")
    assert (status, err) == (
        2,
        "chargerctl: settings.toml: file not found; `chargerctl init` writes one\n",
    )


def deploy(config):
    """A drive to which `config` was deployed, beside it; a function that types on it."""
    board = config.parent / "CIRCUITPY"
    board.mkdir()
    flat = effective(config, {}).flat()
    (board / "settings.toml").write_text(render(flat))
    (board / MANIFEST).write_bytes(Manifest({}, settings=salted_hashes(flat)).render())

    def type_on_it(old: str, new: str) -> None:
        text = (board / "settings.toml").read_text()
        assert old in text
        (board / "settings.toml").write_text(text.replace(old, new))

    return type_on_it


@pytest.fixture
def drive(config):
    return deploy(config)


PULL = ("config", "pull", "--drive", "CIRCUITPY")


def test_pull_of_an_unchanged_drive_changes_nothing(chargerctl, drive, config, good_toml):
    assert chargerctl(*PULL) == (0, "", "no setting was changed on the drive\n")
    assert config.read_text() == good_toml


def test_pull_takes_what_was_typed_on_the_drive_into_the_file(chargerctl, drive, config, good_toml):
    drive("192.168.1.10", "10.0.0.7")
    drive("CHARGER_SERIAL", 'CHARGER_MQTT_TLS = "true"\nCHARGER_SERIAL')
    status, out, _ = chargerctl(*PULL)
    assert status == 0
    assert out.splitlines() == [
        '- mqtt.broker = "192.168.1.10"',
        '+ mqtt.broker = "10.0.0.7"',
        "+ mqtt.tls = true",
    ]
    assert config.read_text() == good_toml.replace('"192.168.1.10"', '"10.0.0.7"\ntls = true')
    assert chargerctl(*PULL)[2] == "no setting was changed on the drive\n"


def test_pull_leaves_what_only_the_laptop_changed(chargerctl, drive, config, good_toml):
    config.write_text(good_toml.replace("workshop", "cellar"))
    drive("192.168.1.10", "10.0.0.7")
    assert chargerctl(*PULL)[0] == 0
    assert config.read_text() == good_toml.replace("workshop", "cellar").replace("192.168.1.10", "10.0.0.7")


def test_pull_takes_a_deletion(chargerctl, write, good_toml):
    config = write(good_toml + '[ntp]\nserver = "a"\n')
    deploy(config)('CHARGER_NTP_SERVER = "a"\n', "")
    assert chargerctl(*PULL)[1] == '- ntp.server = "a"\n'
    assert config.read_text() == good_toml + "[ntp]\n"


@pytest.mark.parametrize(("keep", "kept"), [("drive", "10.0.0.7"), ("laptop", "10.0.0.8")])
def test_pull_of_a_conflict_needs_a_decision(chargerctl, drive, config, good_toml, keep, kept):
    config.write_text(good_toml.replace("192.168.1.10", "10.0.0.8"))
    drive("192.168.1.10", "10.0.0.7")
    status, _, err = chargerctl(*PULL)
    assert status == 2
    assert err.splitlines()[0] == 'mqtt.broker: the drive has "10.0.0.7", the laptop has "10.0.0.8"'
    assert "10.0.0.8" in config.read_text()
    assert chargerctl(*PULL, "--keep", keep)[0] == 0
    assert kept in config.read_text()


def test_pull_can_only_show(chargerctl, drive, config, good_toml):
    drive("192.168.1.10", "10.0.0.7")
    _, out, _ = chargerctl(*PULL, "--dry-run")
    assert '+ mqtt.broker = "10.0.0.7"' in out
    assert config.read_text() == good_toml


def test_pull_starts_a_file_where_there_is_none(chargerctl, drive, config, folder):
    flat = effective(config, {}).flat()
    config.unlink()
    assert chargerctl(*PULL)[0] == 0
    assert effective(config, {}).flat() == flat
    assert stat.S_IMODE(config.stat().st_mode) == 0o600


def test_pull_warns_where_the_environment_overrides_the_file(chargerctl, drive, monkeypatch):
    monkeypatch.setenv("CHARGER_MQTT_BROKER", "192.168.1.10")
    drive("192.168.1.10", "10.0.0.7")
    assert "mqtt.broker: warning: $CHARGER_MQTT_BROKER still overrides the file" in chargerctl(*PULL)[2]


def test_pull_names_a_line_that_the_board_cannot_read(chargerctl, drive, config, good_toml):
    drive('"192.168.1.10"', '"192.168.1.10')
    status, _, err = chargerctl(*PULL)
    assert status == 2
    assert err.splitlines()[0] == "CIRCUITPY/settings.toml:4:1: CHARGER_MQTT_BROKER: has no closing quote"
    assert chargerctl(*PULL, "--keep", "laptop")[0] == 0
    assert config.read_text() == good_toml


def test_pull_without_a_drive(chargerctl, config):
    status, _, err = chargerctl("config", "pull", "--drive", "nowhere")
    assert (status, err) == (
        2,
        "chargerctl: nowhere does not exist: plug the board in, or name its drive with --drive PATH\n",
    )
    (config.parent / "empty").mkdir()
    status, _, err = chargerctl("config", "pull", "--drive", "empty")
    assert (status, err) == (
        2,
        "chargerctl: empty/settings.toml: file not found; is that the board's drive?\n",
    )


def test_pull_as_json(chargerctl_json, drive):
    drive("192.168.1.10", "10.0.0.7")
    assert chargerctl_json(*PULL) == (
        0,
        {
            "file": "settings.toml",
            "written": True,
            "changes": [{"setting": "mqtt.broker", "before": "192.168.1.10", "after": "10.0.0.7"}],
            "warnings": [],
        },
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("config", "check"),
        ("config", "show"),
        ("config", "render"),
        ("config", "set", "mqtt.port", "1884"),
        ("config", "pull", "--drive", "nowhere"),
        ("config", "nonsense"),
        ("init", "--no-input"),
        ("completion", "bash"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("good_file", [True, False])
def test_every_command_speaks_json_errors_included(chargerctl, write, good_toml, arguments, good_file):
    write(good_toml if good_file else "[wifi\n")
    status, out, _ = chargerctl(*arguments, "--json")
    answer = json.loads(out)
    assert (status == 0) == ("error" not in answer and answer.get("ok", True))


def complete(monkeypatch, chargerctl, line: str) -> list[str]:
    words = line.split(" ")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
    monkeypatch.setenv("_CHARGERCTL_COMPLETE", "bash_complete")
    monkeypatch.setattr("sys.argv", ["chargerctl"])
    status, out, _ = chargerctl()
    assert status == 0
    return [item.partition(",")[2] for item in out.split()]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("chargerctl con", ["config"]),
        ("chargerctl config ", ["check", "show", "render", "set", "pull"]),
        ("chargerctl config set mqtt.k", ["mqtt.keep_alive"]),
        ("chargerctl config set mqtt.tls ", ["true", "false"]),
        ("chargerctl config set hardware.card_reader pn", ["pn532_i2c", "pn532_spi"]),
        ("chargerctl config set hardware.board raspberry", ["raspberry_pi_pico_w", "raspberry_pi_pico2_w"]),
        ("chargerctl config show ntp.s", ["ntp.server", "ntp.sync_interval_minutes"]),
        ("chargerctl config check --set wifi.s", ["wifi.ssid="]),
        ("chargerctl config check --board seeed_xiao_esp32c", ["seeed_xiao_esp32c6"]),
        ("chargerctl config pull --keep ", ["drive", "laptop"]),
        ("chargerctl config check --js", ["--json"]),
        ("chargerctl init --set charger.se", ["charger.serial="]),
        ("chargerctl completion ", ["bash", "zsh", "fish"]),
        ("chargerctl config set hardware.relay_pin GP1", [f"GP1{n}" for n in ("", *range(10))]),
        ("chargerctl config set hardware.led_pin no", ["none"]),
        ("chargerctl config set hardware.relay_pin no", []),
        # Bash makes three words of NAME=VALUE, and completes the last.
        ("chargerctl config check --set mqtt.tls = t", ["true"]),
        ("chargerctl config check --set mqtt.tls =", ["true", "false"]),
        ("chargerctl config check --set = mqtt.ke", ["mqtt.keep_alive="]),
        ("chargerctl config check --set mqtt.tls = true --set hardware.card_reader = pn532_s", ["pn532_spi"]),
    ],
)
def test_the_shell_completes(monkeypatch, chargerctl, line, expected):
    assert complete(monkeypatch, chargerctl, line) == expected


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_a_script_for_the_shell(chargerctl, shell):
    status, out, _ = chargerctl("completion", shell)
    assert status == 0
    assert f"_CHARGERCTL_COMPLETE={shell}_complete" in out


def test_check_names_a_settings_file_with_a_secret_that_others_can_read(chargerctl, write, good_toml):
    path = write(good_toml + '[web]\napi_password = "hunter2222"\n')
    warning = (
        "settings.toml: warning: contains a secret, and other users can read it: run chmod 600 settings.toml"
    )
    for mode, named in ((0o644, True), (0o640, True), (0o604, True), (0o600, False)):
        path.chmod(mode)
        status, out, _ = chargerctl("config", "check")
        assert (status, warning in out.splitlines()) == (0, named), oct(mode)
    path.chmod(0o644)
    _, out, _ = chargerctl("config", "check", "--json")
    assert ["other users can read it" in each["message"] for each in json.loads(out)["problems"]].count(
        True
    ) == 1


def test_check_names_it_too_where_the_environment_overrides_the_secret(
    chargerctl, write, good_toml, monkeypatch
):
    write(good_toml + '[web]\napi_password = "hunter2222"\n').chmod(0o644)
    monkeypatch.setenv("CHARGER_WEB_API_PASSWORD", "hunter3333")
    assert "other users can read it" in chargerctl("config", "check")[1]


def test_a_file_without_a_secret_may_be_read_by_anybody(chargerctl, write, good_toml, monkeypatch):
    monkeypatch.setenv("CHARGER_WIFI_PASSWORD", "hunter3333")
    write(good_toml).chmod(0o644)
    assert "other users" not in chargerctl("config", "check")[1]


@pytest.mark.parametrize(
    "arguments",
    [
        ("config", "check", "--set", "wifi.password=hunter2222"),
        ("config", "check", "--set", "wifi.password=hunter2222", "--json"),
        ("config", "show", "--set", "wifi.password=hunter2222"),
        ("config", "set", "wifi.password", "hunter2222"),
        ("config", "render", "--set", "wifi.password=hunter2222"),
    ],
    ids=" ".join,
)
def test_a_secret_on_the_command_line_gets_a_warning_about_ps(chargerctl, write, good_toml, arguments):
    write(good_toml).chmod(0o600)
    _, _, err = chargerctl(*arguments)
    assert "warning: wifi.password on the command line: other users can read it there (ps)" in err
    assert "hunter" not in err


def test_a_secret_from_elsewhere_gets_no_warning_about_ps(chargerctl, write, good_toml, monkeypatch):
    write(good_toml).chmod(0o600)
    monkeypatch.setenv("CHARGERCTL_CONFIG_CHECK_SET", "wifi.password=hunter2222")
    monkeypatch.setenv("CHARGER_MQTT_PASSWORD", "hunter2222")
    assert "(ps)" not in chargerctl("config", "check", "--set", "wifi.password=", "--set", "mqtt.port=1")[2]
    assert "(ps)" not in chargerctl("config", "check")[2]
