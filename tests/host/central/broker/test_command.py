# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl central broker mosquitto` as it is typed."""

import tomllib

import pytest

BROKER = ("central", "broker", "mosquitto", "--user", "root")


@pytest.fixture
def add(chargerctl_json):
    """Enter a charger; its password."""

    def add(serial, *options):
        status, answer = chargerctl_json("central", "chargers", "add", serial, *options)
        assert status == 0, answer
        return answer.get("password")

    return add


@pytest.fixture(autouse=True)
def books(folder, write):
    write('[central]\ndatabase = "books.sqlite"\n', "central.toml")


def test_the_chargers_of_the_books_get_accounts(chargerctl, add, folder):
    password = add("box-1", "--generate-password")
    add("box-2")
    status, out, err = chargerctl(*BROKER, "--make-certificates", "broker.lan")
    assert status == 0, err
    assert "wrote mosquitto/mosquitto.conf" in out
    assert "1 charger and central have an account" in out
    assert "next: mosquitto -c mosquitto/mosquitto.conf" in out
    assert "without an account: box-2: it has no password in the books" in err
    users = (folder / "mosquitto" / "passwords").read_text()
    assert "box-1:$7$" in users
    assert "box-2" not in users
    program = (folder / "mosquitto" / "central.password").read_text().strip()
    assert password not in out + err + users
    assert program not in out + err + users


def test_what_it_prints_can_be_pasted_into_settings(chargerctl, add, write, folder):
    add("box-1", "--generate-password")
    _, out, _ = chargerctl(*BROKER, "--make-certificates", "broker.lan", "--local-port", "1884")
    ours = out[out.index("[central]") :]
    write(ours, "central.toml")
    assert tomllib.loads(ours)["central"] == {
        "database": str(folder / "books.sqlite"),
        "broker": "127.0.0.1:1884",
        "broker_user": "central",
        "broker_password_file": str(folder / "mosquitto" / "central.password"),
    }
    assert chargerctl(*BROKER)[0] == 0
    board = out[out.index("[mqtt]") : out.index("For the central")]
    write(f'{board}[wifi]\nssid = "home"\n[charger]\nserial = "box-1"\n')
    assert chargerctl("config", "check")[0] == 0
    assert tomllib.loads(board)["mqtt"] == {
        "broker": "broker.lan",
        "tls": True,
        "ca_file": "/ca.pem",
        "username": "…",
        "password": "…",
    }


def test_again_after_another_charger(chargerctl_json, add, folder):
    add("box-1", "--generate-password")
    first = chargerctl_json(*BROKER, "--make-certificates", "broker.lan")[1]
    assert first["next"] == "start"
    add("box-2", "--generate-password")
    status, second = chargerctl_json(*BROKER[:3])
    assert status == 0
    assert (second["changed"], second["next"]) == (["acl", "passwords"], "reload")
    assert second["chargers"] == ["box-1", "box-2"]
    assert second["settings"] == first["settings"]
    third = chargerctl_json(*BROKER[:3])[1]
    assert (third["changed"], third["next"]) == ([], "nothing")


def test_a_charger_that_is_refused_loses_its_account(chargerctl, chargerctl_json, add):
    for serial in ("box-1", "box-2"):
        add(serial, "--generate-password")
    chargerctl(*BROKER)
    assert chargerctl("central", "chargers", "refuse", "box-2")[0] == 0
    assert chargerctl_json(*BROKER[:3])[1]["chargers"] == ["box-1"]


@pytest.mark.parametrize(
    ("options", "settings"),
    [
        ((), {"mqtt": {"broker": "…"}, "central": "127.0.0.1:1883"}),
        (
            ("--listen", "192.168.1.10:1884"),
            {"mqtt": {"broker": "192.168.1.10", "port": 1884}, "central": "192.168.1.10:1884"},
        ),
        (("--listen", "0.0.0.0:1883"), {"mqtt": {"broker": "…"}, "central": "127.0.0.1:1883"}),
        (("--listen", "[::]:1883"), {"mqtt": {"broker": "…"}, "central": "[::1]:1883"}),
    ],
)
def test_without_tls(chargerctl_json, add, options, settings):
    add("box-1", "--generate-password")
    answer = chargerctl_json(*BROKER, *options)[1]
    assert answer["settings"]["mqtt"] == settings["mqtt"]
    assert answer["settings"]["central"]["broker"] == settings["central"]
    assert bool(answer["notes"]) is bool(options)


def test_where_no_charger_reaches_it_that_is_said(chargerctl, add):
    add("box-1", "--generate-password")
    assert "no charger reaches it" in chargerctl(*BROKER)[1]
    assert "no charger reaches it" not in chargerctl(*BROKER, "--listen", "0.0.0.0:1883")[1]


@pytest.mark.parametrize("host", ["localhost", "[::1]", "127.0.0.2"])
def test_on_this_computer_alone_nothing_is_warned_of(chargerctl_json, add, host):
    add("box-1", "--generate-password")
    assert chargerctl_json(*BROKER, "--listen", f"{host}:1884")[1]["notes"] == []


def test_without_the_port_for_this_computer_the_central_system_speaks_tls(chargerctl_json, add, folder):
    add("box-1", "--generate-password")
    answer = chargerctl_json(*BROKER, "--make-certificates", "broker.lan", "--local-port", "0")[1]
    central = answer["settings"]["central"]
    assert central["broker"] == "broker.lan:8883"
    assert central["broker_tls"] is True
    assert central["broker_ca"] == str(folder / "mosquitto" / "ca.pem")


@pytest.mark.parametrize(
    "options",
    [
        ("--listen", "mqtt://a:1"),
        ("--listen", "a:0"),
        ("--local-port", "65536"),
        ("--cert", "a.pem"),
        ("--make-certificates", "*.lan"),
        ("--user", "a b"),
        ("--program", "box-1"),
        ("--program", "+"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_written(chargerctl, add, folder, options):
    add("box-1", "--generate-password")
    status, out, err = chargerctl(*BROKER[:3], *options)
    assert (status, out) == (2, "")
    assert err
    assert not (folder / "mosquitto").exists()


def test_without_books_it_says_so(chargerctl, folder):
    status, _, err = chargerctl(*BROKER)
    assert status == 1
    assert "there are no books yet" in err
    assert not (folder / "mosquitto").exists()


def test_home_assistant_gets_accounts_that_stay_until_they_are_taken_away(
    chargerctl, chargerctl_json, add, write, folder
):
    add("box-1", "--generate-password")
    status, out, err = chargerctl(*BROKER, "--home-assistant")
    assert status == 0, err
    assert "1 charger and central, Home Assistant have an account" in out
    ours = out[out.index("[central]") : out.index("In Home Assistant")]
    assert tomllib.loads(ours)["central"] == {
        "database": str(folder / "books.sqlite"),
        "broker": "127.0.0.1:1883",
        "broker_user": "central",
        "broker_password_file": str(folder / "mosquitto" / "central.password"),
        "home_assistant": "same",
        "home_assistant_user": "central-homeassistant",
        "home_assistant_password_file": str(folder / "mosquitto" / "central-homeassistant.password"),
    }
    assert "user name: homeassistant" in out
    assert "password: the line in mosquitto/homeassistant.password" in out
    write(f'{ours}home_assistant_topic = "house"\n', "central.toml")
    again = chargerctl_json(*BROKER[:3])[1]
    assert {"homeassistant", "central-homeassistant"} <= again["programs"].keys()
    acl = folder / "mosquitto" / "acl"
    assert "topic write house/+/set/+" in acl.read_text()
    chargerctl_json(*BROKER[:3], "--no-home-assistant")
    assert "homeassistant" not in acl.read_text() + (folder / "mosquitto" / "passwords").read_text()
