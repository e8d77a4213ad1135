# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Which serial ports are consoles, as Linux, macOS and Windows list them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from chargerctl.boards.ports import MOST, boards_ports
from chargerctl.boards.sightings import PortSeen

PICO = "E66164084373532B"
PICO_USB = (0x239A, 0x8162)
C6_MAC, C6_UID = "40:4C:CA:51:2B:0F", "04C4AC15B2F0"


@dataclass
class Port:
    """As pyserial lists one."""

    device: str
    vid: int | None = None
    pid: int | None = None
    serial_number: str | None = None
    location: str | None = None
    interface: str | None = None


def pico(device: str, interface: str | None = None, location: str | None = None) -> Port:
    return Port(device, *PICO_USB, PICO, location, interface)


def seen(*ports: Port, usable: bool = True, uids: frozenset[str] = frozenset()) -> list[PortSeen]:
    return boards_ports(ports, lambda device: usable, uids)


@pytest.mark.parametrize(
    "ports",
    [
        pytest.param(
            [
                pico("/dev/ttyACM0", "CircuitPython CDC2 control", "1-2:1.2"),
                pico("/dev/ttyACM1", "CircuitPython CDC control", "1-2:1.0"),
            ],
            id="Linux: by the name of the interface",
        ),
        pytest.param(
            [
                pico("/dev/cu.usbmodem1103", "CircuitPython CDC control", "20-1"),
                pico("/dev/cu.usbmodem1101", "CircuitPython CDC control", "20-1"),
            ],
            id="macOS: the same name for both, so the first",
        ),
        pytest.param(
            [pico("COM3", None, "1-2:x.2"), pico("COM14", None, "1-2:x.0")],
            id="Windows: no name, so the first interface",
        ),
        pytest.param([pico("COM14"), pico("COM3")][::-1] and [pico("COM3"), pico("COM14")], id="by number"),
    ],
)
def test_of_console_and_data_port_of_one_board_the_console_is_known(ports: list[Port]) -> None:
    consoles = [port for port in seen(*ports) if port.console]
    assert len(consoles) == 1
    expected = {
        "/dev/ttyACM0": "/dev/ttyACM1",
        "/dev/cu.usbmodem1103": "/dev/cu.usbmodem1101",
    }.get(ports[0].device, "COM14" if ports[0].location else "COM3")
    assert consoles[0] == PortSeen(expected, PICO, "raspberry_pi_pico2_w", certain=True)


def test_the_order_in_which_ports_are_listed_does_not_matter() -> None:
    ports = [pico("COM10"), pico("COM9"), pico("COM11")]
    assert seen(*ports) == seen(*reversed(ports))
    assert next(port.port for port in seen(*ports) if port.console) == "COM9"


def test_the_uid_of_a_c6_is_its_mac_address_in_circuitpythons_order() -> None:
    (port,) = seen(Port("/dev/ttyACM0", 0x303A, 0x1001, C6_MAC, "1-1", "USB JTAG/serial debug unit"))
    assert (port.uid, port.through, port.certain, port.console) == (C6_UID, "USB-Serial/JTAG", False, True)


@pytest.mark.parametrize(
    ("vid", "through"), [(0x1A86, "CH340 or CH9102"), (0x10C4, "CP210x"), (0x0403, "FTDI")]
)
def test_the_number_of_a_serial_chip_is_not_that_of_a_board(vid: int, through: str) -> None:
    (port,) = seen(Port("/dev/ttyUSB0", vid, 0x55D4, "5A4B012345"))
    assert port == PortSeen("/dev/ttyUSB0", through=through)


def test_a_board_that_chargerctl_does_not_know_is_known_by_its_interface_or_its_drive() -> None:
    strange = Port("/dev/ttyACM0", 0x1209, 0x0001, PICO)
    assert seen(strange) == []
    assert seen(replace(strange, interface="CircuitPython CDC control"))[0].certain
    assert seen(strange, uids=frozenset([PICO]))[0].certain


def test_what_is_not_on_usb_or_no_board_is_left_out() -> None:
    others = [
        Port("/dev/ttyS0"),
        Port("COM1"),
        Port("/dev/rfcomm0"),
        Port("/dev/ttyACM0", 0x2341, 0x0043, "85"),
    ]
    assert seen(*others) == []


def test_two_boards_of_a_kind_stay_apart() -> None:
    other = replace(pico("/dev/ttyACM5"), serial_number="E66164084373532C")
    assert [port.port for port in seen(pico("/dev/ttyACM0"), other) if port.console] == [
        "/dev/ttyACM0",
        "/dev/ttyACM5",
    ]


def test_a_port_that_the_user_may_not_open_says_what_to_do() -> None:
    (port,) = seen(pico("/dev/ttyACM7"), usable=False)
    assert port.problem == "you may not open it: sudo usermod -a -G dialout $USER, then log in again"
    (port,) = seen(pico("COM3"), usable=False)
    assert port.problem == "you may not open it"


def test_names_from_usb_are_strangers_texts() -> None:
    hostile = replace(
        pico("/dev/ttyACM0"), serial_number="\x1b[2J" * 5000, interface="CircuitPython CDC control\n" * 5000
    )
    (port,) = seen(hostile)
    assert port.uid == ""
    many = [replace(pico(f"/dev/ttyACM{number}"), serial_number=None) for number in range(1000)]
    assert len(seen(*many)) == MOST
