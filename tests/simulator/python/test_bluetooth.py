# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""When CircuitPython itself lets somebody in over Bluetooth."""

import pytest

XIAO_C6, XIAO_S3, PICO = "seeed_xiao_esp32c6", "seeed_xiao_esp32_s3_sense", "raspberry_pi_pico_w"
SAY = "import supervisor, time\nprint('workflow', supervisor.runtime.ble_workflow)\ntime.sleep(100)"
OFF = "import supervisor\nsupervisor.runtime.ble_workflow = False\n"


@pytest.mark.parametrize(
    ("board_id", "files", "version", "is_open"),
    [
        (XIAO_C6, {}, (9, 2, 9), True),
        (XIAO_C6, {"settings.toml": 'CIRCUITPY_WEB_API_PASSWORD = "x"\n'}, (10, 1, 3), False),
        (XIAO_C6, {"settings.toml": "CIRCUITPY_BLE_WORKFLOW = false\n"}, (10, 3, 0), False),
        # Known from 10.3 on, and to CircuitPython a text is no boolean.
        (XIAO_C6, {"settings.toml": "CIRCUITPY_BLE_WORKFLOW = false\n"}, (10, 2, 1), True),
        (XIAO_C6, {"settings.toml": 'CIRCUITPY_BLE_WORKFLOW = "false"\n'}, (10, 3, 0), True),
        (XIAO_C6, {"boot.py": OFF}, (10, 1, 3), False),
        # It has USB instead, or no Bluetooth.
        (XIAO_S3, {}, (10, 1, 3), False),
        (PICO, {}, (10, 1, 3), False),
    ],
)
def test_without_usb_it_is_open_to_anybody_unless_switched_off(start, board_id, files, version, is_open):
    board = start(SAY, board_id, files, version=version)
    assert board.program == "code.py"
    assert board.bluetooth_open is is_open
    assert f"workflow {is_open}" in board.console.lines


def test_a_bonded_board_offers_it_to_its_host(make_board):
    board = make_board(SAY, XIAO_S3)
    board.bonded = True
    board.power(True)
    board.run_for(4)
    assert board.bluetooth_open


def test_it_is_on_the_air_until_boot_py_has_ended(make_board):
    board = make_board(SAY, XIAO_C6, {"boot.py": OFF + "import time\ntime.sleep(1)\n"})
    board.power(True)
    board.run_until(lambda: board.program == "boot.py", 5)
    assert board.bluetooth_open
    board.run_until(lambda: board.program == "code.py", 5)
    assert not board.bluetooth_open


@pytest.mark.parametrize("reason", ["watchdog", "brownout"])
def test_after_a_reset_by_an_error_it_is_off(start, reason):
    board = start(SAY, XIAO_C6)
    board.reset(reason)
    board.run_for(5)
    assert not board.bluetooth_open


def test_in_safe_mode_no_boot_py_switches_it_off(make_board):
    board = make_board(SAY, XIAO_C6, {"boot.py": OFF})
    board.boot_button = True
    board.power(True)
    board.run_for(5)
    assert board.safe_mode == "USER"
    assert board.bluetooth_open


def test_a_chip_with_bluetooth_starts_a_second_later(make_board):
    began = {}
    for board_id in (XIAO_C6, XIAO_S3, PICO):
        board = make_board(SAY, board_id)
        board.power(True)
        board.run_until(lambda at=board: at.program == "code.py", 5)
        began[board_id] = board.uptime_us()
        board.power(False)
    assert began[XIAO_C6] == began[XIAO_S3] == began[PICO] + 1_000_000


def test_a_build_without_it_refuses_to_switch_it(start):
    assert "NotImplementedError" in start(OFF, PICO).ended.traceback
