# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Files of the board: who may write them, what writing costs, and what a power cut leaves."""

import pytest

from tests.simulator.conftest import laptop_writes

XIAO_C6 = "seeed_xiao_esp32c6"
REMOUNT = "import storage\nstorage.remount('/', readonly=False)"
TRY_TO_WRITE = """
    try:
        with open("/new.txt", "w") as file:
            file.write("text")
        print("written")
    except OSError as error:
        print(error.errno, error)
"""


def test_the_laptop_owns_the_drive(output):
    assert output(TRY_TO_WRITE) == ["30 [Errno 30] Read-only filesystem"]


def test_boot_py_can_give_it_to_the_program(output, drive):
    assert output(TRY_TO_WRITE, files={"boot.py": REMOUNT}) == ["written"]
    assert (drive / "new.txt").read_text() == "text"


def test_boot_py_itself_may_always_write(start, drive):
    start("", files={"boot.py": "with open('/note', 'w') as file:\n    file.write('boot')"}, seconds=4)
    assert (drive / "note").read_text() == "boot"


def test_boards_without_a_drive_may_always_write(output):
    assert output(TRY_TO_WRITE, XIAO_C6) == ["written"]


def test_remount_comes_too_late_in_code_py(start):
    board = start(REMOUNT)
    assert board.ended.traceback.endswith("RuntimeError: Cannot remount path when visible via USB.\n")


def test_the_drive_is_the_laptop_s_again_after_a_hard_reset(make_board, drive):
    board = make_board(TRY_TO_WRITE, files={"boot.py": REMOUNT})
    board.power(True)
    board.run_for(2)
    (drive / "boot.py").write_text("")
    board.reset("button")
    board.run_for(4)
    assert "30 [Errno 30] Read-only filesystem" in board.console.lines


def test_a_program_that_owns_the_drive_is_not_reloaded(start):
    board = start("import time\ntime.sleep(100)", files={"boot.py": REMOUNT})
    laptop_writes(board, "settings.toml", b"")
    board.run_for(1)
    assert board.program == "code.py"


@pytest.mark.parametrize(
    "call", ["os.mkdir('/d')", "os.remove('/code.py')", "os.rename('/code.py', '/x')", "os.rmdir('/lib')"]
)
def test_nothing_changes_while_the_laptop_owns_the_drive(start, drive, call):
    board = start(f"import os\n{call}", files={"lib/x.py": ""})
    assert "[Errno 30] Read-only filesystem" in board.ended.traceback
    assert (drive / "code.py").exists()


def test_a_link_leads_nowhere_for_a_program(output, drive, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "victim.py").write_text("print('imported')")
    for name, target in {
        "folder": outside,
        "victim.py": outside / "victim.py",
        "new": outside / "new",
    }.items():
        (drive / name).symlink_to(target)
    code = """
        import os
        for call in (
            lambda: os.remove('/folder/victim.py'),
            lambda: os.remove('victim.py'),
            lambda: os.rename('/code.py', '/folder/written'),
            lambda: open('/folder/written', 'w'),
            lambda: open('new', 'w'),
            lambda: open('/folder/victim.py'),
            lambda: os.mkdir('/folder/made'),
            lambda: os.listdir('folder'),
            lambda: os.chdir('folder'),
            lambda: os.stat('folder/victim.py'),
        ):
            try:
                call()
                print("done")
            except OSError as error:
                print(error.errno)
        try:
            import victim
        except ImportError:
            print("none")
        try:
            import folder.victim
        except ImportError:
            print("none")
    """
    assert output(code, XIAO_C6) == ["2"] * 10 + ["none"] * 2
    assert [path.name for path in outside.iterdir()] == ["victim.py"]


def test_files_read_and_write_as_on_a_board(output):
    code = """
        import os
        with open("a.txt", "w") as file:
            print(file.write("one\\ntwo\\nthree"))
        with open("/a.txt") as file:
            print(repr(file.readline()), file.tell(), file.readlines())
        with open("a.txt", "r+b") as file:
            file.seek(4)
            file.write(b"TWO")
            file.seek(-5, 2)
            print(file.read(), file.seek(0), file.read(3))
        with open("a.txt", "ab") as file:
            file.write(b"!")
        buffer = bytearray(4)
        with open("a.txt", "rb") as file:
            print(file.readinto(buffer), buffer, [line for line in file])
        print(os.stat("a.txt")[6], os.stat("a.txt")[0] == 0x8000, os.listdir("/"))
    """
    assert output(code, XIAO_C6) == [
        "13",
        "'one\\n' 4 ['two\\n', 'three']",
        "b'three' 0 b'one'",
        "4 bytearray(b'one\\n') [b'TWO\\n', b'three!']",
        "14 True ['a.txt', 'boot_out.txt', 'code.py']",
    ]


def test_folders_and_renaming(output):
    code = """
        import os
        os.mkdir("/d")
        open("/d/a", "w").close()
        with open("/d/b", "w") as file:
            file.write("b")
        os.rename("/d/b", "/d/a")
        os.chdir("d")
        print(os.getcwd(), os.listdir(), open("a").read(), open("../d/a").read())
        for attempt in ("os.rmdir('/d')", "os.remove('/nothing')", "os.mkdir('/d')", "open('/d')", "open('/no/file', 'w')"):
            try:
                eval(attempt, {"os": os, "open": open})
            except OSError as error:
                print(error.errno)
    """
    assert output(code, XIAO_C6) == ["/d ['a'] b b", "13", "2", "17", "21", "2"]


def test_nothing_outside_the_drive_can_be_reached(output, drive):
    (drive.parent / "secret").write_text("secret")
    code = """
        try:
            open("../../secret").read()
        except OSError as error:
            print(error.errno)
    """
    assert output(code) == ["2"]


def test_bad_utf8_is_a_unicode_error(output):
    code = """
        try:
            open("/bad.txt").read()
        except UnicodeError as error:
            print(type(error).__name__)
        print(open("/bad.txt", "rb").read())
    """
    assert output(code, files={"bad.txt": b"\xff\xfe"}) == ["UnicodeError", "b'\\xff\\xfe'"]


def test_writing_costs_20_ms_for_every_4_kb_begun(output):
    code = """
        import time
        for size in (1, 4096, 4097, 20000):
            file = open("/x", "w")
            began = time.monotonic_ns()
            file.write("x" * size)
            file.close()
            print((time.monotonic_ns() - began) // 1_000_000)
    """
    assert output(code, XIAO_C6) == ["20", "20", "40", "100"]


def test_only_the_blocks_that_changed_are_written(output):
    code = """
        import time
        with open("/x", "wb") as file:
            file.write(b"x" * 40960)
        file = open("/x", "r+b")
        file.seek(5000)
        file.write(b"y")
        began = time.monotonic_ns()
        file.close()
        print((time.monotonic_ns() - began) // 1_000_000, open("/x", "rb").read()[4999:5002])
    """
    assert output(code, XIAO_C6) == ["20 b'xyx'"]


def test_a_full_drive_says_so(start):
    board = start("with open('/big', 'wb') as file:\n    file.write(bytes(2_000_000))", "raspberry_pi_pico_w")
    assert "Read-only" in board.ended.traceback
    board = start("with open('/big', 'wb') as file:\n    file.write(bytes(3_000_000))", XIAO_C6, seconds=30)
    assert "OSError: [Errno 28] No space left on device" in board.ended.traceback


def test_statvfs_tells_the_size(output):
    code = "import os\nsize = os.statvfs('/')\nprint(size[0] * size[2] // 1024, size[3] < size[2])"
    assert output(code) == ["960 True"]


# Power cuts


def cut_while(make_board, code, after_ms, files=None):
    """Run `code` on a board that may write, cut the power `after_ms` after it prints "now"."""
    board = make_board(code, XIAO_C6, files)

    def listen(event):
        if event.get("text") == "now":
            board.clock.call_in(round(after_ms * 1000), lambda: board.power(False))

    board.events.listen(listen)
    board.power(True)
    board.run_for(10)
    assert not board.powered


def test_what_was_not_flushed_is_gone(make_board, drive):
    code = "import time\nfile = open('/log', 'a')\nfile.write('new')\nprint('now')\ntime.sleep(9)"
    cut_while(make_board, code, 10, {"log": "old"})
    assert (drive / "log").read_text() == "old"


def test_what_was_flushed_is_there(make_board, drive):
    code = "import time\nfile = open('/log', 'a')\nfile.write('new')\nfile.flush()\nfile.write('er')\n"
    code += "print('now')\ntime.sleep(9)"
    cut_while(make_board, code, 10, {"log": "old"})
    assert (drive / "log").read_text() == "oldnew"


def test_a_new_file_is_empty_until_it_is_closed(make_board, drive):
    code = "import time\nfile = open('/log', 'w')\nfile.write('new')\nprint('now')\ntime.sleep(9)"
    cut_while(make_board, code, 10, {"log": "old"})
    assert (drive / "log").read_bytes() == b""


def test_a_cut_while_writing_touches_no_other_block_of_the_file(make_board, drive):
    code = "file = open('/data', 'r+b')\nfile.write(b'n' * 12288)\nprint('now')\nfile.close()\nimport time\ntime.sleep(9)"
    cut_while(make_board, code, 30, {"data": b"o" * 12288})
    left = (drive / "data").read_bytes()
    assert left[:4096] == b"n" * 4096
    assert left[8192:] == b"o" * 4096


@pytest.mark.parametrize(
    ("after_ms", "left"),
    [(10, {"a": "new", "b": "old"}), (30, {"a": "new"}), (50, {"b": "new"})],
)
def test_renaming_onto_a_file_is_not_atomic(make_board, drive, after_ms, left):
    code = "import os, time\nprint('now')\nos.rename('/a', '/b')\ntime.sleep(9)"
    cut_while(make_board, code, after_ms, {"a": "new", "b": "old"})
    assert {name: (drive / name).read_text() for name in "ab" if (drive / name).exists()} == left


def test_ctrl_c_does_not_interrupt_a_write(make_board, drive):
    board = make_board("print('now')\nwith open('/x', 'wb') as file:\n    file.write(b'x' * 8192)\n", XIAO_C6)
    board.events.listen(
        lambda event: (
            event.get("text") == "now" and board.clock.call_in(30_000, lambda: board.console.type(b"\x03"))
        )
    )
    board.power(True)
    board.run_for(5)
    assert (drive / "x").read_bytes() == b"x" * 8192


def test_files_left_open_are_written_when_the_program_ends(start, drive):
    start("file = open('/x', 'w')\nfile.write('kept')\n", XIAO_C6)
    assert (drive / "x").read_text() == "kept"


KEEP_OPEN = """
    import os, time
    with open("/data", "wb") as file:
        file.write(b"o" * 2048)
    file = open("/data", "r+b")
    {}
    os.sync()
    print("now")
    time.sleep(9)
"""


@pytest.mark.parametrize(
    ("writes", "left"),
    [
        ("file.seek(512); file.write(b'n' * 512)", b"o" * 512 + b"n" * 512 + b"o" * 1024),
        ("file.write(b'n' * 700)", b"n" * 512 + b"o" * 1536),
        ("file.write(b'n' * 700); file.flush()", b"n" * 700 + b"o" * 1348),
        ("file.seek(2048); file.write(b'n' * 512)", b"o" * 2048),
    ],
    ids=["a whole sector", "one and a part", "and flushed", "behind the end"],
)
def test_sync_writes_whole_sectors_of_open_files(make_board, drive, writes, left):
    """What FatFs still holds, a sector in part and the file's length, waits for flush or close."""
    cut_while(make_board, KEEP_OPEN.format(writes), 10)
    assert (drive / "data").read_bytes() == left


# Auto-reload

TICKING = """
    import time
    print("started")
    try:
        while True:
            time.sleep(0.01)
    except Exception:
        print("caught")
    finally:
        print("ended")
"""


def test_a_write_stops_the_program_and_starts_it_after_750_ms(start):
    board = start(TICKING)
    laptop_writes(board, "note.txt", b"hello")
    board.run_for(0.1)
    assert board.program is None
    assert "ended" in board.console.lines
    assert "caught" not in board.console.lines
    assert "Code stopped by auto-reload. Reloading soon." in board.console.lines
    board.run_for(0.6)
    assert board.program is None
    board.run_for(0.2)
    assert board.program == "code.py"
    assert board.ended is None


def test_further_writes_put_the_restart_off(start):
    board = start(TICKING)
    for n in range(5):
        laptop_writes(board, "note.txt", b"%d" % n)
        board.run_for(0.7)
    assert board.program is None
    board.run_for(0.2)
    assert board.program == "code.py"


def test_auto_reload_can_be_switched_off(start):
    board = start(
        "import supervisor\nsupervisor.runtime.autoreload = False\n" + "import time\ntime.sleep(100)"
    )
    laptop_writes(board, "note.txt", b"hello")
    board.run_for(5)
    assert board.program == "code.py"
    assert "Code stopped by auto-reload. Reloading soon." not in board.console.lines


def test_a_write_after_the_end_starts_the_program_again(start):
    board = start("import supervisor\nprint(supervisor.runtime.run_reason)")
    laptop_writes(board, "code.py", b"print('edited')")
    board.run_for(1)
    assert "supervisor.RunReason.STARTUP" in board.console.lines
    assert "edited" in board.console.lines


def test_what_others_change_in_the_folder_is_noticed(start, drive):
    board = start(TICKING)
    board.drive.watch()
    board.run_for(2)
    assert board.program == "code.py"
    (drive / "other.txt").write_text("x")
    board.run_for(0.5)
    assert board.program is None
    board.run_for(1)
    assert board.program == "code.py"


def test_the_program_s_own_writes_reload_nothing(start):
    code = """
        import time
        print("started")
        while True:
            time.sleep(0.1)
            with open("/x", "a") as file:
                file.write("x")
    """
    board = start(code, XIAO_C6)
    board.drive.watch()
    board.run_for(5)
    assert list(board.console.lines).count("started") == 1
