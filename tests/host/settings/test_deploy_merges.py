# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Settings through `chargerctl deploy`, again and again, with changes on either side."""

import json

import pytest

BOOT_OUT = "Adafruit CircuitPython 9.2.1 on 2025-01-01; {}\nBoard ID:raspberry_pi_pico2_w\n"


@pytest.fixture
def deploy(chargerctl, folder, write, good_toml, fresh_laptop):
    """Deploy ./settings.toml to ./CIRCUITPY, which has been deployed to before."""
    fresh_laptop(folder / "kept")
    write(good_toml.replace("[mqtt]", 'password = "hunter-base"\n[mqtt]'))
    write(BOOT_OUT.format("Raspberry Pi Pico W with rp2040"), "CIRCUITPY/boot_out.txt")

    def run(*more: str):
        return chargerctl("deploy", "--drive", "CIRCUITPY", "--yes", "--libs", "wheels", *more)

    assert run()[0] == 0
    return run


@pytest.fixture
def edit(folder):
    """edit("laptop", old, new) or edit("drive", old, new)."""

    def run(side: str, old: str, new: str) -> None:
        path = folder / ("settings.toml" if side == "laptop" else "CIRCUITPY/settings.toml")
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    return run


@pytest.fixture
def drive_text(folder):
    return lambda: (folder / "CIRCUITPY" / "settings.toml").read_text()


def test_what_the_laptop_changed_is_written_and_reported(deploy, edit, drive_text):
    edit("laptop", "workshop", "cellar")
    status, out, err = deploy()
    assert status == 0
    assert 'wifi.ssid: "cellar" replaces "workshop", changed on the laptop' in out + err
    assert 'CHARGER_WIFI_SSID = "cellar"' in drive_text()


def test_what_was_typed_on_the_drive_is_kept_and_reported_at_each_deploy(deploy, edit, drive_text):
    edit("drive", '"workshop"', '"typed"  # by hand')
    for _ in range(3):
        status, out, err = deploy()
        assert status == 0
        assert 'wifi.ssid: kept "typed", changed on the drive (the laptop has "workshop")' in out + err
        assert 'CHARGER_WIFI_SSID = "typed"  # by hand' in drive_text()


def test_the_note_on_kept_values_names_both_remedies(deploy, edit, chargerctl, drive_text):
    edit("drive", '"workshop"', '"typed"')
    _, out, err = deploy()
    assert (
        "to copy what was changed on the drive to the laptop's file: chargerctl config pull --drive CIRCUITPY; "
        "to overwrite it: --keep laptop" in out + err
    )
    assert deploy("--keep", "laptop")[0] == 0
    assert 'CHARGER_WIFI_SSID = "workshop"' in drive_text()
    _, out, err = deploy()
    assert "kept" not in out + err


def test_keep_laptop_works_also_after_the_drives_value_was_kept_once(deploy, edit, drive_text):
    edit("laptop", "192.168.1.10", "10.0.0.1")
    edit("drive", "192.168.1.10", "10.0.0.2")
    assert deploy("--keep", "drive")[0] == 0
    assert deploy("--keep", "laptop")[0] == 0
    assert 'CHARGER_MQTT_BROKER = "10.0.0.1"' in drive_text()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("CHARGER_HARDWARE_RELAY_ACTIVE", "CHARGER_HARDWARE_RELAY_ACTVE"),
        ("CHARGER_MQTT_BROKER", "[mqtt]\nCHARGER_MQTT_BROKER"),
    ],
)
def test_keep_laptop_never_loses_polarity_or_tls_to_a_typing_slip(
    deploy, edit, folder, board_reads, old, new
):
    edit("laptop", "[mqtt]", '[hardware]\nrelay_active = "low"\n[mqtt]\ntls = true')
    assert deploy()[0] == 0
    edit("drive", old, new)
    status, _, err = deploy()
    assert status == 2
    assert "CIRCUITPY/settings.toml:" in err
    assert "\nsettings.toml:" not in "\n" + err  # that would be the laptop's
    assert deploy("--keep", "laptop")[0] == 0
    values, mistakes = board_reads((folder / "CIRCUITPY/settings.toml").read_bytes())
    assert mistakes == []
    assert (values["hardware.relay_active"], values["mqtt.tls"]) == ("low", True)


def test_both_changed_stops_before_anything_is_written_and_shows_both_masked(deploy, edit, folder):
    edit("laptop", "hunter-base", "hunter-laptop")
    edit("drive", "hunter-base", "hunter-drive")
    edit("laptop", "192.168.1.10", "10.0.0.1")
    edit("drive", "192.168.1.10", "10.0.0.2")
    before = {path: path.read_bytes() for path in (folder / "CIRCUITPY").rglob("*") if path.is_file()}
    status, out, err = deploy()
    assert status == 2
    assert 'wifi.password: the drive has "***", the laptop has "***"' in err
    assert 'mqtt.broker: the drive has "10.0.0.2", the laptop has "10.0.0.1"' in err
    assert "hunter" not in out + err
    assert {path: path.read_bytes() for path in (folder / "CIRCUITPY").rglob("*") if path.is_file()} == before
    status, out, _ = deploy("--json")
    assert status == 2
    assert [one["setting"] for one in json.loads(out.splitlines()[-1])["conflicts"]] == [
        "wifi.password",
        "mqtt.broker",
    ]


@pytest.mark.parametrize(("keep", "kept"), [("laptop", "10.0.0.1"), ("drive", "10.0.0.2")])
def test_keep_decides_once_and_for_all(deploy, edit, drive_text, keep, kept):
    edit("laptop", "192.168.1.10", "10.0.0.1")
    edit("drive", "192.168.1.10", "10.0.0.2")
    assert deploy("--keep", keep)[0] == 0
    assert f'CHARGER_MQTT_BROKER = "{kept}"' in drive_text()
    assert deploy()[0] == 0
    assert f'CHARGER_MQTT_BROKER = "{kept}"' in drive_text()


def test_pull_settles_it_as_well(deploy, edit, chargerctl, folder):
    edit("drive", "192.168.1.10", "10.0.0.2")
    assert chargerctl("config", "pull", "--drive", "CIRCUITPY")[0] == 0
    assert '"10.0.0.2"' in (folder / "settings.toml").read_text()
    _, out, err = deploy()
    assert "kept" not in out + err


def test_a_wrong_setting_stops_a_deploy_with_all_its_mistakes(deploy, edit):
    edit("laptop", 'broker = "192.168.1.10"', 'broker = "mqtt://x"\nport = 0')
    status, _, err = deploy()
    assert status == 2
    assert err.splitlines()[:2] == [
        "settings.toml:5:10: mqtt.broker: must be a bare host name: no scheme, no port, no path",
        "settings.toml:6:8: mqtt.port: must be 1 to 65535, not 0",
    ]


def test_the_boards_pins_count_in_a_deploy(deploy):
    status, _, err = deploy("--set", "hardware.meter_pin=GP14", "--set", "hardware.service_pin=none")
    assert status == 2
    assert "GP14 cannot count pulses on Raspberry Pi Pico 2 W: the meter needs an odd GPIO number" in err
