# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Which board a command takes where none, one or several are in reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from chargerctl.boards.address import AUTO, Address, Folder, OfUid, SerialPort, WebHost
from chargerctl.boards.choice import CONSOLES, KINDS, Surroundings, the_board
from chargerctl.boards.devices import LAPTOP_OWNS, Device, Way
from chargerctl.errors import ChargerctlError

UID = "E66164084373532B"
DRIVE, PORT, HOST = Folder(Path("/media/me/CIRCUITPY")), SerialPort("/dev/ttyACM0"), WebHost("10.0.0.9")
PICO = Device(
    UID, "raspberry_pi_pico2_w", "10.1.3", (Way("drive", DRIVE), Way("serial", PORT, "", LAPTOP_OWNS))
)
OTHER = replace(PICO, uid="AA" * 7 + "BB", ways=(Way("drive", Folder(Path("/mnt/other"))),))
C6 = Device("04C4AC15B2F0", ways=(Way("serial", PORT),), certain=False, through="USB-Serial/JTAG")
BRIDGE = Device(ways=(Way("serial", SerialPort("/dev/ttyUSB0")),), certain=False, through="CP210x")
ON_AIR = Device("04C4AC15B2F1", "seeed_xiao_esp32c6", "10.1.3", (Way("web", HOST),))


def chosen(
    asked: Address | None = None,
    near: Sequence[Device] = (),
    far: Sequence[Device] = (),
    *,
    writes: bool = True,
    kinds: Sequence[str] = KINDS,
) -> Address:
    around = Surroundings(
        lambda: (list(near), []), lambda: (list(far), ["the network was not searched: why"])
    )
    return the_board(asked, around, writes=writes, kinds=kinds)


def refused(*arguments: object, **rest: object) -> str:
    with pytest.raises(ChargerctlError) as refusal:
        chosen(*arguments, **rest)  # type: ignore[arg-type]
    assert "\n" not in refusal.value.message
    return refusal.value.message


def test_the_only_board_is_taken_by_its_drive_first() -> None:
    assert chosen(near=[PICO]) == DRIVE
    assert chosen(near=[C6]) == PORT


def test_what_was_named_is_taken_without_a_look_around() -> None:
    for address in (DRIVE, PORT, HOST):
        assert chosen(address, [OTHER, C6]) is address


def test_of_several_none_is_taken_and_each_is_listed_as_it_is_typed() -> None:
    said = refused(near=[PICO, replace(OTHER, name="garage"), C6])
    assert said == (
        "3 boards found: name one: --drive /media/me/CIRCUITPY (raspberry_pi_pico2_w, CircuitPython 10.1.3), "
        "garage (raspberry_pi_pico2_w, CircuitPython 10.1.3), --port /dev/ttyACM0 (unknown board behind USB-Serial/JTAG)"
    )


def test_a_port_that_may_lead_to_anything_is_taken_only_on_request() -> None:
    for asked in (None, SerialPort(AUTO)):
        said = refused(asked, near=[BRIDGE])
        assert "no board found that is certainly yours: name it: --port /dev/ttyUSB0" in said
    assert chosen(SerialPort(AUTO), [BRIDGE, C6]) == PORT
    assert chosen(SerialPort("/dev/ttyUSB0"), [BRIDGE]) == SerialPort("/dev/ttyUSB0")
    assert chosen(near=[BRIDGE, PICO]) == DRIVE
    assert chosen(near=[replace(BRIDGE, name="gate")]) == SerialPort("/dev/ttyUSB0")


def test_auto_is_a_port_although_there_is_a_drive() -> None:
    assert chosen(SerialPort(AUTO), [PICO], writes=False) == PORT
    assert LAPTOP_OWNS in refused(SerialPort(AUTO), [PICO])
    assert "2 boards found" in refused(SerialPort(AUTO), [C6, PICO])


def test_a_board_in_the_network_is_taken_only_if_the_user_has_named_it() -> None:
    assert "no board found that is certainly yours: name it: --host 10.0.0.9" in refused(far=[ON_AIR])
    found = chosen(far=[replace(ON_AIR, name="garage"), replace(ON_AIR, uid="AB" * 6)])
    assert (found, found.called) == (HOST, "garage")
    assert chosen(near=[PICO], far=[replace(ON_AIR, name="garage")]) == DRIVE


def test_whoever_announces_a_name_or_number_of_the_users_gets_nothing() -> None:
    stranger = replace(ON_AIR, name="garage", ways=(Way("web", HOST, announced=True),))
    assert "no board found that is certainly yours: name it: garage" in refused(far=[stranger])
    asked = OfUid(stranger.uid, called="garage")
    assert "10.0.0.9: anyone in the network can announce that" in refused(asked, far=[stranger])
    both = replace(stranger, ways=(*stranger.ways, Way("web", WebHost("10.0.0.7"))))
    assert chosen(far=[both]) == chosen(asked, far=[both]) == WebHost("10.0.0.7")


def test_without_any_board_the_line_says_what_to_do_and_where_nothing_was_looked_for() -> None:
    assert refused() == (
        "no board found: plug it in, or name it with --drive PATH, --port PORT or --host HOST; chargerctl devices shows "
        "what is in reach; the network was not searched: why"
    )


def test_a_drive_that_is_read_only_is_still_read_but_written_by_serial() -> None:
    board = replace(PICO, ways=(Way("drive", DRIVE, "", "read-only"), Way("serial", PORT)))
    assert chosen(near=[board]) == PORT
    assert chosen(near=[board], writes=False) == DRIVE


def test_a_board_that_cannot_be_reached_says_why_for_each_way() -> None:
    board = replace(
        PICO, ways=(Way("drive", DRIVE, "", "read-only"), Way("serial", PORT, "you may not open it"))
    )
    assert refused(near=[board]) == (
        f"{UID} cannot be written: /media/me/CIRCUITPY: read-only; /dev/ttyACM0: you may not open it"
    )


def test_a_board_is_found_by_its_number_wherever_it_is() -> None:
    asked = OfUid(UID, called="garage")
    assert chosen(asked, [OTHER, PICO]).called == "garage"
    assert chosen(asked, [OTHER, PICO]) == DRIVE
    assert chosen(OfUid("404CCA512B0F"), [C6]) == PORT  # the MAC address, as it stands on the chip
    assert chosen(OfUid("04C4AC15B2F1"), [C6], [ON_AIR]) == HOST
    assert "garage is not in reach: plug it in" in refused(asked, [C6], [ON_AIR])
    assert "garage is there 2 times, so a drive is a copy" in refused(asked, [PICO, replace(OTHER, uid=UID)])


def test_the_console_of_a_board_is_found_by_its_drive() -> None:
    assert chosen(DRIVE, [OTHER, PICO], writes=False, kinds=CONSOLES) == PORT
    assert chosen(None, [PICO], writes=False, kinds=CONSOLES) == PORT
    assert "is not the drive of a board that is plugged in" in refused(
        Folder(Path("/mnt/another")), [PICO], kinds=CONSOLES
    )
    assert "it has no serial or web" in refused(
        Folder(Path("/mnt/other")), [OTHER], writes=False, kinds=CONSOLES
    )
