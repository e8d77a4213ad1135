# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Behaviour of the core modules, from within a program."""

import pytest

PICO = "raspberry_pi_pico_w"
XIAO_C6 = "seeed_xiao_esp32c6"


def test_ticks_start_65_s_before_their_wrap_and_wrap(start):
    code = """
        import supervisor, time
        print(supervisor.ticks_ms())
        time.sleep(70)
        print(supervisor.ticks_ms())
    """
    board = start(code, seconds=80)
    first, second = [int(line) for line in board.console.lines if line.isdigit()]
    assert 2**29 - 65_536 < first < 2**29 - 63_000
    assert second == first + 70_000 - 2**29


def test_the_wrap_can_be_put_anywhere(make_board):
    board = make_board("import supervisor\nprint(supervisor.ticks_ms())")
    board.ticks_at_reset = 2**29 - 1000
    board.power(True)
    board.run_for(2)
    # 1061 ms of starting, and the wrap after 1000 of them.
    assert "61" in board.console.lines


def test_each_reading_of_the_time_costs_5_us(output):
    code = """
        import supervisor, time
        began = time.monotonic_ns()
        for _ in range(100):
            supervisor.ticks_ms()
            time.time()
        print(time.monotonic_ns() - began)
    """
    assert output(code) == ["1005000"]


def test_monotonic_loses_milliseconds_after_an_hour(start):
    code = """
        import time
        print("early", time.monotonic() % 0.001 < 0.0009)
        time.sleep(20000)
        a = time.monotonic()
        time.sleep(0.001)
        print("late", a == time.monotonic())
    """
    board = start(code, seconds=20003)
    assert "late True" in board.console.lines


def test_sleep_takes_its_time(output):
    code = "import time\nt = time.monotonic_ns()\ntime.sleep(0.25)\nprint((time.monotonic_ns() - t) // 1000)"
    assert output(code) == ["250005"]


def test_times_and_dates(output):
    code = """
        import time
        t = time.localtime(1795332600)
        print(t.tm_year, t.tm_mon, t.tm_mday, t.tm_hour, t.tm_min, t[6], t.tm_isdst, time.mktime(t))
        print(type(time.time()).__name__, len(time.struct_time((1, 2, 3, 4, 5, 6, 7, 8, 9))))
    """
    assert output(code) == ["2026 11 22 7 30 6 -1 1795332600", "int 9"]


def test_localtime_takes_a_signed_word_and_nothing_before_2000(output):
    code = """
        import time
        print(time.localtime(2**31 - 1)[:6], time.localtime(946684800)[:3])
        for seconds in (2**31, 946684799, -1, 2**62):
            try:
                time.localtime(seconds)
            except OverflowError as error:
                print(error)
        try:
            time.mktime((1999, 12, 31, 23, 59, 59, 0, 0, -1))
        except OverflowError as error:
            print(error)
    """
    assert output(code) == [
        "(2038, 1, 19, 3, 14, 7) (2000, 1, 1)",
        "overflow converting long int to machine word",
        "timestamp out of range for platform time_t",
        "timestamp out of range for platform time_t",
        "overflow converting long int to machine word",
        "tm_year out of range",
    ]


def test_the_clock_itself_may_go_beyond_what_localtime_takes(output):
    code = """
        import rtc, time
        rtc.RTC().datetime = time.struct_time((2040, 1, 1, 0, 0, 0, 0, 0, -1))
        print(time.time() > 2**31, time.localtime()[0], rtc.RTC().datetime.tm_year)
        for value in ([2026] + [1] * 8, (2026, 1, 1)):
            try:
                rtc.RTC().datetime = value
            except TypeError as error:
                print(error)
    """
    assert output(code) == [
        "True 2040 2040",
        "value must be of type struct_time, not list",
        "function takes 9 positional arguments but 3 were given",
    ]


# digitalio


def test_an_output_is_seen_at_the_pin_and_reads_back(start):
    code = """
        import board, digitalio
        pin = digitalio.DigitalInOut(board.D5)
        print(pin.direction, pin.pull, pin.value)
        pin.switch_to_output(value=True)
        print(pin.direction, pin.value, pin.drive_mode)
        pin.value = False
        print(pin.value)
        import time
        time.sleep(100)
    """
    board = start(code)
    assert list(board.console.lines)[-3:] == [
        "digitalio.Direction.INPUT None False",
        "digitalio.Direction.OUTPUT True digitalio.DriveMode.PUSH_PULL",
        "False",
    ]
    assert board.pins["D5"].driven is False


def test_an_input_sees_its_pull_and_the_world(make_board):
    code = """
        import board, digitalio, time
        pin = digitalio.DigitalInOut(board.D5)
        pin.pull = digitalio.Pull.UP
        while True:
            time.sleep(0.5)
            print(pin.value)
    """
    board = make_board(code)
    board.power(True)
    board.run_for(2)
    assert board.console.lines[-1] == "True"
    board.pins["D5"].external(False)
    board.run_for(1)
    assert board.console.lines[-1] == "False"


def test_an_output_set_before_switching_shows_no_glitch(make_board):
    code = """
        import board, digitalio
        pin = digitalio.DigitalInOut(board.GP5)
        pin.switch_to_output(value=False)
        pin.direction = digitalio.Direction.INPUT
        pin.switch_to_output(value=False)
    """
    board = make_board(code, PICO)
    levels = []
    board.pins["GP5"].watch(lambda pin: levels.append(pin.level))
    board.power(True)
    board.run_for(2)
    assert levels == []


def test_open_drain_lets_go_for_high(output):
    code = """
        import board, digitalio
        pin = digitalio.DigitalInOut(board.GP5)
        pin.switch_to_output(True, digitalio.DriveMode.OPEN_DRAIN)
        print(pin.value)
    """
    assert output(code, PICO) == ["False"]


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("digitalio.DigitalInOut(board.D5)", "ValueError: GPIO5 in use"),
        ("pin.value = True", "AttributeError: Cannot set value when direction is input."),
        ("pin.drive_mode", "AttributeError: Drive mode not used when direction is input."),
        ("pin.switch_to_output(); pin.pull", "AttributeError: Pull not used when direction is output."),
        ("pin.deinit(); pin.value", "ValueError: Object has been deinitialized"),
        ("board.D99", "AttributeError:"),
    ],
)
def test_digitalio_refuses(start, statement, error):
    board = start(f"import board, digitalio\npin = digitalio.DigitalInOut(board.D5)\n{statement}")
    assert error in board.ended.traceback


def test_a_pin_is_free_again_after_deinit(output):
    code = """
        import board, digitalio
        for _ in range(2):
            with digitalio.DigitalInOut(board.D5) as pin:
                pin.switch_to_output(True)
        print(board.D5, board.D5 is board.D5, board.board_id)
    """
    assert output(code) == ["microcontroller.pin.GPIO5 True adafruit_feather_esp32s2"]


# The rest


def test_structs_raise_value_error(output):
    code = """
        import struct
        print(struct.unpack("<HI", struct.pack("<HI", 1, 2)), hasattr(struct, "error"))
        try:
            struct.unpack("<I", b"x")
        except ValueError:
            print("ValueError")
    """
    assert output(code) == ["(1, 2) False", "ValueError"]


def test_a_deque_has_a_length(start):
    code = "from collections import deque\nq = deque([], 2)\nfor n in range(3):\n    q.append(n)\nprint(list(q))\ndeque()"
    board = start(code)
    assert "[1, 2]" in board.console.lines
    assert "TypeError" in board.ended.traceback


def test_a_deque_can_refuse_to_overflow(start):
    board = start("from collections import deque\nq = deque((), 1, 1)\nq.append(1)\nq.append(2)")
    assert "IndexError: full" in board.ended.traceback


def test_hashes_come_from_new(output):
    code = """
        import hashlib
        h = hashlib.new("sha256", b"a")
        h.update(b"bc")
        print(h.digest_size, h.digest()[:4].hex(), hasattr(hashlib, "sha256"))
    """
    assert output(code) == ["32 ba7816bf False"]


def test_random_bytes_repeat_with_the_seed(start):
    code = "import os, random\nprint('got', os.urandom(4).hex(), random.randint(0, 1000000))"
    runs = [
        next(line for line in start(code, seed=seed).console.lines if line.startswith("got"))
        for seed in (1, 1, 2)
    ]
    assert runs[0] == runs[1] != runs[2]


def test_errno_has_names_both_ways(output):
    code = "import errno\nprint(errno.errorcode[errno.EAGAIN], hasattr(errno, 'EWOULDBLOCK'))"
    assert output(code) == ["EAGAIN False"]


def test_tracebacks_as_text(output):
    code = """
        import io, traceback
        try:
            1 / 0
        except ZeroDivisionError as error:
            print(traceback.format_exception(error))
            stream = io.StringIO()
            traceback.print_exception(None, error, error.__traceback__, file=stream)
            print(stream.getvalue().count("code.py"))
    """
    assert output(code) == [
        '[\'Traceback (most recent call last):\\r\\n  File "code.py", line 4, in <module>\\r\\n'
        "ZeroDivisionError: division by zero\\n']",
        "1",
    ]


def test_warnings_are_printed(output):
    assert output("import warnings\nwarnings.warn('careful')") == ["Warning: careful"]


def test_collecting_garbage_costs_25_ms(output):
    code = "import gc, time\nt = time.monotonic_ns()\ngc.collect()\nprint((time.monotonic_ns() - t) // 1_000_000)"
    assert output(code) == ["25"]


def test_who_the_board_says_it_is(output):
    code = """
        import microcontroller, os, sys
        print(os.uname().machine, sys.platform, microcontroller.cpu.uid.hex(), os.sep)
    """
    assert output(code, XIAO_C6) == ["Seeed XIAO ESP32-C6 with ESP32-C6 Espressif c0ffee123456 /"]


def test_the_next_code_file_can_be_chosen_once(start):
    code = "import supervisor\nsupervisor.set_next_code_file('other.py')\nprint('code')\nsupervisor.reload()"
    board = start(code, files={"other.py": "print('other')"})
    assert "other.py output:" in board.console.lines
    assert list(board.console.lines).count("code") == 1


def test_the_previous_traceback_is_kept(start):
    board = start("import supervisor\nprint(supervisor.get_previous_traceback())\n1 / 0")
    assert "None" in board.console.lines
    board.console.type(b"\x04")
    board.run_for(1)
    assert "ZeroDivisionError: division by zero" in list(board.console.lines)[-6:]
    assert list(board.console.lines).count("ZeroDivisionError: division by zero") == 3


def test_interrupts_can_be_held_off(start):
    code = """
        import microcontroller, time
        microcontroller.disable_interrupts()
        time.sleep(2)
        print("slept")
        microcontroller.enable_interrupts()
        time.sleep(2)
        print("never")
    """
    board = start(code)
    board.console.type(b"\x03")
    board.run_for(3)
    assert "slept" in board.console.lines
    assert "never" not in board.console.lines
