# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""os.getenv and supervisor.get_setting as CircuitPython reads settings.toml, by version."""

import pytest
from chargerctl.simulator.python.settings_toml import get_setting, getenv

OLD, NEW = (10, 1, 3), (10, 2, 0)


@pytest.mark.parametrize("version", [(9, 1, 0), OLD, NEW])
@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b'KEY = "value"', "value"),
        (b'  KEY="value"   # comment\n', "value"),
        (b'KEY\t=\t"value"\r\nNEXT = "x"', "value"),
        (b'OTHER = "x"\nKEY = "value"\n', "value"),
        (b'# KEY = "no"\n\nKEY = "value"\n', "value"),
        (b'KEY = "first"\nKEY = "second"\n', "first"),
        (b'KEYS = "x"\nKE = "x"\nkey = "x"\nKEY = "value"', "value"),
        (b'KEY = "#=[\\"quoted\\""', '#=["quoted"'),
        (b'KEY = "\\b\\r\\n\\t\\v\\f\\\\\\q"', "\b\r\n\t\v\f\\q"),
        (b'KEY = "\\u00e9\\U0001F50C\xc3\xa9"', "\u00e9\U0001f50c\u00e9"),
        (b'KEY = ""', ""),
        (b'OTHER = "x"\rKEY = "value"', None),
        (b'[section]\nKEY = "value"\n', None),
        (b'KEY = "value"\n[section]\n', "value"),
        (b'   [section]\nKEY = "value"\n', None),
        (b'\xef\xbb\xbfKEY = "value"\n', None),
        (b'"KEY" = "value"\n', None),
        (b'a.b = "x"\n', None),
        (b"", None),
        (b'KEY\n= "value"\n', None),
    ],
)
def test_both_generations_agree(data, value, version):
    assert getenv(data, "KEY", version) == value


def test_a_dotted_key_is_one_key():
    assert getenv(b'a.b = "x"\n', "a.b", OLD) == "x"


@pytest.mark.parametrize(
    ("data", "old", "new"),
    [
        (b"KEY = 42\n", 42, "42"),
        (b"KEY = 0x10 # hex\n", 16, "0x10"),
        (b"KEY = -7\r\n", -7, "-7"),
        (b"KEY = true\n", ValueError, "true"),
        (b"KEY = 'x'\n", ValueError, "'x'"),
        (b"KEY = 1.5\n", ValueError, "1.5"),
        (b"KEY =\n", ValueError, None),
        (b'KEY = "open\n', ValueError, None),
        (b'KEY = "open', ValueError, None),
        (b'KEY = "x" y\n', ValueError, None),
        (b'KEY = """x"""\n', ValueError, None),
        (b'KEY = "\\u12"\n', ValueError, None),
        (b'KEY = "\\UFFFFFFFF"\n', ValueError, None),
        (b'KEY = "bad\nKEY = "good"\n', ValueError, None),
    ],
)
def test_where_the_generations_differ(data, old, new):
    assert getenv(data, "KEY", NEW) == new
    if old is ValueError:
        with pytest.raises(ValueError, match="nvalid"):
            getenv(data, "KEY", OLD)
    else:
        assert getenv(data, "KEY", OLD) == old


@pytest.mark.parametrize("version", [OLD, NEW])
def test_invalid_utf8_is_a_unicode_error(version):
    with pytest.raises(UnicodeError):
        getenv(b'KEY = "\xff"', "KEY", version)


def test_get_setting_gives_what_is_written():
    data = b'S = "s"\nI = 0x1F\nB = true\nF = 1.5e1\nX = what\n'
    assert [get_setting(data, key, None) for key in "SIBF"] == ["s", 31, True, 15.0]
    assert get_setting(data, "NONE", 7) == 7
    with pytest.raises(ValueError, match="Invalid format"):
        get_setting(data, "X", None)


def test_the_program_reads_the_drive_s_file(output):
    code = "import os\nprint(os.getenv('NAME'), os.getenv('MISSING'), os.getenv('MISSING', 'default'))"
    assert output(code, files={"settings.toml": 'NAME = "x y"\n'}) == ["x y None default"]
    assert output(code) == ["x y None default"]


def test_the_version_decides(start):
    code = "import os\nprint('is', type(os.getenv('N')).__name__)"
    files = {"settings.toml": "N = 1\n"}
    assert "is int" in start(code, files=files, version=(9, 2, 8)).console.lines
    assert "is str" in start(code, files=files, version=(10, 2, 0)).console.lines
