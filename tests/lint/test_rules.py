# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Each rule of the static check, with a file that breaks it and one that does not."""

import pytest

from lint.__main__ import main
from lint.rules import check

BROKEN = {
    "a module that CircuitPython lacks": ("import datetime", "no module datetime"),
    "typing": ("from typing import Any", "no module typing"),
    "dataclasses": ("import dataclasses", "no module dataclasses"),
    "logging": ("import logging", "no module logging"),
    "a name that a module lacks": ("from time import perf_counter", "no time.perf_counter"),
    "an attribute that a module lacks": ("import os\nos.environ", "no os.environ"),
    "an errno that CircuitPython lacks": ("import errno\nerrno.ENOSPC", "no errno.ENOSPC"),
    "a relative import": ("from . import ticks", "relative import"),
    "the board outside hardware/ and net/": ("import digitalio", "only hardware/ and net/"),
    "match": ("match 1:\n    case 1:\n        pass", "exclude match"),
    "async": ("async def f():\n    pass", "exclude async def"),
    "global state": ("def f():\n    global x\n    x = 1", "exclude global"),
    "a dict display with **": ("a = {}\nb = {**a}", "** in a dict display"),
    "positional-only parameters": ("def f(a, /):\n    pass", "positional-only"),
    "a metaclass": ("class A(metaclass=type):\n    pass", "metaclass"),
    "annotations": ("def f(a: int) -> int:\n    return a", "annotations"),
    "an annotated variable": ("a: int = 1", "annotations"),
    "a built-in that CircuitPython lacks": ("vars()", "no built-in vars"),
    "a method that CircuitPython lacks": ("'a'.removeprefix('b')", "no method removeprefix"),
    "true division": ("a = 3\nb = a / 2", "a float has about 7 digits"),
    "dividing in place": ("a = 3\na /= 2", "a float has about 7 digits"),
    "a float": ("a = 0.5", "a float has about 7 digits"),
    "making a float": ("a = float('1')", "a float has about 7 digits"),
    "sleeping": ("import time\ntime.sleep(1)", "must not wait"),
    "print": ("print('x')", "only hardware/console.py"),
    "a bare except": ("try:\n    pass\nexcept:\n    pass", "name the exceptions"),
    "except BaseException": ("try:\n    pass\nexcept BaseException:\n    pass", "name the exceptions"),
    "an errno compared with a number": (
        "try:\n    pass\nexcept OSError as error:\n    error.errno == 11",
        "compare with names from errno",
    ),
    "OSError without a text": ("import errno\nraise OSError(errno.EIO)", "two arguments"),
    "not Python at all": ("def", "not valid Python"),
    "a star in a list display": ("a = [1]\nb = [*a, 2]", "not support * in a list"),
    "a star in a tuple display": ("a = [1]\nb = (*a, 2)", "not support * in a list"),
    "three values assigned at once": ("a, b, c = 1, 2, 3", "makes a tuple"),
    "a slice with a step": ("a = 'abc'[::2]", "step of 1"),
    "except*": ("try:\n    pass\nexcept* ValueError:\n    pass", "not support except*"),
    "a hook that is not called": (
        "class A:\n    def __setattr__(self, name, value):\n        pass",
        "does not call __setattr__",
    ),
    "a missing attribute": ("def f(error):\n    return error.strerror", "no attribute strerror"),
    "a function's docstring": ("def f():\n    return f.__doc__", "no attribute __doc__"),
    "a built-in's argument by name": ("a = int('1', base=16)", "int does not take argument base"),
    "print with flush": ("print('x', flush=True)", "print does not take argument flush"),
    "a text method's argument by name": ("a = 'a b'.split(sep=' ')", "split does not take argument sep"),
    "a module's argument by name": (
        "import json\njson.dumps({}, indent=1)",
        "dumps does not take argument indent",
    ),
    "startswith with a tuple": ("a = 'a'.startswith(('a', 'b'))", "takes no tuple"),
    "an f-string within an f-string": ("a = f\"{'a' + f'{1}'}\"", "not support an f-string within"),
    "a raw f-string": ("a = rf'{1}'", "not support a raw f-string"),
    "braces beside an f-string": ("a = f'{1}' '{2}'", "takes the braces"),
    "a character by its name": ("a = '\\N{BULLET}'", "not support \\N{...}"),
    "seconds as a float": ("import time\na = time.monotonic()", "a float has about 7 digits"),
    "a number written as a float": ("a = '%.1f' % 3", "a float has about 7 digits"),
    "a number formatted as a float": ("a = f'{3:.1f}'", "a float has about 7 digits"),
}

BROKEN_ON_THE_BOARD = {
    "a board module that no stub has": ("import machine", "no module machine"),
    "a name that a board module lacks": ("import digitalio\ndigitalio.Analog", "no digitalio.Analog"),
    "an argument too many": ("import digitalio\ndigitalio.DigitalInOut(1, 2)", "takes 1 positional"),
    "an argument missing": ("import neopixel_write\nneopixel_write.neopixel_write(1)", "needs buf"),
    "a keyword that is none": ("import busio\nbusio.I2C(1, 2, speed=3)", "no argument speed"),
    "a member that a class of the board lacks": (
        "import digitalio\ndigitalio.Pull.SIDEWAYS",
        "no digitalio.Pull.SIDEWAYS",
    ),
    "a member that an object of the board lacks": (
        "import supervisor\nsupervisor.runtime.reload_now = True",
        "no supervisor.runtime.reload_now",
    ),
    "a member that a made object lacks": (
        "import digitalio\n\n\nclass A:\n    def __init__(self, pin):\n"
        "        self.pin = digitalio.DigitalInOut(pin)\n        self.pin.level = 1\n",
        "no digitalio.DigitalInOut.level",
    ),
    "a method's argument that is none": (
        "import digitalio\n\n\ndef f(pin):\n    contact = digitalio.DigitalInOut(pin)\n"
        "    contact.switch_to_input(pul=1)\n",
        "has no argument pul",
    ),
    "a keyword-only argument by place": (
        "from i2cdisplaybus import I2CDisplayBus\nI2CDisplayBus(1, 60)",
        "takes 1 positional",
    ),
}


@pytest.mark.parametrize(("source", "message"), BROKEN.values(), ids=BROKEN)
def test_is_found(source, message):
    findings = check("charger/broken.py", source)
    assert [f for f in findings if message in f.message], findings


@pytest.mark.parametrize(("source", "message"), BROKEN_ON_THE_BOARD.values(), ids=BROKEN_ON_THE_BOARD)
def test_is_found_against_the_stubs(source, message):
    findings = check("charger/hardware/broken.py", source)
    assert [f for f in findings if message in f.message], findings


def test_a_finding_says_where():
    (finding,) = check("charger/x.py", "a = 1\nb = a / 2\n")
    assert str(finding).startswith("charger/x.py:2:5: ")


def test_a_float_with_a_reason_is_let_pass():
    assert not check("charger/x.py", "a = 0.01  # float: wifi.radio.connect takes seconds\n")


def test_plain_firmware_is_let_pass():
    source = (
        "import errno\nfrom charger import ticks\n\n\ndef f(error):\n    return error.errno == errno.EAGAIN\n"
    )
    assert not check("charger/x.py", source)


def test_what_only_looks_like_a_rule_is_let_pass():
    source = (
        "import json\n\n\ndef f(a, error):\n"
        "    first, *rest = sorted(a, key=len, reverse=True)\n"
        "    first, rest = rest, first\n"
        "    one, two, three = rest\n"
        "    print_me = json.dumps(a, separators=(',', ':'))\n"
        "    return f'{a!r}' 'plain', '%-6s %04x' % (a, 1), '{:02d}'.format(3), a[1:], max(a, default=0)\n"
        "\n\ndef g(error):\n    return getattr(error, '__cause__', None)\n"
    )
    assert not check("charger/x.py", source)


def test_a_call_that_fits_the_stub_is_let_pass():
    source = "import busio\nimport board\n\n\ndef f():\n    return busio.I2C(board.SCL, board.SDA, frequency=400_000)\n"
    assert not check("charger/hardware/x.py", source)


def test_the_command_fails_on_a_finding_and_names_the_file(tmp_path, capsys):
    (tmp_path / "charger").mkdir()
    (tmp_path / "charger" / "x.py").write_text("import enum\n")
    assert main(tmp_path) == 1
    assert "charger/x.py:1:1" in capsys.readouterr().out


def test_the_command_fails_when_there_is_nothing_to_check(tmp_path):
    assert main(tmp_path) == 1
