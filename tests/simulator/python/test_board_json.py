# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT

import json
import math

import pytest
from chargerctl.simulator.python.board_json import dumps, loads
from chargerctl.simulator.python.floats import board_float
from hypothesis import given
from hypothesis import strategies as st

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
)


@given(values)
def test_what_it_writes_it_reads_and_so_does_everybody_else(value):
    assert loads(dumps(value)) == value
    assert json.loads(dumps(value)) == value


@given(values)
def test_it_reads_what_others_write(value):
    assert loads(json.dumps(value).encode()) == value


def test_the_order_of_keys_is_lost():
    text = '{"one":1,"two":2,"three":3,"four":4,"five":5}'
    assert loads(text) == json.loads(text)
    assert list(loads(text)) != list(json.loads(text))
    assert list(loads(text)) == list(loads(text))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[1 2 3]", [1, 2, 3]),
        ("[1,,2,]", [1, 2]),
        ('{"a" 1 "b":2}', {"a": 1, "b": 2}),
        ('"\nraw"', "\nraw"),
        ('["\\u00e9\\q"]', ["\u00e9q"]),
        ("  7  ", 7),
    ],
)
def test_it_tolerates(text, value):
    assert loads(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "[",
        "]",
        "{]",
        "[1}",
        '{"a"}',
        "{1:2}",
        "nul",
        "NaN",
        "Infinity",
        "-",
        "[1]x",
        '"open',
        "+1",
        "\x00",
    ],
)
def test_it_refuses(text):
    with pytest.raises(ValueError, match="JSON"):
        loads(text)


def test_bad_utf8_is_a_unicode_error():
    with pytest.raises(UnicodeError):
        loads(b'["\xff"]')


def test_five_thousand_nested_lists_are_read():
    value = loads("[" * 5000 + "]" * 5000)
    depth = 0
    while value:
        value = value[0]
        depth += 1
    assert depth == 4999


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1, "0.1"),
        (1.0, "1.0"),
        (1 / 3, "0.3333333"),
        (1788000000.0, "1.788e+09"),
        (math.nan, "nan"),
        (math.inf, "inf"),
        ({1: None, False: (1, 2)}, '{"1": null, "false": [1, 2]}'),
        ('\u00e9\x07"\\\n', '"\u00e9\\u0007\\"\\\\\\n"'),
        ("\\f\f", '"\\\\f\\u000c"'),
        (b"raw", "b'raw'"),
    ],
)
def test_it_writes(value, text):
    assert dumps(value) == text


def test_separators():
    assert dumps([1, {"a": 2}], (",", ":")) == '[1,{"a":2}]'


def test_floats_have_about_seven_digits():
    assert int(board_float(1788000000 + 0.0)) == 1788000128
    assert board_float(1e39) == math.inf
    assert board_float(-math.inf) == -math.inf
    assert math.isnan(board_float(math.nan))
    assert board_float(0.0) == 0.0
    assert loads("1.23456789") == pytest.approx(1.2345678, abs=1e-6)


def test_the_program_s_json_is_this_one(output):
    code = """
        import io, json
        stream = io.StringIO()
        json.dump([1.5, None], stream)
        print(stream.getvalue(), json.load(io.StringIO("[1 2]")), json.dumps({"a": 1}, separators=(",", ":")))
    """
    assert output(code) == ['[1.5, null] [1, 2] {"a":1}']
