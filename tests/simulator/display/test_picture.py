# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a person sees: the OLED as characters, and the events on a terminal and in a pipe."""

import io

from chargerctl.simulator.display.picture import braille, half_blocks
from chargerctl.simulator.terminal import Terminal, terminal
from rich.console import Console

DARK = ["0" * 32] * 64
# A lit frame of one pixel.
FRAME = ["f" * 32, *["8" + "0" * 30 + "1"] * 62, "f" * 32]
SUMMARY = {
    "t": 12.34,
    "kind": "summary",
    "ok": True,
    "sessions": 1,
    "energy_wh": 9,
    "frames_out": 3,
    "frames_in": 2,
}


def shown(*events, width=140, colours=False, encoding="utf-8"):
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding=encoding)
    console = Console(file=out, force_terminal=True, width=width) if colours else terminal(out)
    screen = Terminal(console)
    for event in events:
        screen.show({"t": 1.5, **event})
    out.flush()
    return raw.getvalue().decode(encoding)


def test_half_blocks_show_two_pixels_in_a_character():
    lines = half_blocks(FRAME)
    assert (len(lines), {len(line) for line in lines}) == (32, {128})
    assert lines[0] == "█" + "▀" * 126 + "█"
    assert lines[1] == "█" + " " * 126 + "█"
    assert lines[31] == "█" + "▄" * 126 + "█"


def test_braille_shows_eight_pixels_in_a_character():
    lines = braille(FRAME)
    assert (len(lines), {len(line) for line in lines}) == (16, {64})
    assert lines[0] == "⡏" + "⠉" * 62 + "⢹"
    assert lines[1] == "⡇" + "\u2800" * 62 + "⢸"
    assert lines[15] == "⣇" + "⣀" * 62 + "⣸"


def test_the_console_is_shown_as_it_is_and_never_wrapped():
    text = "[   1.500] ocpp   " + "a long line " * 20
    assert shown({"kind": "console", "text": text}) == text + "\n"


def test_what_looks_like_markup_is_text():
    assert shown({"kind": "console", "text": "[red]x[/red] :smile:"}) == "[red]x[/red] :smile:\n"


def test_lines_of_the_script_stand_between_with_their_outcome():
    assert shown(
        {"kind": "script", "line": 1, "text": "plug"},
        {"kind": "expect", "line": 2, "text": "expect relay open", "ok": True},
        {
            "kind": "expect",
            "line": 3,
            "text": "expect relay closed",
            "ok": False,
            "found": "the relay is open",
        },
    ).splitlines() == [
        ">     1.500  plug",
        ">     1.500  expect relay open: ok",
        ">     1.500  expect relay closed: FAILED, the relay is open",
    ]


def test_the_end_is_the_picture_and_one_line():
    lines = shown({"kind": "display", "rows": FRAME, "lines": []}, SUMMARY).splitlines()
    assert len(lines) == 35
    assert lines[1] == "│█" + "▀" * 126 + "█│"
    assert lines[-1] == "ok: 1 session, 9 Wh, 3 frames out and 2 in, 12.3 s of board time, modelled"


def test_a_pipe_gets_no_colours():
    assert "\x1b" not in shown({"kind": "display", "rows": FRAME, "lines": []}, SUMMARY)


def test_a_narrow_terminal_gets_a_picture_that_fits():
    text = shown({"kind": "display", "rows": FRAME, "lines": []}, SUMMARY, width=80, colours=True)
    assert "⡏" in text
    assert "█" not in text
    assert "\x1b[" in text


def test_an_output_without_unicode_gets_the_text_of_the_display():
    lines = shown(
        {"kind": "display", "rows": DARK, "lines": ["Available"]}, SUMMARY, encoding="ascii"
    ).splitlines()
    assert any("Available" in line for line in lines)


def test_without_a_display_there_is_only_the_line():
    assert len(shown(SUMMARY).splitlines()) == 1
