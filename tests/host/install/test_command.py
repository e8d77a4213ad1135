# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`chargerctl install-circuitpython`, from the file to the board."""

from __future__ import annotations

import json
import shutil
from types import SimpleNamespace

import pytest
from chargerctl.cli import install_circuitpython
from chargerctl.cli.main import main
from chargerctl.errors import ChargerctlError

from tests.host.install.images import RP2040, RP2350, image_for

C6, PICO = "seeed_xiao_esp32c6", "raspberry_pi_pico_w"


@pytest.fixture
def install(tmp_path, capsys, monkeypatch):
    """install(image, *options) -> exit status, stdout, stderr. The name of the file says nothing."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(install_circuitpython, "mounted", list)

    def install(image, *options):
        (tmp_path / "download").write_bytes(image)
        capsys.readouterr()
        status = main(["install-circuitpython", "download", *options])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return install


@pytest.fixture(autouse=True)
def asked(monkeypatch):
    """The ports whose charger was asked whether it charges: none does."""
    ports = []
    monkeypatch.setattr(install_circuitpython, "refuse_a_charge", lambda _, port: ports.append(port))
    return ports


@pytest.fixture
def boot_drive(tmp_path, monkeypatch):
    """boot_drive(text) -> its folder; the board takes what is copied there, and restarts."""

    def make(text=RP2040):
        folder = tmp_path / "RPI-RP2"
        folder.mkdir()
        (folder / "INFO_UF2.TXT").write_text(text)

        def restart(seconds):
            shutil.copy(folder / "CIRCUITPY.UF2", tmp_path / "taken")
            shutil.rmtree(folder)

        monkeypatch.setattr(install_circuitpython, "time", SimpleNamespace(sleep=restart))
        return folder

    return make


def test_an_esp32_c6_is_written_by_esptool(install, esptool, calls, asked):
    esptool("print('Hash of data verified.')")
    status, out, err = install(image_for(C6), "--port", "/dev/ttyACM0", "--yes")
    assert (status, err) == (0, "Hash of data verified.\n")
    assert "CircuitPython 10.1.3 for Seeed XIAO ESP32-C6" in out
    assert "unplug the car first" in out
    assert out.endswith("done; the board restarts with it. Next: chargerctl deploy\n")
    assert asked == ["/dev/ttyACM0"]
    assert calls() == ["--chip", "esp32c6", "--port", "/dev/ttyACM0", "write-flash", "0x0", "download"]


def test_while_a_car_may_charge_nothing_is_written(install, esptool, calls, monkeypatch):
    def refuse(ports, port):
        assert calls() is None
        raise ChargerctlError("the relay is closed")

    monkeypatch.setattr(install_circuitpython, "refuse_a_charge", refuse)
    esptool()
    c6 = (image_for(C6), "--port", "/dev/ttyACM0")
    assert install(*c6, "--yes")[::2] == (1, "chargerctl: the relay is closed\n")
    assert calls() is None
    assert install(*c6, "--yes", "--force")[0] == 0
    assert calls() is not None


def test_a_pico_gets_a_copy_on_its_boot_drive(install, boot_drive, tmp_path, asked):
    boot_drive()
    status, out, _ = install(image_for(PICO), "--drive", "RPI-RP2", "--yes")
    assert status == 0, out
    assert (tmp_path / "taken").read_bytes() == image_for(PICO)
    assert asked == []


def test_a_dry_run_shows_what_would_be_done_and_does_nothing(install, esptool, calls, boot_drive, asked):
    esptool()
    status, out, _ = install(image_for(C6), "--port", "/dev/ttyACM0", "--dry-run")
    assert status == 0
    assert "--chip esp32c6 --port /dev/ttyACM0 write-flash 0x0 download" in out
    assert (calls(), asked) == (None, [])
    folder = boot_drive()
    assert install(image_for(PICO), "--drive", str(folder), "--dry-run")[0] == 0
    assert [each.name for each in folder.iterdir()] == ["INFO_UF2.TXT"]


def test_without_a_terminal_writing_needs_yes(install, esptool, calls):
    esptool()
    status, _, err = install(image_for(C6), "--port", "/dev/ttyACM0")
    assert status == 2
    assert "add --yes" in err
    assert calls() is None


def test_json_says_what_was_done(install, esptool):
    esptool()
    status, out, err = install(image_for(C6), "--port", "/dev/ttyACM0", "--yes", "--json")
    assert (status, err) == (0, "")
    assert json.loads(out) == {
        "image": "download",
        "kind": "bin",
        "chip": "esp32c6",
        "board": C6,
        "title": "Seeed XIAO ESP32-C6",
        "circuitpython": "10.1.3",
        "address": "/dev/ttyACM0",
        "dry_run": False,
        "written": True,
    }


def test_the_wrong_image_is_refused_before_anything_else(install):
    status, _, err = install(image_for(PICO), "--board", C6, "--yes")
    assert status == 1
    assert f"CircuitPython for {PICO} (rp2040), not for {C6}" in err
    assert "adafruit-circuitpython-seeed_xiao_esp32c6-LANGUAGE-VERSION.bin" in err


def test_what_is_no_image_is_wrong_input(install):
    status, _, err = install(b"<html>", "--yes")
    assert status == 2
    assert err.count("\n") == 1


def test_the_wrong_boot_drive_is_refused(install, boot_drive):
    boot_drive(RP2350)
    status, _, err = install(image_for(PICO), "--drive", "RPI-RP2", "--yes")
    assert status == 1
    assert "boot drive of a board with rp2350" in err


def test_a_way_that_the_board_does_not_have_is_wrong_input(install, tmp_path):
    assert install(image_for(PICO), "--port", "/dev/ttyACM0", "--yes")[0] == 2
    assert install(image_for(C6), "--drive", str(tmp_path), "--yes")[0] == 2


def test_esptool_that_is_missing_is_told(install, esptool):
    status, out, err = install(image_for(C6), "--port", "/dev/ttyACM0", "--dry-run")
    assert status == 1
    assert out.startswith("download: CircuitPython 10.1.3 for Seeed XIAO ESP32-C6, ")
    assert "pip install 'chargerctl[install]'" in err


def test_what_the_image_is_is_said_also_without_a_board(install, esptool):
    esptool()
    status, out, err = install(image_for(C6), "--dry-run")
    assert (status, out.count("\n")) == (1, 1)
    assert out.startswith("download: CircuitPython 10.1.3 for Seeed XIAO ESP32-C6, ")
    assert "no board found" in err
