# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What of the board's settings and log is in the file that GetDiagnostics uploads, and what never is."""

import io

import pytest
from charger import settings
from charger.ocpp import report

from tests.firmware.core.parts import parts

LOG = b"[   1.000] boot   firmware\n[   2.000] wifi   Connection to %s lost\n[   3.000] card   %s\n"


@pytest.fixture
def report_of(rig, monkeypatch):
    """The file's text, with these lines on the drive and in the log."""

    def make(drive=b"", log=b"", window=(None, None)):
        monkeypatch.setattr(report, "open", lambda path, mode: io.BytesIO(drive), raising=False)
        rig.system.board_id = lambda: "virtual"
        rig.system.up_ms = lambda: 10_000
        rig.console.last = lambda: (log[:40], log[40:])
        return b"".join(report.make(parts(rig), window)()).decode()

    return make


@pytest.mark.parametrize("row", settings.TABLE, ids=[row[0] for row in settings.TABLE])
def test_settings_are_in_it_except_the_secret_ones_and_who_logs_in_where(report_of, row):
    private = "S" in row[5] or row[0] in ("wifi.ssid", "mqtt.username")
    for variable in settings.spellings(row[0]):
        line = f'{variable} = "shown"'
        assert (line in report_of(drive=f"  {line}\n".encode())) is not private


@pytest.mark.parametrize(
    "line", [b'MY_TOKEN = "x"', b"# CHARGER_NAME = 1", b"CHARGER_NAME = 1 # x", b"[CHARGER_x]"]
)
def test_neither_comments_nor_what_is_not_the_chargers_is_in_it(report_of, line):
    assert "x" not in report_of(drive=line).split("passwords")[1]


@pytest.mark.parametrize(("ssid", "shown"), [("garage", b"garage"), ("café\x07", b"caf???")])
def test_the_log_is_in_it_without_the_name_of_the_network(rig, report_of, ssid, shown):
    rig.wifi.ssid = ssid
    text = report_of(log=LOG % (shown, shown))
    assert text.endswith((LOG % (b"...", shown)).decode())


def test_without_settings_on_the_drive_the_rest_is_there(rig, report_of, monkeypatch):
    def nothing(path, mode):
        raise OSError(2, "none")

    rig.wifi.ssid = "garage"
    report_of()
    monkeypatch.setattr(report, "open", nothing)
    text = b"".join(report.make(parts(rig), (None, None))()).decode()
    assert "Configuration keys" in text
    assert text.endswith("\nLog\n")
