# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""No secret in anything that any command prints, on stdout or stderr, as text or JSON, right or wrong."""

import zipfile

import pytest
from chargerctl.cli.main import COMMANDS
from chargerctl.deploy.records import MANIFEST, Manifest
from chargerctl.settings import effective
from chargerctl.settings.differences import salted_hashes
from chargerctl.settings.secret_names import is_secret

# Each has a text of its own, so that a leak names its source. None is in any other text.
SECRETS = {
    "wifi.password": "Zq1-wifi-file",
    "mqtt.password": "Zq2-mqtt-file",
    "web.api_password": "Zq3-web-file",
}
FILE = f"""\
[wifi]
ssid = "workshop"
password = "{SECRETS["wifi.password"]}"
[charger]
serial = "c1"
[mqtt]
broker = "192.168.1.10"
username = "me"
password = "{SECRETS["mqtt.password"]}"
[web]
api_password = "{SECRETS["web.api_password"]}"
"""
TELLTALE = ("Zq", "wifi-file", "mqtt-file", "web-file", "typed-on-drive", "from-env", "from-set")

ON_DRIVE = ("--drive", "CIRCUITPY")

COMMAND_LINES = [
    ("config", "check"),
    ("config", "check", "--set", "wifi.password=Zq-from-set"),
    ("config", "check", "--set", "wifi.password=Zq-from-set" * 5),
    ("config", "check", "--set", "wifi.pasword=Zq-from-set"),
    ("config", "check", "--set", "wifi.password Zq-from-set"),
    ("config", "check", "--set", "Zq-from-set"),
    ("config", "show"),
    ("config", "show", "--explain", "--set", "wifi.password=Zq-from-set"),
    ("config", "show", "wifi.password", "mqtt.password", "web.api_password"),
    ("config", "render"),
    ("config", "render", "-o", "rendered.toml"),
    ("config", "set", "wifi.password", "Zq-from-set"),
    ("config", "set", "wifi.password", "Zq-from-set" * 9),
    ("config", "set", "wifi.password", "Zq", "from-set"),
    ("config", "set", "wifi.pasword", "Zq-from-set"),
    ("config", "set", "wifi.password=Zq-from-set"),
    ("config", "set", "wifi.password:Zq-from-set"),
    ("config", "set", "mqtt.password", "--reveal-Zq"),
    ("config", "set", "mqtt.password", "Zq-from-set", "--nonsense"),
    ("config", "show", "mqtt.password=Zq-from-set"),
    ("config", "show", "mqtt.pasword=Zq-from-set"),
    ("config", "show", "mqtt.password", "Zq-from-set"),
    ("config", "show", "--set", "mqtt.password", "Zq-from-set"),
    ("config", "check", "--set", "mqtt.password", "Zq-from-set"),
    ("config", "check", "--set=mqtt.password", "Zq-from-set"),
    ("config", "check", "--set", "mqtt.pasword", "Zq-from-set"),
    ("config", "check", "--set", "mqtt.password:Zq-from-set=x"),
    ("config", "check", "--set", "mqtt.password Zq-from-set=x"),
    ("deploy", *ON_DRIVE, "--dry-run", "--libs", "wheels", "--set", "mqtt.password", "Zq-from-set"),
    ("init", "--set", "mqtt.password", "Zq-from-set"),
    ("devices", "--no-network"),
    ("central", "init"),
    ("central", "serve", "--database", "postgresql://me:Zq-from-set@127.0.0.1:9/books"),
    (
        "central",
        "offline",
        "--broker",
        "127.0.0.1:9",
        "--database",
        "postgresql://me:Zq-from-set@127.0.0.1:9/books",
    ),
    ("central", "settings"),
    ("central", "cards", "--database", "postgresql://me:Zq-from-set@127.0.0.1:9/books"),
    ("central", "chargers", "add", "box-1", "--password", "Zq-from-set"),
    ("central", "configure", "box-1", "AuthorizationKey=Zq-from-set"),
    ("central", "call", "box-1", "ChangeConfiguration", "key=AuthorizationKey", "value=Zq-from-set"),
    ("central", "user", "add", "anna", "--password", "Zq-from-set"),
    ("central", "user", "password", "anna", "Zq-from-set"),
    # A mistake and a time server that is not there: it asks nobody in the network.
    ("doctor", *ON_DRIVE, "--set", "mqtt.port=0", "--set", "ntp.server=127.0.0.1"),
    ("report", *ON_DRIVE),
    ("ls", *ON_DRIVE),
    ("get", "settings.toml", *ON_DRIVE),
    ("monitor", "--port", "no-such-port"),
    ("install-circuitpython", "short.script"),
    ("config", "set", "wifi.password", "--Zq-from-set"),
    ("config", "set", "web.api_password", "Zq-from-set" * 9),
    ("config", "pull", "--drive", "CIRCUITPY", "--dry-run"),
    ("config", "pull", "--drive", "CIRCUITPY"),
    ("config", "pull", "--drive", "CIRCUITPY", "--keep", "drive"),
    ("init", "--no-input", "--set", "wifi.password=Zq-from-set"),
    (
        "init",
        "--no-input",
        "-c",
        "new.toml",
        "--set",
        "wifi.ssid=a",
        "--set",
        "mqtt.broker=b",
        "--set",
        "wifi.password=Zq-from-set",
    ),
    ("init", "--no-input", "-c", "new.toml", "--set", "wifi.password=Zq"),
    ("deploy", *ON_DRIVE, "--dry-run", "--libs", "wheels"),
    ("deploy", *ON_DRIVE, "--yes", "--libs", "wheels", "--set", "wifi.password=Zq-from-set" * 9),
    ("bridge", "--to", "wss://me:Zq-from-set@csms.example/ocpp"),
    ("bridge", "--to", "http://me:Zq-from-set@csms.example/ocpp"),
    ("bridge", "--to", "wss://[me:Zq-from-set@csms.example/ocpp"),
    ("bridge", "--to", "ws://127.0.0.1:9", "--broker", "127.0.0.1:9", "-c", "bridge.toml"),
    *(
        ("bridge", "--to", "ws://127.0.0.1:9", "--broker", "127.0.0.1:9", "--database", database)
        for database in (
            "postgresql://me:Zq-from-set@127.0.0.1:9/books",
            "postgresql://me@127.0.0.1:9/books?password=Zq-from-set",
            "postgresql://me:Zq-from-set@[127.0.0.1:9/books",
            "mysql://me:Zq-from-set@127.0.0.1:9/books",
        )
    ),
    ("fleet", "1", "--duration", "15s"),
    ("fleet", "1", "--duration", "15s", "--json", "--set", "mqtt.password=Zq-from-set"),
    ("fleet", "1", "--to", "wss://me:Zq-from-set@csms.example/ocpp"),
    ("completion", "bash"),
]
# One after the other: each needs what those before it did.
STORY = [
    (
        "deploy",
        *ON_DRIVE,
        "--yes",
        "--libs",
        "wheels",
        "--keep",
        "laptop",
        "--set",
        "wifi.password=Zq-from-set",
    ),
    ("deploy", *ON_DRIVE, "--yes", "--libs", "wheels"),
    ("traceback", *ON_DRIVE, "short.script"),
    ("backup", *ON_DRIVE, "--to", "all.zip", "--with-secrets"),
    ("backup", *ON_DRIVE, "--to", "some.zip"),
    ("deploy", *ON_DRIVE, "--yes", "--libs", "wheels", "--set", "wifi.password=Zq-from-set"),
    ("rollback", *ON_DRIVE, "--yes"),
    ("restore", *ON_DRIVE, "--yes", "all.zip"),
    ("restore", *ON_DRIVE, "--yes", "some.zip"),
    ("simulate", *ON_DRIVE, "--script", "short.script"),
    ("simulate", *ON_DRIVE, "--script", "short.script", "--web", "127.0.0.1:0"),
    ("simulate", "--script", "demo"),
]

BROKEN_LINES = [
    f"password = {SECRETS['wifi.password']}",
    f'password = "{SECRETS["wifi.password"]}',
    f'password = "{SECRETS["wifi.password"]}" and more',
    f'password = "{SECRETS["wifi.password"]}\\q"',
    f"password {SECRETS['wifi.password']}",
    "password Zq=wifi-file",
    f'password: "{SECRETS["wifi.password"]}"',
    f'pasword = "{SECRETS["wifi.password"]}"',
    f'password = ["{SECRETS["wifi.password"]}"]',
    f'password = {{ is = "{SECRETS["wifi.password"]}" }}',
    'password = """\nZq = wifi-file\n',
    f'password = "{SECRETS["wifi.password"]}"\npassword = "{SECRETS["wifi.password"]}"',
    f'password = "{SECRETS["wifi.password"]}\a"',
    f'password = "{SECRETS["wifi.password"] * 9}"',
    f'CHARGER_WIFI_PASSWORD = "{SECRETS["wifi.password"]}"',
]


@pytest.fixture
def place(write, folder, monkeypatch, fresh_laptop):
    """A laptop's file, a drive where something was typed, and an environment, each with secrets."""
    config = write(FILE)
    flat = effective(config, {}).flat()
    typed = "".join(f'{variable} = "{text}"\n' for variable, text in flat.items())
    typed = typed.replace(SECRETS["wifi.password"], "Zq-typed-on-drive").replace(
        SECRETS["mqtt.password"], "Zq-typed-on-drive"
    )
    write(typed, "CIRCUITPY/settings.toml")
    write(
        "Adafruit CircuitPython 9.2.1 on 2025-01-01; Pico 2 W with rp2350\nBoard ID:raspberry_pi_pico2_w\n",
        "CIRCUITPY/boot_out.txt",
    )
    write(Manifest({}, settings=salted_hashes(flat)).render(), f"CIRCUITPY/{MANIFEST}")
    write('wait 5\nexpect console "boot"\n', "short.script")
    write('[bridge]\nbroker_password = "Zq-from-file"\n[bridge.passwords]\nc1 = "Zq-of-c1"\n', "bridge.toml")
    monkeypatch.setenv("CHARGERCTL_BRIDGE_PASSWORD", "Zq-from-env")
    write('[central]\nbroker_password = "Zq-from-file"\n', "central.toml")
    monkeypatch.setenv("CHARGER_MQTT_PASSWORD", "Zq-from-env")
    monkeypatch.setenv("CHARGERCTL_CENTRAL_BROKER_PASSWORD", "Zq-from-env")
    fresh_laptop(folder / "kept")
    return folder


def output_of(run, arguments) -> str:
    _, out, err = run(*arguments)
    return out + err


@pytest.mark.parametrize("arguments", COMMAND_LINES, ids=" ".join)
@pytest.mark.parametrize("json", [(), ("--json",)], ids=["text", "json"])
def test_no_command_prints_a_secret(chargerctl, place, arguments, json):
    printed = output_of(chargerctl, (*arguments, *json))
    assert printed
    assert not [word for word in TELLTALE if word in printed], printed


@pytest.mark.parametrize("json", [(), ("--json",)], ids=["text", "json"])
def test_no_command_on_a_drive_prints_a_secret(chargerctl, place, json):
    for arguments in STORY:
        status, out, err = chargerctl(*arguments, *json)
        assert status == 0, (arguments, out, err)
        assert not [word for word in TELLTALE if word in out + err], (arguments, out, err)


def test_every_command_is_tried():
    assert {arguments[0] for arguments in COMMAND_LINES + STORY} == set(COMMANDS)


@pytest.mark.parametrize("line", BROKEN_LINES)
@pytest.mark.parametrize("json", [(), ("--json",)], ids=["text", "json"])
@pytest.mark.parametrize(
    "arguments", [("config", "check"), ("config", "show"), ("config", "set", "mqtt.port", "1")], ids=" ".join
)
def test_no_mistake_in_a_file_prints_a_secret(chargerctl, write, line, json, arguments):
    write(f'[mqtt]\nbroker = "b"\n[charger]\nserial = "c"\n[wifi]\nssid = "a"\n{line}\n')
    printed = output_of(chargerctl, (*arguments, *json))
    assert printed
    assert not [word for word in TELLTALE if word in printed], printed


@pytest.mark.parametrize("line", BROKEN_LINES)
def test_no_mistake_on_the_drive_prints_a_secret(chargerctl, place, write, line):
    typed = (place / "CIRCUITPY" / "settings.toml").read_text()
    write(typed + line.replace("password", "CHARGER_WIFI_PASSWORD") + "\n", "CIRCUITPY/settings.toml")
    for keep in ((), ("--keep", "laptop")):
        printed = output_of(chargerctl, ("config", "pull", "--drive", "CIRCUITPY", *keep))
        assert printed
        assert not [word for word in TELLTALE if word in printed], printed


@pytest.mark.parametrize("line", BROKEN_LINES)
def test_the_console_of_the_board_prints_no_secret(board_reads, line):
    _, lines = board_reads(line.replace("password", "CHARGER_WIFI_PASSWORD").encode())
    assert not [word for word in TELLTALE if word in str(lines)], lines


@pytest.mark.parametrize(
    "arguments",
    [
        ("config", "show", "--reveal"),
        ("config", "render", "--reveal"),
        ("config", "show", "--reveal", "--json"),
    ],
)
def test_reveal_shows_them(chargerctl, place, arguments):
    _, out, _ = chargerctl(*arguments)
    assert SECRETS["wifi.password"] in out
    assert "Zq-from-env" in out
    assert "***" not in out


FOREIGN = """\
CHARGER_MQTT_PASSWROD = "Zq-typed-on-drive"
CHARGER_WEB_API_PASWORD = "Zq-typed-on-drive"
charger_wifi_password = "Zq-typed-on-drive"
MY_PASSWORD = "Zq-typed-on-drive"
MY_PASWORD = "Zq-typed-on-drive"
ADAFRUIT_AIO_KEY = "Zq-typed-on-drive"
api_token = 'Zq-typed-on-drive'
"client-secret" = "Zq-typed-on-drive"
# CHARGER_MQTT_PASSWRD = "Zq-typed-on-drive"
"""


@pytest.mark.parametrize("json", [(), ("--json",)], ids=["text", "json"])
def test_misspelt_and_foreign_secrets_on_the_drive_are_masked_too(chargerctl, place, write, json):
    typed = (place / "CIRCUITPY" / "settings.toml").read_text()
    write(typed + FOREIGN + 'CHARGER_MQTT_KEEP_ALIVE = "77"\n', "CIRCUITPY/settings.toml")
    status, out, err = chargerctl(
        "deploy", *ON_DRIVE, "--dry-run", "--libs", "wheels", "--keep", "laptop", *json
    )
    assert status == 0, err
    assert "MY_PASSWORD" in out
    assert "77" in out  # no secret
    assert not [word for word in TELLTALE if word in out + err], out


def test_a_backup_without_secrets_has_no_foreign_ones_either(chargerctl, place, write):
    typed = (place / "CIRCUITPY" / "settings.toml").read_text()
    write(typed + FOREIGN, "CIRCUITPY/settings.toml")
    assert chargerctl("backup", *ON_DRIVE, "--to", "some.zip")[0] == 0
    packed = zipfile.ZipFile(place / "some.zip").read("drive/settings.toml").decode()
    assert "CHARGER_WIFI_SSID" in packed
    assert "Zq" not in packed


SPREAD = """\
CHARGER_WIFI_PASSWORD = \"""
Zq-typed-on-drive
#Zq-typed-on-drive
word = Zq-typed-on-drive
  Zq\"""
CHARGER_NAME = "shown"
"""


@pytest.mark.parametrize(
    "typed",
    [
        "# CHARGER_WIFI_PASSWORD Zq-typed-on-drive\n",
        "CHARGER_WIFI_PASSWORD Zq-typed-on-drive\n",
        "#mqtt.password is Zq-typed-on-drive\n",
        SPREAD,
        SPREAD.replace('"""', "'''"),
        SPREAD.replace("_PASSWORD", "_PASWORD"),
    ],
)
def test_a_secret_without_an_equals_sign_or_on_several_lines_is_neither_shown_nor_packed(
    chargerctl, place, write, typed
):
    before = (
        (place / "CIRCUITPY" / "settings.toml").read_text().replace("CHARGER_WIFI_PASSWORD", "MY_PASSWORD")
    )
    write(before + typed, "CIRCUITPY/settings.toml")
    for mode in ("--dry-run", "--yes"):
        status, out, err = chargerctl("deploy", *ON_DRIVE, mode, "--libs", "wheels", "--keep", "laptop")
        assert (status, "Zq" in out + err) == (0, False), out + err
    assert "Zq-typed-on-drive" in (place / "CIRCUITPY" / "settings.toml").read_text()
    assert chargerctl("backup", *ON_DRIVE, "--to", "some.zip")[0] == 0
    packed = zipfile.ZipFile(place / "some.zip").read("drive/settings.toml").decode()
    assert ("Zq" in packed, "CHARGER_WIFI_SSID" in packed) == (False, True)


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        ("mqtt.password", True),
        ("wifi.pasword", True),
        ("CHARGER_WIFI_PASSWORD", True),
        ("CIRCUITPY_WEB_API_PASSWORD", True),
        ("PSK", True),
        ("mqtt.keep_alive", False),
        ("CHARGER_MQTT_KEEP_ALIVE", False),
        ("CHARGER_MQTT_BROCKER", False),
        ("mqtt.username", False),
        ("CIRCUITPY_WIFI_SSID", False),
        ("MY_OWN", False),
    ],
)
def test_what_is_a_secret(name, secret):
    assert is_secret(name) is secret
