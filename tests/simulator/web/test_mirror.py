# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What a viewer is shown who comes in the middle, and what comes then."""

import asyncio

import pytest
from chargerctl.simulator.web.app import following
from chargerctl.simulator.web.mirror import Mirror
from chargerctl.simulator.web.switches import switched


@pytest.fixture
def mirror():
    return Mirror()


def console(text, t=1.0):
    return {"t": t, "kind": "console", "text": text}


def frame(number):
    return {
        "t": 1.0,
        "kind": "frame",
        "dir": "out",
        "topic": "/charger/1",
        "frame": [2, str(number), "X", {}],
    }


def test_who_comes_later_gets_the_last_of_each_state(mirror):
    for closed in (False, True):
        mirror.take({"t": 1.0, "kind": "relay", "closed": closed})
    mirror.take({"t": 2.0, "kind": "led", "rgb": "001400"})
    states = {state["kind"]: state for state in mirror.present()["states"]}
    assert set(states) == {"relay", "led"}
    assert (states["relay"]["closed"], states["led"]["rgb"]) == (True, "001400")


def test_console_and_frames_are_bounded_the_latest_are_kept(mirror):
    for number in range(2000):
        mirror.take(console(f"line {number}"))
        mirror.take(frame(number))
    present = mirror.present()
    assert [event["text"] for event in present["console"]] == [f"line {n}" for n in range(1600, 2000)]
    assert [event["frame"][1] for event in present["frames"]] == [str(n) for n in range(1850, 2000)]


@pytest.mark.parametrize(
    "event",
    [
        console("x" * 1_000_000),
        {"t": 1.0, "kind": "frame", "dir": "in", "topic": "/system/1", "frame": "y" * 1_000_000},
        {
            "t": 1.0,
            "kind": "frame",
            "dir": "in",
            "topic": "/system/1",
            "frame": [2, "1", "X", {"z": "z" * 999_999}],
        },
    ],
)
def test_however_long_an_event_is_what_a_viewer_gets_of_it_is_bounded(mirror, event):
    mirror.take(event)
    assert len(str(mirror.present())) < 20_000


def test_what_hides_or_reorders_text_is_visible(mirror):
    mirror.take(console("a\x1b[31m\u202eb"))
    mirror.take({**frame(1), "frame": [2, "1", "X", {"\u202ekey": ["\u200bvalue"]}]})
    present = mirror.present()
    assert present["console"][0]["text"] == r"a\x1b[31m\u202eb"
    assert present["frames"][0]["frame"][3] == {r"\u202ekey": [r"\u200bvalue"]}


def test_lines_leave_their_switches_switched_and_wrong_ones_do_not(mirror):
    for line in ("press estop", "wifi down", "meter 11", "fail led"):
        mirror.take({"t": 1.0, "kind": "hand", "line": 1, "text": line})
    mirror.take({"t": 1.0, "kind": "hand", "line": 1, "text": "wifi up", "error": "no"})
    mirror.take({"t": 1.0, "kind": "script", "line": 1, "text": "ntp wrong  -5"})
    assert mirror.present()["switches"] == {
        "estop": "pressed",
        "wifi": "down",
        "meter": "11",
        "led wires": "failed",
        "ntp": "wrong -5",
    }


@pytest.mark.parametrize(
    ("line", "switches"),
    [
        ("release service", {"service": "released"}),
        ("weld", {"contactor": "welded"}),
        ("stuck open", {"contactor": "stuck open"}),
        ("repair contactor", {"contactor": "works"}),
        ("repair meter", {"meter wires": "works"}),
        ("link half-open", {"link": "half-open"}),
        ("plug", {}),
        ("swipe 04A1B2C3", {}),
        ('type "press estop"', {}),
    ],
)
def test_what_a_line_leaves_switched(line, switches):
    assert switched(line) == switches


def test_every_viewer_gets_each_event_until_it_leaves(mirror):
    first, second = [], []
    _, leave = mirror.follow(first.append)
    mirror.follow(second.append)
    mirror.take(console("one"))
    leave()
    mirror.take(console("two"))
    assert [event["text"] for event in first] == ["one"]
    assert [event["text"] for event in second] == ["one", "two"]


def test_the_end_is_waited_for_until_every_viewer_has_left_but_not_for_ever(mirror):
    _, leave = mirror.follow(lambda event: None)
    mirror.wait_until_left(0.01)
    leave()
    mirror.wait_until_left(60)


def all_of(mirror, meanwhile):
    """What one viewer gets; `meanwhile()` happens after the first."""

    async def follow():
        got = []
        async for name, data in following(mirror):
            got.append((name, data))
            if len(got) == 1:
                meanwhile()
        return got

    return asyncio.run(asyncio.wait_for(follow(), 60))


def test_a_viewer_gets_the_present_then_events_then_the_end(mirror):
    mirror.take(console("before"))

    def meanwhile():
        mirror.take(console("after"))
        mirror.end(1, "code.py ended")

    (_, present), *rest = all_of(mirror, meanwhile)
    assert [event["text"] for event in present["console"]] == ["before"]
    events = [event for name, data in rest for event in data]
    assert [event["kind"] for event in events] == ["console", "ended"]
    assert (events[-1]["status"], events[-1]["why"]) == (1, "code.py ended")
    mirror.wait_until_left(60)


def test_who_comes_after_the_end_is_told_and_waits_for_nothing(mirror):
    mirror.end(0, "")
    ((name, present),) = all_of(mirror, lambda: None)
    assert (name, present["ended"]["status"]) == ("present", 0)


def test_a_viewer_that_fell_far_behind_gets_the_present_again(mirror):
    def meanwhile():
        for number in range(5000):
            mirror.take(console(str(number)))
        mirror.end(0, "")

    got = all_of(mirror, meanwhile)
    assert [name for name, _ in got] == ["present", "present"]
    assert got[-1][1]["console"][-1]["text"] == "4999"
    assert got[-1][1]["ended"]["status"] == 0


def test_events_have_numbers_so_that_a_page_that_connects_again_shows_none_twice(mirror):
    mirror.take(console("one"))
    assert mirror.present()["n"] == mirror.present()["console"][0]["n"] == 1
    seen = []
    mirror.follow(seen.append)
    mirror.take(console("two"))
    assert seen[0]["n"] == 2


def test_each_run_of_the_command_has_another_name():
    assert Mirror().present()["run"] != Mirror().present()["run"]
