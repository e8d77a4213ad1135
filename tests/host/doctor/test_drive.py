# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the doctor says of a drive: one that was deployed, and each trouble of it; and the command as it is typed."""

from __future__ import annotations

import json
import shutil
import struct
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from chargerctl.cli import doctor
from chargerctl.cli.main import main
from chargerctl.deploy.records import COMMIT
from chargerctl.doctor.examine import network_findings
from chargerctl.doctor.probe import Login, Message, Probe

from tests.host.commands import SECRET, Run

Examine = Callable[[Path], dict[str, tuple[str, str, str]]]


def a_good_time(server: str) -> Callable[[bytes], bytes]:
    stamp = (1_795_000_000 + 2_208_988_800) << 32
    return lambda request: struct.pack(
        "!BBbbII4sQQQQ", 0x24, 1, 0, 0, 0, 0, b"GPS", 0, struct.unpack_from("!Q", request, 40)[0], 0, stamp
    )


def a_good_broker(login: Login, listen_s: float) -> Probe:
    return Probe(
        connected_ms=12,
        may_publish=True,
        listened_s=listen_s,
        messages=[
            Message("/charger/test-1/connection", b"online", True, 0.0),
            Message("/charger/test-1", b'[2,"1","Heartbeat",{}]', False, 1.0),
            Message("/system/test-1", b'[3,"1",{"currentTime":"2026-11-26T12:00:00Z"}]', False, 1.042),
        ],
    )


@pytest.fixture
def good_network(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = partial(network_findings, ask=a_good_broker, exchange=a_good_time, now=lambda: 1_795_000_000.0)
    monkeypatch.setattr(doctor, "network_findings", asked)


@pytest.fixture
def examine(good_network: None, run: Run, drive: Path, capsys: pytest.CaptureFixture[str]) -> Examine:
    """examine(drive) -> {check: (result, text, remedy)}; the drive has been deployed."""
    assert run("deploy")[0] == 0

    def examined(at: Path) -> dict[str, tuple[str, str, str]]:
        main(["doctor", "--drive", str(at), "--json"])
        out = capsys.readouterr().out
        assert SECRET not in out
        return {
            each["check"]: (each["result"], each["text"], each["remedy"])
            for each in json.loads(out)["findings"]
        }

    return examined


def test_a_good_charger_fails_nothing(
    examine: Examine, drive: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = examine(drive)
    assert {check for check, (result, _, _) in found.items() if result != "ok"} - {"settings"} == {"console"}
    assert found["deploy"][1].startswith("firmware 0.1.0, ")
    assert found["central system"][1] == "it answered Heartbeat in 42 ms"
    Path("settings.toml").chmod(0o600)
    assert main(["doctor", "--drive", str(drive)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "ok       settings        settings.toml: 4 settings given, no mistake"
    assert lines[-1] == f"{len(lines) - 1} checks: {len(lines) - 2} ok, 1 not seen"


@pytest.mark.parametrize(
    ("path", "content", "check", "words"),
    [
        ("charger/loop.py", b"# mine", "libraries", "instead of charger/loop.mpy"),
        ("hold.py", None, "deploy", "hold.py of the last deploy is missing"),
        ("code.py", b"print()", "deploy", "code.py is not as the last deploy wrote it"),
        (COMMIT, b"rubbish", "deploy", "was interrupted and is not finished"),
        (".chargerctl", b"rubbish", "deploy", ".chargerctl on "),
        ("settings.toml", None, "board settings", "has no settings.toml: the charger stays Unavailable"),
        ("settings.toml", b"A = 1\nB =\n", "board settings", "settings.toml:2:1: B: "),
        (
            "boot_out.txt",
            b"Adafruit CircuitPython 8.2.0 on x\nBoard ID:raspberry_pi_pico2_w\n",
            "board",
            "needs 9.2",
        ),
        ("._code.py", b"x" * 4096, "litter", "._code.py of macOS takes 4.0 KB"),
        ("lib/adafruit_ticks.mpy", b"M\x06\x00\x1f", "libraries", "it was compiled for MicroPython"),
    ],
)
def test_each_trouble_is_named_and_has_a_remedy(
    examine: Examine, drive: Path, path: str, content: bytes | None, check: str, words: str
) -> None:
    place = drive / path
    if content is None:
        place.unlink()
    else:
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(content)
    result, text, remedy = examine(drive)[check]
    assert result in ("warning", "failed")
    assert words in text
    assert remedy or "install" in text


def test_settings_of_another_charger_than_the_drives_are_named_without_their_values(
    examine: Examine, drive: Path
) -> None:
    assert "other settings" not in examine(drive)
    text = Path("settings.toml").read_text()
    Path("settings.toml").write_text(text.replace("10.0.0.2", "10.0.0.3").replace(SECRET, "another one"))
    result, words, _ = examine(drive)["other settings"]
    assert result == "warning"
    assert "has other settings than this laptop: wifi.password, mqtt.broker;" in words


def test_a_damaged_library_is_named_also_where_another_file_is_missing(
    examine: Examine, drive: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    library = drive / "lib" / "adafruit_ticks.mpy"
    library.write_bytes(library.read_bytes()[:-7])
    assert examine(drive)["deploy"][0] == "failed"
    (drive / "hold.py").unlink()
    assert main(["doctor", "--drive", str(drive)]) == 1
    out = capsys.readouterr().out
    assert "hold.py of the last deploy is missing" in out
    assert "lib/adafruit_ticks.mpy is damaged" in out


def test_missing_libraries_fail_and_set_the_exit_status(
    examine: Examine, drive: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(drive / "lib")
    assert examine(drive)["libraries"][0] == "failed"
    assert main(["doctor", "--drive", str(drive)]) == 1
    out = capsys.readouterr().out
    assert "FAILED   libraries       adafruit_" in out
    assert f"-> chargerctl deploy --drive {drive}" in out


def test_mistakes_in_the_settings_are_listed_and_the_rest_is_still_looked_at(
    examine: Examine, drive: Path
) -> None:
    Path("settings.toml").write_text('[charger]\nserial = "test-1"\n[mqtt]\nport = 0\n')
    found = examine(drive)
    assert found["settings"][0] == "failed"
    assert found["broker"] == ("skipped", "not asked: the settings have mistakes", "")
    assert found["deploy"][0] == "ok"


def test_a_folder_that_does_not_exist_fails_and_no_board_at_all_does_not(
    good_network: None, state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "--drive", "nowhere"]) == 1
    assert "FAILED   board" in capsys.readouterr().out
    assert main(["doctor"]) == 0
    assert "not seen board" in capsys.readouterr().out


def test_without_paho_mqtt_the_broker_is_not_seen_and_the_rest_is(
    monkeypatch: pytest.MonkeyPatch, state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "paho.mqtt.client", None)
    asked = partial(network_findings, exchange=a_good_time, now=lambda: 1_795_000_000.0)
    monkeypatch.setattr(doctor, "network_findings", asked)
    assert main(["doctor", "--json"]) == 0
    found = {each["check"]: each for each in json.loads(capsys.readouterr().out)["findings"]}
    assert found["broker"]["result"] == "skipped"
    assert found["broker"]["remedy"] == "pip install 'chargerctl[doctor]'"
    assert found["clock"]["result"] == "ok"


def test_the_broker_is_not_asked_with_an_authority_that_nobody_has_read(
    good_network: None, state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tls = ("--set", "mqtt.tls=true", "--set", "mqtt.ca_file=/ca.pem")
    assert main(["doctor", *tls]) == 0
    assert "not asked: [mqtt] ca_file /ca.pem is on the board" in capsys.readouterr().out
    Path("ca.pem").write_text("no certificate")
    assert main(["doctor", *tls, "--ca-file", "ca.pem"]) == 1
    assert "has no certificate in PEM format" in capsys.readouterr().out
