# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The supervisor joins the network of CIRCUITPY_WIFI_SSID before code.py: what that costs, and what it leaves behind."""

import pytest
from chargerctl.simulator.network.network import Network

PICO, XIAO_C6 = "raspberry_pi_pico_w", "seeed_xiao_esp32c6"
CODE = """
    import time, wifi
    print("code runs", wifi.radio.connected)
    wifi.radio.enabled and time.sleep(100)
"""
SETTINGS = b'CIRCUITPY_WIFI_SSID = "home"\nCIRCUITPY_WIFI_PASSWORD = "12345678"\n'


@pytest.fixture(params=[PICO, XIAO_C6])
def board_id(request):
    return request.param


@pytest.fixture
def make(make_board):
    def made(board_id, settings=SETTINGS):
        board = make_board(CODE, board_id, {"settings.toml": settings})
        Network(board)
        return board

    return made


def runs(board):
    return [line for line in board.console.lines if line.startswith("code runs")]


def test_the_program_finds_itself_connected(make, board_id):
    board = make(board_id)
    board.power(True)
    board.run_for(5)
    assert runs(board) == ["code runs True"]


def test_without_a_network_name_nothing_is_joined(make, board_id):
    board = make(board_id, b'CIRCUITPY_WEB_API_PASSWORD = "secret"\n')
    board.power(True)
    board.run_for(5)
    assert runs(board) == ["code runs False"]


def test_without_an_access_point_it_gives_up_and_the_radio_stays_usable(make, board_id):
    board = make(board_id)
    board.network.wifi(False)
    board.power(True)
    board.run_for(12)
    assert runs(board) == ["code runs False"]


def test_it_joins_again_before_the_program_starts_again(make, board_id):
    board = make(board_id)
    board.power(True)
    board.run_for(5)
    (board.drive.root / "code.py").write_bytes((board.drive.root / "code.py").read_bytes() + b"#")
    board.startup.drive_written()
    board.run_for(10)
    assert runs(board) == ["code runs True"] * 2


def test_without_dhcp_an_esp32_never_starts_its_program_and_no_watchdog_helps(make):
    board = make(XIAO_C6)
    board.network.access_point.dhcp_hangs = True
    board.power(True)
    board.run_for(600)
    assert not runs(board)
    assert board.reset_reason == "power"
    board.network.access_point.dhcp_hangs = False
    board.run_for(3)
    assert runs(board) == ["code runs True"]


def test_without_dhcp_an_rp2_starts_after_eight_seconds(make):
    board = make(PICO)
    board.network.access_point.dhcp_hangs = True
    board.power(True)
    board.run_for(9)
    assert not runs(board)
    board.run_for(2)
    assert runs(board) == ["code runs False"]
