# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT

import pytest

PICO = "raspberry_pi_pico_w"
HOLD = "\nimport time\ntime.sleep(100)\n"

# nvm


def test_nvm_is_blank_at_first_and_keeps_what_is_written(make_board):
    code = """
        from microcontroller import nvm
        print(len(nvm), nvm[0:3], nvm[-1])
        nvm[0:2] = b"ab"
        nvm[2] = 7
    """
    board = make_board(code)
    board.power(True)
    board.run_for(2)
    board.power(False)
    board.power(True)
    board.run_for(2)
    printed = [line for line in board.console.lines if line.startswith("8192")]
    assert printed == ["8192 bytearray(b'\\xff\\xff\\xff') 255", "8192 bytearray(b'ab\\x07') 255"]


def test_nvm_of_rp2_has_4_kb(output):
    assert output("import microcontroller\nprint(len(microcontroller.nvm))", PICO) == ["4096"]


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("nvm[0:2] = b'abc'", "ValueError"),
        ("nvm[0] = 256", "ValueError"),
        ("nvm[9000] = 1", "IndexError"),
        ("nvm[0:4:2] = b'ab'", "NotImplementedError"),
    ],
)
def test_nvm_refuses(start, statement, error):
    board = start(f"from microcontroller import nvm\n{statement}")
    assert f"\n{error}:" in board.ended.traceback


@pytest.mark.parametrize(("after_ms", "kept"), [(5, "old"), (35, None), (45, "new")])
def test_a_power_cut_between_erasing_and_writing_loses_all_of_it_on_esp32(make_board, after_ms, kept):
    board = make_board("from microcontroller import nvm\nprint('now')\nnvm[0:3] = b'new'" + HOLD)
    board.nvm.data[:] = b"old" + bytes(8189)
    board.events.listen(
        lambda event: (
            event.get("text") == "now" and board.clock.call_in(after_ms * 1000, lambda: board.power(False))
        )
    )
    board.power(True)
    board.run_for(5)
    assert (bytes(board.nvm.data) == {"old": b"old", "new": b"new"}.get(kept, b"") + bytes(8189)) == bool(
        kept
    )
    assert kept or board.nvm.data.endswith(b"\xff")


def test_each_write_costs_40_ms_on_esp32(output):
    code = """
        import time
        from microcontroller import nvm
        began = time.monotonic_ns()
        nvm[0] = 1
        nvm[0:64] = bytes(64)
        print((time.monotonic_ns() - began) // 1_000_000)
    """
    assert output(code) == ["80"]


def test_rp2_erases_only_to_write_over_what_is_not_blank(start):
    code = """
        import time
        from microcontroller import nvm
        def cost(value):
            began = time.monotonic_ns()
            nvm[0:4] = value
            print((time.monotonic_ns() - began) // 1_000_000, "ms")
        cost(b"abcd")
        cost(b"abcd")
        cost(b"efgh")
    """
    board = start(code, PICO)
    assert [line for line in board.console.lines if line.endswith(" ms")] == ["1 ms", "0 ms", "40 ms"]
    assert board.operations.counts == {"nvm program": 2, "nvm erase": 1}


def test_rp2_programs_page_by_page(start):
    board = start("from microcontroller import nvm\nnvm[200:600] = bytes(400)", PICO)
    assert board.operations.counts == {"nvm program": 3}
    assert bytes(board.nvm.data[199:601]) == b"\xff" + bytes(400) + b"\xff"


TRY = """
    from microcontroller import nvm
    import time
    for doing in (lambda: nvm[0], lambda: nvm.__setitem__(0, 1)):
        try:
            print(doing())
        except Exception as error:
            print(type(error).__name__, isinstance(error, (OSError, RuntimeError, MemoryError)), error)
"""


@pytest.mark.parametrize("board_id", ["seeed_xiao_esp32c6", PICO])
@pytest.mark.parametrize(("fault", "failures"), [("write", 1), ("read", 2)])
def test_a_flash_that_fails_raises_what_a_board_raises(make_board, board_id, fault, failures):
    """An ESP32 has three ways to say so, two of them from espidf: never an IDFError without its being an OSError."""
    kinds = set()
    for seed in range(12):
        board = make_board(TRY, board_id, seed=seed)
        board.nvm.fault = fault
        board.power(True)
        board.run_for(3)
        said = [line for line in board.console.lines if " True " in line or " False " in line]
        assert len(said) == failures
        assert all(" True " in line for line in said)
        kinds |= {line.split()[0] for line in said}
    assert kinds == ({"RuntimeError"} if board_id == PICO else {"RuntimeError", "IDFError", "MemoryError"})


def test_an_esp32_that_cannot_write_has_erased_before(make_board):
    board = make_board("from microcontroller import nvm\nnvm[0] = 1", "seeed_xiao_esp32c6")
    board.nvm.data[100] = 7
    board.nvm.fault = "write"
    board.power(True)
    board.run_for(3)
    assert board.nvm.data[100] == 0xFF


def test_espidf_is_on_esp32_only(output, start):
    assert output("import espidf\nprint(issubclass(espidf.MemoryError, MemoryError))") == ["True"]
    assert "ImportError" in start("import espidf", PICO).ended.traceback


# Watchdog

ARM = """
    import microcontroller, time, watchdog
    dog = microcontroller.watchdog
    dog.timeout = {timeout}
    dog.mode = watchdog.WatchDogMode.{mode}
"""


def arm(mode="RESET", timeout=4):
    return ARM.format(mode=mode, timeout=timeout)


def test_an_unfed_watchdog_resets_the_chip(make_board):
    board = make_board(arm() + "    time.sleep(100)\n")
    board.power(True)
    board.run_for(10)
    assert board.reset_reason == "watchdog"
    assert board.safe_mode is None


def test_a_fed_watchdog_does_not_bite_and_a_feed_is_a_pass(start):
    code = arm() + "    while True:\n        time.sleep(3.9)\n        dog.feed()\n        print('fed')\n"
    board = start(code, seconds=60)
    assert board.reset_reason == "power"
    assert list(board.console.lines).count("fed") == 15


def test_the_pass_is_charged_where_the_watchdog_is_fed(output):
    code = (
        arm()
        + "    began = time.monotonic_ns()\n    dog.feed()\n    print((time.monotonic_ns() - began) // 1000)\n"
    )
    assert output(code) == ["5005"]


def test_raise_raises_in_the_program_and_disarms(output):
    code = arm("RAISE") + (
        "    try:\n        time.sleep(100)\n    except watchdog.WatchDogTimeout as error:\n"
        "        print(error, time.monotonic() < 6, dog.mode)\n    time.sleep(20)\n    print('alive')\n"
    )
    assert output(code, seconds=40) == ["Watchdog timer expired. True None", "alive"]


@pytest.mark.parametrize("end", ["pass", "raise SystemExit", "import supervisor; supervisor.reload()"])
def test_the_normal_end_of_the_program_disarms(start, end):
    code = "import os\nif 'armed' in os.listdir('/'):\n    import time\n    time.sleep(100)\n"
    code += "open('/armed', 'w').close()\n" + arm().replace("\n    ", "\n") + end + "\n"
    board = start(code, "seeed_xiao_esp32c6", seconds=30)
    assert board.reset_reason == "power"


def test_ctrl_c_disarms(start):
    board = start(arm() + "    time.sleep(3)\n")
    board.console.type(b"\x03")
    board.run_for(20)
    assert board.reset_reason == "power"


def test_an_uncaught_exception_leaves_it_armed(start):
    board = start(arm() + "    raise ValueError\n", seconds=6)
    assert board.reset_reason == "watchdog"


def test_raise_mode_is_disarmed_by_any_end(start):
    board = start(arm("RAISE") + "    raise ValueError\n", seconds=20)
    assert board.ended is not None
    assert board.reset_reason == "power"


def test_rp2_has_reset_only_and_at_most_8_s(start):
    assert "NotImplementedError" in start(arm("RAISE"), PICO).ended.traceback
    assert "ValueError: timeout must be <= 8" in start(arm(timeout=9), PICO).ended.traceback


def test_feeding_what_is_not_armed_is_an_error(start):
    board = start("import microcontroller\nmicrocontroller.watchdog.feed()")
    assert "ValueError: WatchDogTimer is not currently running" in board.ended.traceback
