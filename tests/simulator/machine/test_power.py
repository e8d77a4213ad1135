# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Power cuts, resets, safe mode, and what is left of the program after each."""

import os
import random
import signal
import threading
import time
from functools import partial

import pytest
from chargerctl.simulator.machine.clock import Clock
from chargerctl.simulator.machine.pins import Pull

LOOP = """
    import time
    n = 0
    try:
        while True:
            time.sleep(0.1)
            n += 1
            print("pass", n)
    except BaseException as error:
        print("caught", type(error).__name__)
        raise
    finally:
        print("finally")
"""
PICO_2 = "raspberry_pi_pico2_w"
PICO = "raspberry_pi_pico_w"
XIAO_C6 = "seeed_xiao_esp32c6"


def starts(board):
    return list(board.console.lines).count("code.py output:")


def test_nothing_happens_without_power(make_board):
    board = make_board(LOOP)
    board.run_for(1)
    assert board.clock.now_us == 1_000_000
    assert not board.console.lines


def test_after_a_power_cut_nothing_of_the_program_runs(make_board):
    board = make_board(LOOP)
    board.power(True)
    board.clock.call_at(1_650_000, lambda: board.power(False))
    board.run_for(10)
    assert board.console.lines[-1].startswith("pass")
    assert not {"finally", "caught SystemExit"} & set(board.console.lines)
    assert board.program is None


def test_a_power_cut_between_two_runs_is_the_same(make_board):
    board = make_board(LOOP)
    board.power(True)
    board.run_for(1.65)
    board.power(False)
    board.run_for(10)
    assert "finally" not in board.console.lines


def test_power_on_again_boots_anew_and_time_has_gone_on(make_board):
    board = make_board(LOOP)
    board.power(True)
    board.run_for(2)
    board.power(False)
    board.run_for(5)
    board.power(True)
    board.run_for(2)
    assert starts(board) == 2
    assert board.clock.now_us == 9_000_000
    assert board.uptime_us() == 2_000_000


def test_a_reset_stops_the_program_for_good(make_board):
    board = make_board(LOOP)
    board.power(True)
    board.clock.call_at(2_000_000, lambda: board.reset("button"))
    board.run_for(4)
    assert starts(board) == 2
    assert "finally" not in board.console.lines


def test_the_program_can_reset_its_chip(make_board):
    board = make_board("import microcontroller\nprint('now')\nmicrocontroller.reset()\nprint('never')\n")
    board.power(True)
    board.run_for(4)
    assert starts(board) == 3
    assert "never" not in board.console.lines
    assert board.reset_reason == "software"


def test_pausing_the_board_resumes_where_it_was(make_board):
    board = make_board(LOOP)
    board.power(True)
    for _ in range(40):
        board.run_for(0.05)
    passes = [line for line in board.console.lines if line.startswith("pass")]
    assert passes == [f"pass {n + 1}" for n in range(len(passes))]
    assert len(passes) >= 8


def test_what_a_timer_raises_reaches_the_runner_and_not_the_program(make_board):
    board = make_board(LOOP)
    board.power(True)

    def fail():
        raise LookupError("script")

    board.clock.call_at(1_650_000, fail)
    with pytest.raises(LookupError):
        board.run_for(5)
    assert "caught LookupError" not in board.console.lines
    board.run_for(1)
    assert board.console.lines[-1].startswith("pass")


def test_the_program_does_not_run_while_the_board_is_not_run(make_board):
    board = make_board(LOOP)
    board.power(True)
    board.run_for(1.65)
    before = list(board.console.lines)
    time.sleep(0.02)
    assert list(board.console.lines) == before


@pytest.mark.parametrize(
    ("cause", "board_id", "reported"),
    [
        ("button", XIAO_C6, "POWER_ON"),
        ("button", PICO, "RESET_PIN"),
        ("button", PICO_2, "RESET_PIN"),
        ("brownout", PICO, "POWER_ON"),
        ("brownout", PICO_2, "BROWNOUT"),
        ("usb", XIAO_C6, "UNKNOWN"),
        ("watchdog", XIAO_C6, "WATCHDOG"),
    ],
)
def test_the_reset_reason_is_reported(start, cause, board_id, reported):
    board = start("import microcontroller\nprint(microcontroller.cpu.reset_reason)", board_id)
    board.console.lines.clear()
    board.reset(cause)
    board.run_for(3)
    assert f"microcontroller.ResetReason.{reported}" in board.console.lines


def test_events_of_power_and_reset(make_board):
    board = make_board(LOOP)
    seen = []
    board.events.listen(seen.append)
    board.power(True)
    board.run_for(1)
    board.reset("button")
    board.power(False)
    assert [event for event in seen if event["kind"] != "console"] == [
        {"t": 0.0, "kind": "power", "on": True},
        {"t": 0.0, "kind": "reset", "reason": "power"},
        {"t": 1.0, "kind": "reset", "reason": "button"},
        {"t": 1.0, "kind": "power", "on": False},
    ]


# Pins

OUTPUT = """
    import board, digitalio, time
    pin = digitalio.DigitalInOut(board.{pin})
    pin.switch_to_output(False)
    time.sleep({seconds})
"""


def test_pins_are_pulled_up_on_esp32_from_power_on_and_when_the_program_ends(make_board):
    board = make_board(OUTPUT.format(pin="D5", seconds=1))
    pin = board.pins["D5"]
    assert pin.level is False
    board.power(True)
    assert pin.level is True
    board.run_for(1.5)
    assert pin.level is False
    assert pin.claimed_by == "DigitalInOut"
    board.run_for(2)
    assert pin.level is True
    assert pin.claimed_by is None
    board.power(False)
    assert pin.level is False


def test_pins_float_on_rp2_when_the_program_ends(make_board):
    board = make_board(OUTPUT.format(pin="GP5", seconds=1).replace("(False)", "(True)"), PICO)
    board.power(True)
    assert board.pins["GP5"].level is False
    board.run_for(1.5)
    assert board.pins["GP5"].level is True
    board.run_for(2)
    assert board.pins["GP5"].level is False


def test_a_reset_lets_go_of_the_pins_at_once(make_board):
    board = make_board(OUTPUT.format(pin="D5", seconds=100))
    board.power(True)
    board.run_for(2)
    assert board.pins["D5"].level is False
    board.reset("button")
    assert board.pins["D5"].level is True


def test_gpio16_of_the_esp32_c6_is_driven_high_at_reset(make_board):
    board = make_board(board_id=XIAO_C6)
    board.power(True)
    assert board.pins["D6"].driven is True
    assert board.pins["D5"].driven is None


def test_names_of_one_pin_share_it(make_board):
    board = make_board(board_id=XIAO_C6)
    assert board.pins["D4"] is board.pins["SDA"]
    board.pins["SDA"].pull(Pull.UP)
    assert board.pins["D4"].level is True


# The clock


def test_the_rtc_starts_in_2000_and_is_lost_with_the_power(make_board):
    code = """
        import rtc, time
        print(time.localtime()[:3])
        rtc.RTC().datetime = time.struct_time((2026, 11, 22, 7, 30, 0, 0, 0, -1))
        print(time.time())
    """
    board = make_board(code)
    board.power(True)
    board.run_for(2)
    board.reset("software")
    board.run_for(2)
    board.power(False)
    board.power(True)
    board.run_for(2)
    dates = [line for line in board.console.lines if line.startswith("(")]
    assert dates == ["(2000, 1, 1)", "(2026, 11, 22)", "(2000, 1, 1)"]
    assert "1795332600" in board.console.lines


@pytest.mark.parametrize(
    ("version", "start_date"), [((9, 1, 4), "(2020, 1, 1)"), ((9, 2, 9), "(2000, 1, 1)")]
)
def test_an_rp2_starts_its_rtc_anew_at_every_reset(make_board, version, start_date):
    code = """
        import rtc, time
        print(time.localtime()[:3])
        rtc.RTC().datetime = time.struct_time((2026, 11, 22, 7, 30, 0, 0, 0, -1))
    """
    board = make_board(code, "raspberry_pi_pico_w", version=version)
    board.power(True)
    for reason in ("software", "watchdog", "button"):
        board.run_for(2)
        board.reset(reason)
    board.run_for(2)
    assert [line for line in board.console.lines if line.startswith("(")] == [start_date] * 4


# Safe mode

SAY = "print('code runs')\nimport time\ntime.sleep(100)"
RECOVER = """
    import microcontroller, supervisor
    print(supervisor.runtime.safe_mode_reason)
    microcontroller.reset()
"""


@pytest.mark.parametrize(("cause", "reason"), [("brownout", "BROWNOUT"), ("crash", "HARD_FAULT")])
def test_esp32_goes_to_safe_mode_and_stays_there(start, cause, reason):
    board = start(SAY)
    board.reset(cause)
    board.run_for(10)
    assert board.safe_mode == reason
    assert starts(board) == 1
    assert "You are in safe mode because:" in board.console.lines


def test_safemode_py_brings_the_board_back(start):
    board = start(SAY, files={"safemode.py": RECOVER})
    board.reset("brownout")
    board.run_for(10)
    assert "supervisor.SafeModeReason.BROWNOUT" in board.console.lines
    assert board.safe_mode is None
    assert board.program == "code.py"
    assert board.reset_reason == "software"


def test_the_boot_button_means_safe_mode_without_safemode_py(make_board):
    board = make_board(SAY, files={"safemode.py": RECOVER})
    board.power(True)
    board.clock.call_in(500_000, lambda: setattr(board, "boot_button", True))
    board.run_for(10)
    assert board.safe_mode == "USER"
    assert starts(board) == 0
    assert "safemode.py output:" not in board.console.lines


def test_rp2_knows_no_brown_out(start):
    board = start(SAY, PICO)
    board.reset("brownout")
    board.run_for(3)
    assert board.safe_mode is None
    assert starts(board) == 2


def test_safe_mode_can_be_asked_for(start):
    code = """
        import microcontroller
        microcontroller.on_next_reset(microcontroller.RunMode.SAFE_MODE)
        microcontroller.reset()
    """
    board = start(code, seconds=5)
    assert board.safe_mode == "PROGRAMMATIC"
    board.reset("button")
    board.run_for(0.9)
    assert board.safe_mode is None


@pytest.mark.parametrize(("version", "delay_s"), [((10, 3, 0), 0.25), ((10, 2, 1), 1.0)])
def test_the_wait_for_the_boot_button_can_be_set_from_10_3_on(make_board, version, delay_s):
    board = make_board(SAY, files={"settings.toml": "CIRCUITPY_SAFE_MODE_DELAY = 0.25\n"}, version=version)
    board.power(True)
    board.run_until(lambda: board.program == "code.py", 5)
    assert board.uptime_us() / 1e6 == pytest.approx(delay_s + 0.05, abs=0.005)


@pytest.mark.parametrize(("board_id", "cause"), [(PICO, "button"), (PICO, "brownout"), (PICO_2, "button")])
def test_a_second_start_within_a_second_is_safe_mode_where_ram_survived(make_board, board_id, cause):
    """And no safemode.py brings it back: to CircuitPython a person has asked."""
    board = make_board(SAY, board_id, {"safemode.py": RECOVER})
    board.power(True)
    board.run_for(0.5)
    board.reset(cause)
    board.run_for(30)
    assert board.safe_mode == "USER"
    assert "safemode.py output:" not in board.console.lines
    board.reset("button")
    board.run_for(3)
    assert board.program == "code.py"


@pytest.mark.parametrize("cause", ["button", "power"])
def test_an_esp32_forgets_the_first_start_at_its_reset_button(make_board, cause):
    board = make_board(SAY)
    board.power(True)
    board.run_for(0.5)
    board.reset(cause)
    board.run_for(3)
    assert board.safe_mode is None


@pytest.mark.parametrize(("takes_back", "ends_in"), [(False, "USER"), (True, None)])
def test_a_brown_out_in_the_first_second_of_an_esp32_arms_safe_mode(make_board, takes_back, ends_in):
    """For the start after safemode.py's reset, unless that takes it back."""
    recover = "import microcontroller as m\nm.reset()\n"
    if takes_back:
        recover = recover.replace("m.reset", "m.on_next_reset(m.RunMode.NORMAL)\nm.reset")
    board = make_board(SAY, XIAO_C6, {"safemode.py": recover})
    board.power(True)
    board.run_for(0.5)
    board.reset("brownout")
    board.run_for(10)
    assert board.safe_mode == ends_in


# boot.py


def test_boot_py_runs_once_a_hard_reset_and_its_output_goes_to_boot_out(start, drive):
    board = start("import supervisor\nsupervisor.reload()", files={"boot.py": "print('booting')"}, seconds=4)
    assert list(board.console.lines).count("booting") == 1
    assert starts(board) > 2
    text = (drive / "boot_out.txt").read_bytes().decode()
    assert text.startswith("Adafruit CircuitPython 10.1.3 on ")
    assert "\r\nBoard ID:adafruit_feather_esp32s2\r\n" in text
    assert text.endswith("boot.py output:\r\nbooting\r\n")


def test_a_boot_out_that_is_as_before_is_not_written_again(make_board, drive):
    board = make_board(SAY, files={"boot.py": "print('booting')"})
    began = []
    for _ in range(2):
        board.power(True)
        board.run_until(lambda: board.program == "code.py", 10)
        began.append(board.uptime_us())
        board.power(False)
    assert began[0] - began[1] == pytest.approx(1_020_000, abs=1000)


def test_an_error_in_boot_py_does_not_keep_code_py_from_running(start):
    board = start(SAY, files={"boot.py": "1 / 0"}, seconds=4)
    assert board.program == "code.py"
    assert "ZeroDivisionError: division by zero" in board.console.lines


def test_an_endless_loop_that_uses_no_time_is_found(make_board, monkeypatch):
    monkeypatch.setattr("chargerctl.simulator.machine.processor._ENDLESS_S", 0.2)
    code = "import time\nend = [False]\ntime.sleep(0.1)\nwhile not end[0]:\n    pass\n"
    board = make_board(code)
    board.power(True)
    with pytest.raises(RuntimeError, match="without ever using the clock"):
        board.run_for(5)
    board.vm.modules["__main__"].end[0] = True


AT_ONCE = {"settings.toml": "CIRCUITPY_SAFE_MODE_DELAY = 0\n"}

BUSY = """
    import microcontroller, os, supervisor, time, watchdog
    dog = microcontroller.watchdog
    dog.timeout = 5
    dog.mode = watchdog.WatchDogMode.RESET
    count = 0
    while True:
        count = (count + 1) % 256
        microcontroller.nvm[0:2] = bytes([1, count])
        with open("/a", "w") as file:
            file.write("x" * 5000)
        os.rename("/a", "/b")
        print("pass", supervisor.ticks_ms())
        dog.feed()
"""


@pytest.mark.parametrize("board_id", [XIAO_C6, PICO])
def test_the_board_comes_back_whenever_it_is_cut_off_or_reset(make_board, board_id):
    board = make_board(
        BUSY, board_id, {"safemode.py": RECOVER, "boot.py": "import storage\nstorage.remount('/', False)"}
    )
    chance = random.Random(7)
    board.power(True)
    for _ in range(60):
        at_us = board.clock.now_us + chance.randrange(3_000_000)
        cause = chance.choice(["cut", "button", "brownout", "crash"])
        cut, reset = partial(board.power, False), partial(board.reset, cause)
        board.clock.call_at(at_us, cut if cause == "cut" else reset)
        board.run(at_us + chance.randrange(1_000))
        board.power(True)
    seen = len(board.console.lines)
    board.console.lines.clear()
    board.run_for(20)
    assert seen > 60
    assert [line for line in board.console.lines if line.startswith("pass")]
    assert board.run_until(lambda: board.nvm.data[0] == 1, 1)


def test_the_board_runs_in_real_time_too(make_board):
    board = make_board(LOOP, files=AT_ONCE, clock=Clock(realtime=True), version=(10, 3, 0))
    began = time.monotonic()
    board.power(True)
    board.run_for(0.4)
    assert time.monotonic() - began > 0.35
    assert "pass 3" in board.console.lines


@pytest.fixture
def default_sigint():
    """A shell that starts the tests in the background (`nohup make test &`) has SIGINT ignored, and that is inherited."""
    inherited = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, inherited)


@pytest.mark.usefixtures("default_sigint")
def test_ctrl_c_at_the_laptop_leaves_the_program_standing(make_board):
    board = make_board(LOOP, files=AT_ONCE, clock=Clock(realtime=True), version=(10, 3, 0))
    board.power(True)
    killer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))

    def run():
        killer.start()  # or the signal might come before it is expected
        board.run()

    with pytest.raises(KeyboardInterrupt):
        run()
    before = list(board.console.lines)
    time.sleep(0.15)
    assert list(board.console.lines) == before
    assert "caught KeyboardInterrupt" not in before


def test_slow_flash_from_now_on(make_board):
    board = make_board(BUSY, XIAO_C6)
    board.power(True)
    board.run_for(3)
    quick = len(board.console.lines)
    board.costs.fat_block = 2_000_000
    board.run_for(2)
    assert len(board.console.lines) == quick
