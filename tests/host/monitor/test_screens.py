# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The terminal is looked at: monitor and panel as a person sees them."""

import io
import re
import time

import pytest
from chargerctl.deploy.image import firmware_image
from chargerctl.monitor.charger import Charger
from chargerctl.monitor.choice import TAGS, Choice
from chargerctl.monitor.deployed import Deployed
from chargerctl.monitor.entries import BoardLine, Started
from chargerctl.monitor.events import Start, said
from chargerctl.monitor.panel import Panel, display_texts
from chargerctl.monitor.picture import rows_of
from chargerctl.monitor.pipeline import Pipeline
from chargerctl.monitor.secrets import Masker
from chargerctl.monitor.show import RawScreen, Screen
from chargerctl.visible import visible
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from tests.host.monitor.rendered import SCREENS, Terminal, compare

SESSION = """\
[   6.475] boot   firmware 0.1.0 on seeed_xiao_esp32c6, reset: power
[   6.475] memory 100000 bytes free, 40000 in one piece outside the heap; with the radio open 96000 bytes free
[  13.621] wifi   Connected to workshop, address 10.0.0.2
[  15.402] clock  2026-11-22T07:30:15Z from NTP
[  15.403] ntp    Time from pool.ntp.org
[  15.414] mqtt   Connected to broker 192.168.1.10:1883
[  15.528] ocpp   BootNotification accepted, interval 300 s
[  26.071] state  Available -> Preparing
[  26.589] card   04A1B2C3
[  26.589] state  Preparing -> Authorizing
[  26.659] state  Authorizing -> Charging
[  26.659] ocpp   transaction started by 04A1B2C3 at 0 Wh
[  27.002] ocpp   transaction 1: Accepted
[  27.280] relay  closed
"""
STOP = """\
[  57.303] card   04A1B2C3
[  57.303] state  Charging -> Finishing
[  57.303] relay  open: authorisation ended
[  57.304] ocpp   transaction stopped (Local) at 91 Wh
[  57.879] state  Finishing -> Available
"""
CRASH = """\
[  60.000] loop   Traceback (most recent call last):
[  60.000] loop     File "charger/loop.mpy", line 97, in fill_row
[  60.000] loop     File "charger/view.mpy", line 82, in step
[  60.001] loop   ValueError: \x1b[31mred from the network\x1b[0m
[  60.001] loop   view failed (ValueError), again in 1 s
a program of another kind prints hunter-22
"""
RESTART = """\
[   6.470] boot   firmware 0.1.0 on seeed_xiao_esp32c6, reset: watchdog
[   6.470] memory 100000 bytes free
"""
# 2026-11-26 12:00:00 UTC
NOON = 1_795_694_400.0


@pytest.fixture(autouse=True)
def utc(monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def entries():
    """Everything that can be shown, of one board."""
    names = {"charger/loop.py _run": "fill_row"}
    sources = {"charger/loop.py": "\n" * 96 + "            task.step(now)\n"}
    pipeline = Pipeline(Masker(["hunter-22"]), Deployed(names, lambda: sources))

    def feed(text, at):
        return [
            entry for line in text.splitlines() for entry in pipeline.feed(line.encode() + b"\r\n", NOON + at)
        ]

    shown = pipeline.connected("/dev/ttyACM0", NOON)
    shown += feed(SESSION, 1.5) + feed(STOP, 31.5) + feed(CRASH, 34.0)
    shown += pipeline.feed(b"[  61.000] ocpp   Heart", NOON + 40)
    shown += pipeline.lost("the port is gone", NOON + 41)
    shown += pipeline.connected("/dev/ttyACM1", NOON + 43)
    shown += feed(RESTART, 44)
    return shown


@pytest.fixture
def charging(entries):
    """Until the relay has closed."""
    end = next(number for number, each in enumerate(entries) if getattr(each, "text", "").endswith("closed"))
    return entries[: end + 1]


def test_a_terminal_shows_lines_with_times_and_marks(entries):
    terminal = Terminal(110, 50)
    Screen(terminal.out, Choice().shows).show(entries)
    compare(terminal.lines(), "monitor.txt")


def test_subsystems_and_marks_have_colours(entries):
    terminal = Terminal(110, 50)
    Screen(terminal.out, Choice().shows).show(entries)
    seen = [terminal.colours(text) for text in ("relay  closed", "ntp ", "traceback: ", "connection lost")]
    assert "brightmagenta" in seen[0]
    assert "cyan" in seen[1]
    assert seen[2] == {"red"}
    assert seen[3] == {"brown"}  # pyte's word for yellow


def test_no_escape_sequence_of_a_board_reaches_the_terminal(entries):
    terminal = Terminal(110, 50)
    Screen(terminal.out, Choice().shows).show([each for each in entries if isinstance(each, BoardLine)])
    assert any(r"ValueError: \x1b[31mred from the network\x1b[0m" in line for line in terminal.lines())
    assert "red" not in terminal.colours("from the network")


def test_a_filter_shows_some_subsystems_and_every_mark(entries):
    terminal = Terminal(110, 30)
    Screen(terminal.out, Choice(["relay", "card"]).shows).show(entries)
    compare(terminal.lines(), "filtered.txt")


def test_raw_is_what_the_board_printed_and_nothing_else(entries):
    terminal, marks = Terminal(110, 50), []
    RawScreen(terminal.out, Choice().shows, marks.append).show(entries)
    lines = terminal.lines()
    assert lines[0] == SESSION.splitlines()[0]
    assert "[  61.000] ocpp   Heart" in lines
    assert lines[lines.index("[  61.000] ocpp   Heart") + 1] == RESTART.splitlines()[0]
    assert marks[0] == "connected to /dev/ttyACM0"


def test_the_rest_of_a_line_is_shown_where_its_beginning_was():
    choice = Choice(["ocpp"])
    begun, rest = said("[   1.000] ocpp   Heart"), said("beat")
    other = said("[   1.000] wifi   x")
    entries = [
        BoardLine(0.0, begun, ended=False),
        BoardLine(0.0, rest, continues=True),
        BoardLine(0.0, other),
    ]
    assert [choice.shows(entry) for entry in entries] == [True, True, False]


def test_the_filter_knows_every_subsystem_of_the_firmware():
    text = b"".join(
        content for path, content in firmware_image().items() if path.startswith("charger/")
    ).decode()
    logged = set(re.findall(r"""(?:log|Health)\(\s*(?:self\._log, |log, )?"([a-z]+)\"""", text))
    assert logged <= set(TAGS)
    assert [tag for tag in TAGS if f'"{tag}"' not in text] == []


@pytest.mark.parametrize("name", ["filtered.txt", "panel-asked.txt"])
def test_the_page_about_it_shows_these_screens(name, pytestconfig):
    page = (pytestconfig.rootpath / "docs/monitor.md").read_text(encoding="utf-8")
    assert f"```\n{(SCREENS / name).read_text(encoding='utf-8')}```\n" in page


@pytest.mark.parametrize(("width", "height"), [(80, 24), (132, 36)])
def test_the_panel(charging, width, height):
    terminal = Terminal(width, height)
    panel = Panel(Choice().shows, "esp32c6-charger-4f2a9c", 3600)
    panel.see(charging)
    terminal.out.print(panel.drawn(NOON + 31.5, width, height), end="")
    compare(terminal.lines(), f"panel-{width}.txt")


def test_the_panel_tells_a_lost_board_a_fault_and_a_traceback(entries):
    fault = said("[   9.000] safety fault latched: EmergencyStop")
    panel = Panel(Choice().shows)
    panel.see([*entries, BoardLine(NOON + 45, fault)])
    terminal = Terminal(100, 24)
    terminal.out.print(panel.drawn(NOON + 60, 100, 24), end="")
    compare(terminal.lines(), "panel-fault.txt")


def test_a_panel_fits_a_terminal_that_is_far_too_small(charging):
    panel = Panel(Choice().shows)
    panel.see(charging)
    terminal = Terminal(30, 8)
    terminal.out.print(panel.drawn(NOON, 30, 8), end="")
    assert any(terminal.lines())


def test_a_charger_that_is_asked_tells_cable_and_energy(charging):
    answer = """\
[  61.000] asked  relay closed, transaction, not held
[  61.001] view   phase=Charging relay=closed cable=in energy_wh=91 elapsed_s=34 online=no
[  61.002] asked  firmware 0.1.0, serial garage-7, up 61 s, fault None, crashes 0
[  61.003] memory 90000 bytes free
"""
    panel = Panel(Choice().shows)
    panel.see(charging)
    panel.see([BoardLine(NOON + 60, said(line)) for line in answer.splitlines()])
    terminal = Terminal(80, 24)
    terminal.out.print(panel.drawn(NOON + 62, 80, 24), end="")
    compare(terminal.lines(), "panel-asked.txt")


def test_a_panel_that_came_later_claims_nothing_that_no_line_has_told():
    answer = """\
[  61.001] view   phase=Available relay=open cable=out energy_wh=None elapsed_s=None online=yes
[  61.002] asked  firmware 0.1.0, serial garage-7, up 61 s, fault None, crashes 0
[  61.003] memory 100000 bytes free, 40000 in one piece outside the heap
"""
    panel = Panel(Choice().shows)
    panel.see(BoardLine(NOON, said(line)) for line in answer.splitlines())
    terminal = Terminal(80, 24)
    terminal.out.print(panel.drawn(NOON, 80, 24), end="")
    screen = "\n".join(terminal.lines())
    assert "Not Connected" not in screen
    assert "Time Not Synced" not in screen
    assert "broker  connected" in screen
    assert "memory  100000 bytes free, 40000 in one piece " in screen
    panel.see(
        [Started(NOON, Start("power")), BoardLine(NOON, said("[   1.000] state  Starting -> Available"))]
    )
    terminal = Terminal(80, 24)
    terminal.out.print(panel.drawn(NOON, 80, 24), end="")
    assert {"Not Connected", "Time Not Synced"} <= {line[2:23].strip() for line in terminal.lines()}


LINES = st.one_of(
    st.text(),
    st.builds("[   1.000] {:6} {}".format, st.sampled_from(TAGS), st.text()),
    st.sampled_from(
        [
            "[   1.000] clock  2026-99-99T99:99:99Z from NTP",
            "[   1.000] clock  2099-12-31T23:59:59Z from NTP",
            "[   1.000] wifi   Connected to \u202e, address " + "9" * 4000,
            "[   1.000] state  A -> " + "\u00e9" * 4000,
            "[   1.000] boot   firmware " + "x" * 300 + " on y, reset: z",
            "[   1.000] view   phase=Charging relay=closed cable=in energy_wh=999999999 elapsed_s=999999999 online=no",
            "[   1.000] asked  firmware 0, serial \x1b[2J, up 999999999 s, fault None, crashes 0",
            '[   1.000] loop     File "' + "x" * 100 + '.py", line 999999, in f',
            "[   1.000] loop   " + "E" * 4000 + ": x",
        ]
    ),
)


@given(st.lists(LINES, max_size=8), st.sampled_from([(80, 24), (130, 40), (20, 5)]), st.booleans())
def test_no_board_can_break_the_panel(lines, size, utf):
    pipeline = Pipeline(Masker(["secret"]), Deployed({}, dict))
    panel = Panel(Choice().shows)
    data = "".join(line + "\n" for line in lines).encode("utf-8", "surrogatepass")
    panel.see(pipeline.connected("a port", NOON) + pipeline.feed(data, NOON))
    out = Console(file=io.StringIO(), width=size[0], height=size[1], color_system=None, _environ={})
    out.print(panel.drawn(NOON + 1, *size, utf=utf))
    assert visible(out.file.getvalue().replace("\n", "")) == out.file.getvalue().replace("\n", "")


def test_a_text_that_is_too_long_stays_on_the_picture():
    assert {len(row) for row in rows_of({"MIDDLE": "9" * 400})} == {32}


def test_nothing_is_guessed_before_the_board_has_said_it():
    charger = Charger()
    charger.see(BoardLine(0.0, said("[ 100.000] ocpp   call repeated")))
    assert (charger.phase, charger.relay, charger.cable, charger.card) == (None, None, None, None)
    assert display_texts(charger, "", 0, 0.0)["MIDDLE"] == "-"
