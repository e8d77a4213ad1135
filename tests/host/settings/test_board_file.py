# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What is written for the board is what the board reads: by its own rules, by ours, and as TOML."""

import io
import unicodedata

import tomli
from charger import settings_file
from chargerctl.settings import effective, render
from chargerctl.settings.board_file import board_line, read_board_file
from hypothesis import given
from hypothesis import strategies as st

from tests.host.settings.circuitpython_toml import MalformedError, getenv

PRINTABLE = st.text(
    st.characters(codec="utf-8").filter(lambda c: unicodedata.category(c) not in ("Cc", "Cs")), max_size=60
)
# Pieces that mean something to one of the readers, in lines that are almost right.
PIECES = (
    [
        b"=",
        b'"',
        b"\\",
        b"\\u00e9",
        b"\\U0001F600",
        b"\\uD800",
        b"\\n",
        b"\r",
        b"#",
        b"'",
        b"[",
        b"x",
        b"12",
        b" ",
    ],
    [b"true", b"\xc3\xa9", b"\xff", b"\t", b'"a"', b'"""', b"\\q", b"-0x1", b"\x00"],
)
VALUE = st.lists(st.sampled_from([piece for pieces in PIECES for piece in pieces]), max_size=6).map(b"".join)
LINE = st.tuples(
    st.sampled_from([b"CHARGER_NAME = ", b"CHARGER_NAME=", b"CHARGER_FOO = ", b" CHARGER_NAME", b"# ", b""]),
    st.one_of(VALUE, VALUE.map(lambda value: b'"' + value + b'"')),
    st.sampled_from([b"\n", b"\r\n"]),
).map(b"".join)
TRICKY = st.lists(LINE, max_size=5).map(b"".join)


@given(PRINTABLE)
def test_any_printable_text_survives_circuitpython(text):
    data = (board_line("CHARGER_NAME", text) + "\n").encode()
    assert getenv(data, "CHARGER_NAME") == text


@given(PRINTABLE)
def test_any_printable_text_survives_our_reader_on_the_board(text):
    data = (board_line("CHARGER_NAME", text) + "\n").encode()
    assert settings_file.read(io.BytesIO(data)) == ({"CHARGER_NAME": text}, {}, [])


@given(PRINTABLE)
def test_any_printable_text_survives_toml(text):
    assert tomli.loads(board_line("CHARGER_NAME", text)) == {"CHARGER_NAME": text}


@given(st.dictionaries(st.sampled_from(["CHARGER_NAME", "CHARGER_WIFI_PASSWORD", "FOO"]), PRINTABLE))
def test_a_whole_rendered_file_reads_back(flat):
    data = render(flat).encode()
    assert {variable: getenv(data, variable) for variable in flat} == flat
    assert tomli.loads(data.decode()) == flat
    assert read_board_file(data).values == flat


@given(TRICKY)
def test_what_our_reader_reads_circuitpython_reads_alike(data):
    """It may refuse more (bare words, a variable set twice), but never takes another value."""
    found, unreadable, _ = settings_file.read(io.BytesIO(data))
    for variable in ("CHARGER_NAME", "CHARGER_FOO"):
        if variable in found and variable not in unreadable:
            assert getenv(data, variable) == found[variable]


@given(TRICKY)
def test_what_circuitpython_reads_is_never_silently_missing(data):
    found, unreadable, notes = settings_file.read(io.BytesIO(data))
    try:
        text = getenv(data, "CHARGER_NAME")
    except (MalformedError, UnicodeError):
        assert "CHARGER_NAME" in unreadable or notes
        return
    if text is not None and found.get("CHARGER_NAME") != text:
        assert "CHARGER_NAME" in unreadable or notes


@given(st.binary(max_size=300))
def test_no_bytes_raise(data):
    settings_file.read(io.BytesIO(data))
    read_board_file(data)


def test_a_rendered_file_is_flat_quoted_lf_and_without_bom(write, good_toml):
    text = effective(write(good_toml + '[web]\napi_password = "é\\"\\\\"\n'), {}).render()
    assert "\r" not in text
    assert not text.startswith("\ufeff")
    assert "[" not in text
    for line in text.splitlines():
        assert line.startswith("#") or line.split(" = ")[1].startswith('"')
    assert 'CHARGER_WEB_API_PASSWORD = "é\\"\\\\"' in text


def test_the_pair_that_makes_circuitpython_connect_is_written_only_for_the_web_workflow(write, good_toml):
    config = write(good_toml)
    assert not any(variable.startswith("CIRCUITPY_") for variable in effective(config, {}).flat())
    flat = effective(config, {"CHARGER_WIFI_PASSWORD": "12345678"}, ["web.api_password=web"]).flat()
    assert {variable: text for variable, text in flat.items() if variable.startswith("CIRCUITPY_")} == {
        "CIRCUITPY_WIFI_SSID": "workshop",
        "CIRCUITPY_WIFI_PASSWORD": "12345678",
        "CIRCUITPY_WEB_API_PASSWORD": "web",
    }


def test_a_file_that_is_too_long_is_not_read_to_its_end():
    class Endless:
        lines = 0

        def readline(self, limit):
            self.lines += 1
            return b"# " + b"x" * 100 + b"\n"

    endless = Endless()
    _, _, notes = settings_file.read(endless)
    assert notes == [("settings.toml line 319", "is too long: the rest is not read", True)]
    assert endless.lines == 319
