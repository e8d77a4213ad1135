# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What the lines of a console say."""

import pytest
from chargerctl.monitor.events import Start, Starts, Tracebacks, said


def test_a_line_of_the_log_has_time_subsystem_and_message():
    line = said("[  12.345] ocpp   BootNotification accepted, interval 300 s")
    assert (line.board_s, line.tag, line.message) == (
        12.345,
        "ocpp",
        "BootNotification accepted, interval 300 s",
    )


@pytest.mark.parametrize(
    ("text", "tag", "message"),
    [
        ("[99999.001] display lost: no answer", "display", "lost: no answer"),
        (
            '[   1.000] loop     File "charger/core.py", line 3, in f',
            "loop",
            '  File "charger/core.py", line 3, in f',
        ),
        ("[   1.000] loop  ", "loop", ""),
        ("[   1.000] card   04A1", "card", "04A1"),
    ],
)
def test_the_message_keeps_its_blanks(text, tag, message):
    line = said(text)
    assert (line.tag, line.message) == (tag, message)


@pytest.mark.parametrize("text", ["", "code.py output:", "[1] not a time", "[ 12.34] ocpp", ">>> "])
def test_any_other_line_has_no_subsystem(text):
    assert (said(text).tag, said(text).board_s, said(text).message) == ("", None, text)


def starts(*texts):
    seen = Starts()
    return [start for text in texts if (start := seen.see(said(text)))]


BOOT = "[   6.475] boot   firmware 0.1.0 on seeed_xiao_esp32c6, reset: watchdog"


def test_a_start_is_known_by_the_line_about_it():
    assert starts(BOOT) == [Start("watchdog", "0.1.0", "seeed_xiao_esp32c6", None)]


def test_a_start_is_marked_once_and_tells_how_long_the_board_ran():
    texts = ("[ 800.000] ocpp   x", BOOT, "[   6.475] memory 1 bytes free", "[   9.000] wifi   x")
    assert starts(*texts) == [Start("watchdog", "0.1.0", "seeed_xiao_esp32c6", 800.0)]


def test_a_start_whose_line_was_lost_is_known_by_the_clock():
    assert starts("[ 800.000] ocpp   x", "[   9.000] wifi   x", "[   9.100] ntp    x") == [Start(ran_s=800.0)]


def test_a_reload_is_a_start_though_the_clock_runs_on():
    reload = "[  22.916] boot   firmware 0.1.0 on x, reset: reload"
    assert [start.reason for start in starts("[  20.000] ocpp   x", reload)] == ["reload"]


def tracebacks(*texts):
    seen = Tracebacks()
    return [found for text in texts if (found := seen.see(said(text)))]


ENGLISH = (
    "Traceback (most recent call last):",
    '  File "code.py", line 33, in <module>',
    '  File "charger/loop.mpy", line 73, in fill_row',
    "ValueError: bad",
)


def test_a_traceback_ends_with_its_error():
    (found,) = tracebacks("before", *ENGLISH, "after")
    assert [(frame.path, frame.line, frame.name) for frame in found.frames] == [
        ("code.py", 33, "<module>"),
        ("charger/loop.mpy", 73, "fill_row"),
    ]
    assert found.error == "ValueError: bad"


@pytest.mark.parametrize(
    "frame",
    [
        '  Datei "charger/loop.py", Zeile 73, in step',
        '  Fichier "charger/loop.py", ligne 73, dans step',
        '  \u6587\u4ef6 "charger/loop.py"\uff0c\u7b2c 73 \u884c\uff0c\u5728 step',
    ],
)
def test_a_frame_is_known_in_the_language_of_any_build(frame):
    (found,) = tracebacks("R\u00fcckverfolgung:", frame, "ValueError: x")
    assert (found.frames[0].path, found.frames[0].line, found.frames[0].name) == (
        "charger/loop.py",
        73,
        "step",
    )


def test_a_traceback_in_the_log_may_have_lines_of_others_in_between():
    lines = [
        '[   1.000] loop     File "charger/x.py", line 3, in f',
        "[   1.001] ntp    no",
        "[   1.002] loop   OSError: 5",
    ]
    (found,) = tracebacks(*lines)
    assert (found.frames[0].line, found.error) == (3, "OSError: 5")


def test_two_tracebacks_are_two():
    assert len(tracebacks(*ENGLISH, *ENGLISH)) == 2


def test_a_traceback_that_never_ends_takes_no_more_than_some_frames():
    seen = Tracebacks()
    for _ in range(1000):
        seen.see(said('  File "charger/x.py", line 3, in f'))
    found = seen.end()
    assert found is not None
    assert len(found.frames) == 40
    assert seen.end() is None
