# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Drives, ports and hosts of one board are one line."""

from __future__ import annotations

from pathlib import Path

import pytest
from chargerctl.boards.address import Folder, SerialPort, WebHost
from chargerctl.boards.boot_out import BootOut
from chargerctl.boards.devices import LAPTOP_OWNS, devices
from chargerctl.boards.sightings import Deployed, DriveSeen, HostSeen, PortSeen, Sightings
from chargerctl.boards.uid import exchanged, key, normal

UID, OTHER = "E66164084373532B", "E66164084373532C"
MAC, MAC_UID = "40:4C:CA:51:2B:0F", "04C4AC15B2F0"
DRIVE = Path("/media/me/CIRCUITPY")


def drive(uid: str = UID, folder: Path = DRIVE, problem: str = "") -> DriveSeen:
    return DriveSeen(folder, BootOut("10.1.3", "raspberry_pi_pico2_w", uid), Deployed("c-1"), problem)


def port(name: str = "/dev/ttyACM0", uid: str = UID, console: bool = True, certain: bool = True) -> PortSeen:
    return PortSeen(name, uid, certain=certain, console=console)


def host(uid: str = UID, address: str = "10.0.0.9") -> HostSeen:
    return HostSeen(address, 80, "cpy-1a2b3c.local", uid, "raspberry_pi_pico2_w", "10.1.3")


@pytest.mark.parametrize(
    "spelling", [MAC, MAC.lower(), MAC.replace(":", "-"), "404cca512b0f", MAC_UID, MAC_UID.lower()]
)
def test_every_spelling_of_a_chips_number_has_one_key(spelling: str) -> None:
    assert key(spelling) == key(MAC)


@pytest.mark.parametrize(
    "text", ["", "0001", "00000000", "FFFFFFFFFFFF", "no hex", "123", "AB" * 33, "\x1b[2J"]
)
def test_what_is_no_number_of_a_chip_has_no_key(text: str) -> None:
    assert (normal(text), key(text)) == ("", "")


def test_exchanged_digits_are_exchanged_back() -> None:
    assert exchanged(normal(MAC)) == MAC_UID
    assert exchanged(MAC_UID) == normal(MAC)


def test_drive_ports_and_host_of_one_board_are_one_device() -> None:
    (device,) = devices(
        Sightings((drive(),), (port("/dev/ttyACM1", console=False), port()), (host(UID.lower()),))
    )
    assert [way.address for way in device.ways] == [
        Folder(DRIVE),
        SerialPort("/dev/ttyACM0"),
        WebHost("10.0.0.9"),
    ]
    assert (device.uid, device.board_id, device.circuitpython) == (UID, "raspberry_pi_pico2_w", "10.1.3")
    assert device.deployed == Deployed("c-1")


def test_the_drive_of_an_esp32_joins_the_port_that_has_its_mac_address() -> None:
    (device,) = devices(Sightings((drive(MAC_UID),), (port(uid=exchanged(normal(MAC))),), (host(MAC_UID),)))
    assert len(device.ways) == 3
    (device,) = devices(Sightings((), (port(uid=normal(MAC)),), (host(MAC_UID),)))
    assert device.uid == MAC_UID  # as boot_out.txt spells it


def test_while_the_computer_owns_the_files_only_the_drive_can_write_them() -> None:
    (device,) = devices(Sightings((drive(),), (port(),), (host(),)))
    assert [(way.kind, way.problem, way.read_only) for way in device.ways] == [
        ("drive", "", ""),
        ("serial", "", LAPTOP_OWNS),
        ("web", "", LAPTOP_OWNS),
    ]
    (device,) = devices(Sightings((drive(problem="read-only"),), (port(),), (host(),)))
    assert [way.why_not for way in device.ways] == ["read-only", "", ""]


def test_boards_of_other_numbers_and_without_one_stay_apart() -> None:
    found = devices(
        Sightings(
            (drive(), drive("", Path("/media/me/CIRCUITPY1")), drive("", Path("/media/me/CIRCUITPY2"))),
            (port(uid=OTHER), port("/dev/ttyUSB0", ""), port("/dev/ttyUSB1", "")),
            (host(""), host("", "10.0.0.10")),
        )
    )
    assert len(found) == 8
    assert all(len(device.ways) == 1 for device in found)


def test_to_two_drives_with_one_number_nothing_is_joined() -> None:
    found = devices(Sightings((drive(), drive(folder=Path("/mnt/copy"))), (port(),)))
    assert [[way.kind for way in device.ways] for device in found] == [["drive"], ["drive"], ["serial"]]


def test_a_board_with_its_data_port_alone_says_so() -> None:
    (device,) = devices(Sightings((), (port(console=False),)))
    assert device.ways[0].problem == "this is the board's data port, not its console"


def test_a_chip_that_may_run_anything_is_not_certain() -> None:
    (device,) = devices(Sightings((), (port(certain=False),)))
    assert not device.certain
    (device,) = devices(Sightings((), (port(certain=False),), (host(),)))
    assert device.certain


def test_what_a_board_says_of_itself_is_cut_and_stays_on_one_line() -> None:
    boot = BootOut.read(b"Adafruit CircuitPython " + b"9" * 4000 + b"\r\nBoard ID:x\r\nUID:" + b"A1" * 2000)
    (device,) = devices(Sightings((DriveSeen(DRIVE, boot),)))
    assert len(device.circuitpython) == 80
    assert device.uid == ""
