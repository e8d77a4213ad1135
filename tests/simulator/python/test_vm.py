# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT

import pytest
from chargerctl.deploy.bytecode.compiler import compile_image
from chargerctl.deploy.bytecode.source_record import SourceRecord
from chargerctl.files import state_folder


def test_code_py_runs_and_ends(start):
    board = start("print('hello', 1)")
    assert "hello 1" in board.console.lines
    assert board.ended.name == "code.py"
    assert board.ended.traceback is None


def test_an_uncaught_exception_is_printed_as_the_board_does(start):
    board = start(
        "import sub.deep\nsub.deep.fail()\n",
        files={"sub/__init__.py": "", "sub/deep.py": "def fail():\n    raise ValueError('bad')\n"},
    )
    expected = (
        "Traceback (most recent call last):\n"
        '  File "code.py", line 2, in <module>\n'
        '  File "sub/deep.py", line 2, in fail\n'
        "ValueError: bad\n"
    )
    assert board.ended.traceback == expected
    assert expected.splitlines()[-1] in board.console.lines


def test_the_frames_of_the_simulator_are_not_shown(start):
    board = start("import time\ntime.sleep(-1)\n")
    assert board.ended.traceback == (
        "Traceback (most recent call last):\n"
        '  File "code.py", line 2, in <module>\n'
        "ValueError: sleep length must be non-negative\n"
    )


def test_os_errors_are_not_split_by_errno_as_on_cpython(start):
    board = start("open('/missing')\n")
    assert board.ended.traceback.endswith("\nOSError: [Errno 2] No such file/directory: /missing\n")


def test_errors_that_a_board_has_keep_their_names(start):
    board = start("raise TimeoutError('late')\n")
    assert board.ended.traceback.endswith("\nTimeoutError: late\n")


def test_too_deep_a_recursion_is_a_runtime_error(start):
    # Frames of generators lie on the heap: these recursions end with the C stack. The others: test_pystack.py.
    board = start("def deeper():\n    yield from deeper()\nlist(deeper())\n")
    assert "\nRuntimeError: maximum recursion depth exceeded" in board.ended.traceback


def test_a_chain_of_exceptions_is_shown(start):
    board = start("try:\n    1 / 0\nexcept ZeroDivisionError:\n    raise RuntimeError('then')\n")
    assert "During handling of the above exception, another exception occurred:" in board.ended.traceback


def test_a_syntax_error_names_its_line(start):
    board = start("x = 1\ndef broken(:\n")
    assert board.ended.traceback == (
        'Traceback (most recent call last):\n  File "code.py", line 2\nSyntaxError: invalid syntax\n'
    )


def test_sys_exit_ends_without_a_traceback(start):
    board = start("import sys\nsys.exit(3)\nprint('never')\n")
    assert board.ended.traceback is None
    assert "never" not in board.console.lines


@pytest.mark.parametrize(
    ("files", "winner"),
    [
        ({"code.txt": "print('txt')", "code.py": "print('py')"}, "txt"),
        ({"code.py": "print('py')", "main.py": "print('main')"}, "py"),
        ({"main.py": "print('main')"}, "main"),
        ({"code.py.txt": "print('double')"}, "double"),
    ],
)
def test_which_file_is_the_program(start, files, winner):
    board = start(files=files)
    printed = [line for line in board.console.lines if line in ("txt", "py", "main", "double")]
    assert printed == [winner]


def test_a_drive_without_a_program_says_so(start):
    board = start()
    assert board.ended.name == ""
    assert board.ended.traceback is None


# Imports


def test_the_root_comes_before_lib(output):
    files = {"twice.py": "where = 'root'", "lib/twice.py": "where = 'lib'"}
    assert output("import twice\nprint(twice.where, twice.__file__)", files=files) == ["root twice.py"]


def test_lib_is_searched(output):
    files = {"lib/one.py": "where = 'lib'"}
    assert output("import one\nprint(one.where, one.__file__)", files=files) == ["lib /lib/one.py"]


def test_source_comes_before_bytecode(output):
    files = {"both.py": "where = 'py'", "both.mpy": b"C\x06\x00\x1f"}
    assert output("import both\nprint(both.where)", files=files) == ["py"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"M\x06\x00\x1f", "ValueError: MicroPython .mpy file; use CircuitPython mpy-cross\n"),
        (b"C\x05\x00\x1f", "ValueError: incompatible .mpy file\n"),
        (b"", "ValueError: incompatible .mpy file\n"),
        (b"C\x06\x00\x1f" + bytes(range(256)), "or put the .py beside it\n"),
    ],
    ids=["MicroPython's", "another format", "empty", "of no known source"],
)
def test_bytecode_that_cannot_be_run_says_why(start, content, said):
    board = start("import only", files={"lib/only.mpy": content})
    assert board.ended.traceback.endswith(said)


def test_bytecode_runs_as_the_text_it_was_made_of(start, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    image = {"lib/only.py": b"where = __file__\n\ndef fail():\n    raise ValueError(where)\n"}
    program = "import only\nonly.fail()"
    image["code.py"] = program.encode()
    files = compile_image(image, SourceRecord(state_folder())).image
    del files["code.py"]
    board = start(program, files=files)
    assert board.ended.traceback.endswith(
        '  File "lib/only.py", line 4, in fail\nValueError: /lib/only.mpy\n'
    )


def test_a_package_comes_before_a_module_of_its_name(output):
    files = {"both/__init__.py": "where = 'package'", "both.py": "where = 'module'"}
    assert output("import both\nprint(both.where)", files=files) == ["package"]


def test_a_module_comes_before_a_folder_without_init(output):
    files = {"both/other.py": "", "both.py": "where = 'module'"}
    assert output("import both\nprint(both.where)", files=files) == ["module"]


def test_built_in_modules_come_before_the_drive(output):
    assert output("import gc\nprint(gc.isenabled())", files={"gc.py": "1 / 0"}) == ["True"]


def test_relative_imports_and_submodules(output):
    files = {
        "pkg/__init__.py": "from . import a\nfrom .a import name\n",
        "pkg/a.py": "from .sub.b import value\nname = 'a' + value\n",
        "pkg/sub/__init__.py": "",
        "pkg/sub/b.py": "from ..c import value\n",
        "pkg/c.py": "value = 'c'\n",
    }
    code = "import pkg.sub.b\nfrom pkg import c as see\nimport pkg.a as a\nprint(pkg.name, see.value, a.__name__)"
    assert output(code, files=files) == ["ac c pkg.a"]


def test_a_missing_module_is_named(start):
    board = start("import adafruit_nothing.part")
    assert board.ended.traceback.endswith("ImportError: no module named 'adafruit_nothing'\n")


@pytest.mark.parametrize(
    "name", ["typing", "dataclasses", "enum", "pathlib", "logging", "datetime", "socket", "click"]
)
def test_what_cpython_has_beyond_a_board_cannot_be_imported(output, name):
    code = f"try:\n    import {name}\nexcept ImportError as error:\n    print(error)\n"
    assert output(code) == [f"no module named '{name}'"]


def test_a_module_that_failed_to_import_is_tried_again(output):
    files = {
        "flaky.py": "import state\nstate.n += 1\nif state.n < 2:\n    raise ValueError\n",
        "state.py": "n = 0",
    }
    code = "for _ in range(2):\n    try:\n        import flaky\n    except ValueError:\n        print('no')\nprint('yes')"
    assert output(code, files=files) == ["no", "yes"]


def test_libraries_compiled_into_circuitpython_need_no_file(output):
    code = "from adafruit_bus_device.i2c_device import I2CDevice\nprint(I2CDevice.__module__)"
    assert output(code) == ["adafruit_bus_device.i2c_device"]


# Names


@pytest.mark.parametrize(
    "name", ["compile", "vars", "ascii", "breakpoint", "FileNotFoundError", "exit", "format"]
)
def test_built_in_names_of_cpython_alone_are_unknown(output, name):
    assert output(f"try:\n    {name}\nexcept NameError:\n    print('unknown')") == ["unknown"]


def test_the_program_sees_its_own_sys(output):
    code = """
        import sys
        print(sys.implementation.name, sys.implementation.version[:2], "os" in sys.modules, sys.path)
        import os
        print("os" in sys.modules, len(sys.modules) < 10)
    """
    assert output(code) == ["circuitpython (10, 1) False ['', '/', '.frozen', '/lib']", "True True"]


def test_the_laptop_is_out_of_reach(output):
    code = """
        import os, sys
        for attempt in ("os.environ", "os.system", "sys._getframe", "open.__globals__['os']"):
            try:
                eval(attempt, {"os": os, "sys": sys, "open": open})
                print("reached", attempt)
            except (AttributeError, KeyError):
                pass
        def inner():
            pass
        print(sorted(name for name in inner.__globals__["__builtins__"] if name in ("open", "compile")))
    """
    assert output(code) == ["['open']"]


def test_annotations_are_not_evaluated(output):
    assert output("def f(x: Nothing) -> Neither: ...\ny: Nobody = 3\nprint(y)") == ["3"]


def test_exec_and_eval_run_in_the_board_s_world(output):
    code = "scope = {}\nexec('import gc\\nx = gc.isenabled()', scope)\nprint(scope['x'], eval('1 + n', {'n': 2}))"
    assert output(code) == ["True 3"]


def test_every_start_has_fresh_modules(make_board):
    code = "import state\nstate.n += 1\nprint('n', state.n)\nimport supervisor\nsupervisor.reload()"
    board = make_board(code, files={"state.py": "n = 0"})
    board.power(True)
    board.run_for(1.3)
    printed = [line for line in board.console.lines if line.startswith("n ")]
    assert len(printed) > 2
    assert set(printed) == {"n 1"}
