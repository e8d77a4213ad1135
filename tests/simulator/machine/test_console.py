# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT

import pytest
from chargerctl.simulator.machine.console import Reader

XIAO_C6 = "seeed_xiao_esp32c6"
PRINTING = """
    import time
    time.sleep(1)
    began = time.monotonic_ns()
    for n in range(40):
        print("0123456789")
    took = (time.monotonic_ns() - began) // 1000
"""


def took_us(board):
    return board.vm.modules["__main__"].took


def wait_after(code):
    return code + "\n    while True:\n        time.sleep(1)\n"


def test_a_printed_byte_costs_ten_microseconds(start):
    board = start(wait_after(PRINTING), seconds=3)
    assert took_us(board) == 40 * 11 * 10 + 5


def test_nobody_listening_costs_nothing(make_board):
    board = make_board(wait_after(PRINTING))
    board.console.reader = Reader.ABSENT
    board.power(True)
    board.run_for(3)
    assert took_us(board) == 5


def test_print_blocks_while_the_console_is_open_and_not_read(start):
    board = start(wait_after(PRINTING), seconds=1.5)
    board.console.reader = Reader.STUCK
    board.run_for(60)
    assert not hasattr(board.vm.modules["__main__"], "took")
    board.console.reader = Reader.READING
    board.run_for(1)
    assert took_us(board) > 59_000_000


def test_each_print_stalls_200_ms_on_the_serial_unit_of_the_c6(start):
    board = start(wait_after(PRINTING), XIAO_C6, seconds=1.5)
    board.console.reader = Reader.STUCK
    board.run_for(60)
    assert took_us(board) == 40 * 200_000 + 5


def test_usb_cdc_takes_what_fits_and_does_not_block(start):
    code = """
        import time, usb_cdc
        time.sleep(1)
        usb_cdc.console.write_timeout = 0
        taken = [usb_cdc.console.write(b"x" * 200) for _ in range(3)]
        waiting = usb_cdc.console.out_waiting
        time.sleep(1000)
    """
    board = start(code, seconds=1.5)
    board.console.reader = Reader.STUCK
    board.run_for(2)
    assert board.vm.modules["__main__"].taken == [200, 56, 0]
    assert board.vm.modules["__main__"].waiting == 256


def test_usb_cdc_is_missing_where_there_is_no_usb(start):
    board = start("import usb_cdc", XIAO_C6)
    assert board.ended.traceback.endswith("ImportError: no module named 'usb_cdc'\n")


def test_ctrl_c_interrupts_a_sleep(start):
    board = start("import time\nprint('sleeping')\ntime.sleep(1000)\n")
    board.console.type(b"\x03")
    board.run_for(0.1)
    assert board.ended.traceback.endswith("KeyboardInterrupt: \n")
    assert 'File "code.py", line 3' in board.ended.traceback


def test_ctrl_c_can_be_switched_off(start):
    board = start("import time, micropython\nmicropython.kbd_intr(-1)\ntime.sleep(1000)\n")
    board.console.type(b"\x03")
    board.run_for(0.1)
    assert board.ended is None


def test_ctrl_d_after_the_end_starts_the_program_again(start):
    board = start("print('once more')")
    board.console.type(b"x")
    board.run_for(1)
    board.console.type(b"\x04")
    board.run_for(1)
    assert list(board.console.lines).count("once more") == 2


def test_what_is_typed_can_be_read(start):
    board = start("import sys\nprint('you:', input('> '), sys.stdin.read(2))")
    board.console.type(b"hello\rab")
    board.run_for(1)
    assert "> hello" in board.console.lines
    assert "you: hello ab" in board.console.lines


def test_a_line_without_an_end_is_shown_when_the_power_goes(make_board):
    board = make_board("import time\nprint('half a', end='')\ntime.sleep(9)\n")
    texts = []
    board.events.listen(lambda event: texts.append(event.get("text")))
    board.power(True)
    board.run_for(2)
    assert "half a" not in texts
    board.power(False)
    assert "half a" in texts


@pytest.mark.parametrize("stream", ["sys.stdout", "sys.stderr"])
def test_the_standard_streams_are_the_console(output, stream):
    assert output(f"import sys\n{stream}.write('direct\\n')\nprint('via', file={stream})") == [
        "direct",
        "via",
    ]
