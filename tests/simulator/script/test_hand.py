# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""Lines that a person gives while the simulation runs."""

import threading
from pathlib import Path

import pytest
from chargerctl.boards.catalogue import BOARDS
from chargerctl.central.conversation.conversation import Conversation
from chargerctl.deploy import write_drive
from chargerctl.settings.values import Values
from chargerctl.simulator import session
from chargerctl.simulator.job import Job
from chargerctl.simulator.machine.board import VirtualBoard
from chargerctl.simulator.network.network import Network
from chargerctl.simulator.peripherals.wiring import World
from chargerctl.simulator.script.hand import LONGEST, MOST, Hand
from chargerctl.simulator.script.language import parse
from chargerctl.simulator.script.line import Stage
from chargerctl.simulator.script.lines import LINES
from chargerctl.simulator.script.record import Record
from chargerctl.simulator.script.runner import Runner

# One line, or more, of every form that acts.
LINES_THAT_ACT = """\
plug
unplug
swipe 04A1B2C3
swipe 04A1B2C3D4E5F6 1
press estop
release estop
meter 11
fail display
repair display
repair contactor
weld
stuck open
power off
power on
reset
brownout
type "hello ⚡"
set charger.vendor="New & Co"
ntp silent
ntp wrong -5
wifi down
link half-open
broker down
upload refused
csms answer Heartbeat null
csms error Heartbeat InternalError 2
csms silent Heartbeat always
csms delay Heartbeat 2
csms duplicate Heartbeat
csms call ClearCache
csms retained ClearCache
csms raw "x"
csms offline
""".splitlines()


class Scene:
    """A charger without firmware: its program waits."""

    def __init__(self, folder: Path, central: bool = True, **settings: str) -> None:
        folder.mkdir()
        (folder / "code.py").write_text("import time\nwhile True:\n    time.sleep(0.1)\n")
        self.board = VirtualBoard(folder, BOARDS["seeed_xiao_esp32c6"])
        self.events = []
        self.board.events.show_to(self.events.append)
        pins = {"CHARGER_HARDWARE_ESTOP_PIN": "MISO", **settings}
        self.world = World(self.board, Values.of(pins))
        self.stage = Stage(
            self.board,
            self.world,
            Network(self.board),
            Conversation() if central else None,
            Record(self.board.events),
        )
        self.hand = Hand(self.board.clock, self.board.events, self.stage)
        self.board.settle_boot_out()

    def start(self) -> None:
        self.board.power(True)
        self.board.run_for(4)

    def give(self, *lines: str) -> list:
        """Give these lines; the events of the next second."""
        before = len(self.events)
        for line in lines:
            self.hand.give(line)
        self.board.run_for(1)
        return self.events[before:]

    def hands(self, *lines: str) -> list:
        return [event for event in self.give(*lines) if event["kind"] == "hand"]


@pytest.fixture
def scene(tmp_path):
    made = Scene(tmp_path / "drive")
    made.start()
    return made


def test_every_form_that_acts_is_tried_here():
    tried = {parse(line, "", Path()).statements[0].form.usage for line in LINES_THAT_ACT}
    assert tried == {each.usage for each in LINES if each.act and "FILE" not in each.usage}


@pytest.mark.parametrize("line", LINES_THAT_ACT)
def test_a_line_does_by_hand_what_it_does_in_a_script(tmp_path, line):
    scripted = Scene(tmp_path / "scripted")
    script = parse(f"wait 4\n{line}\nwait 9", "test", Path())
    Runner(script, scripted.board.clock, scripted.board.events, scripted.stage, lambda why: None).start()
    scripted.board.power(True)
    scripted.board.run_for(5)
    by_hand = Scene(tmp_path / "by-hand")
    by_hand.start()
    by_hand.give(line)

    def happened(scene):
        return [event for event in scene.events if event["kind"] not in ("script", "hand")]

    assert happened(by_hand) == happened(scripted)
    assert [(each["t"], each["line"], each["text"]) for each in by_hand.events if each["kind"] == "hand"] == [
        (4, 1, line)
    ]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("swip 04A1B2C3", "did you mean swipe?"),
        ("swipe 04A1", "a UID of 8, 14 or 20 hex digits"),
        ("plug in", "the end of the line"),
        ("", "nothing to do"),
        ("# a comment", "nothing to do"),
        ("wait 3", "by hand, time passes by itself"),
        ("expect relay open", "by hand, time passes by itself"),
        ("snapshot a.png", "writes a file"),
        ("press service", "no service button"),
        ("plug\runplug", "one line at a time"),
        ("type " + '"' + "a" * LONGEST + '"', f"at most {LONGEST} characters"),
        ("meter " + "9" * 400, "kilowatts"),
        ('type "\ud800"', None),
        ("csms raw hex:00FF", None),
    ],
)
def test_a_wrong_line_is_an_event_with_the_reason_and_ends_nothing(tmp_path, line, why):
    scene = Scene(tmp_path / "drive", CHARGER_HARDWARE_SERVICE_PIN="none")
    scene.start()
    events = scene.give(line)
    (event,) = [each for each in events if each["kind"] == "hand"]
    if why is None:
        assert "error" not in event
    else:
        assert why in event["error"]
        assert len(event["text"]) <= 200
        assert events == [event], "nothing else happened"
    assert scene.hands("plug")[0]["line"] == 2
    assert scene.world.plugged


def test_a_line_that_fails_while_it_acts_is_one_event_with_the_reason(tmp_path):
    scene = Scene(tmp_path / "drive")
    scene.start()
    (tmp_path / "drive" / "settings.toml").mkdir()
    (event,) = scene.hands("set mqtt.keep_alive=30")
    assert event["line"] == 1
    assert "settings.toml" in event["error"]
    assert event["text"] == "set mqtt.keep_alive=30"


def test_a_line_is_shown_before_what_it_leads_to(scene):
    kinds = [event["kind"] for event in scene.give("power off")]
    assert kinds[:2] == ["hand", "power"]


def test_somebody_elses_central_system_takes_no_orders(tmp_path):
    scene = Scene(tmp_path / "drive", central=False)
    scene.start()
    (event,) = scene.hands("csms call ClearCache")
    assert "needs chargerctl's own central system" in event["error"]


def test_lines_act_in_the_order_in_which_they_were_given_and_at_once(scene):
    hands = scene.hands("plug", "power off", "power on", "unplug")
    assert [(each["line"], each["text"], each["t"]) for each in hands] == [
        (1, "plug", 4),
        (2, "power off", 4),
        (3, "power on", 4),
        (4, "unplug", 4),
    ]
    assert not scene.world.plugged


def test_lines_that_come_faster_than_any_person_gives_them_are_left_out_and_said_so(scene):
    flood = threading.Thread(target=lambda: [scene.hand.give("plug") for _ in range(10_000)])
    flood.start()
    flood.join()
    hands = scene.hands("unplug")
    assert len(hands) == MOST + 1
    assert "some were left out" in hands[-1]["error"]
    assert scene.world.plugged
    assert scene.hands("unplug")[0]["line"] == 10_002
    assert not scene.world.plugged


def test_who_is_told_that_there_is_a_board_can_give_lines_at_once(tmp_path):
    """Else the first would be lost, and the numbers of all others be wrong."""
    drive = tmp_path / "drive"
    write_drive(drive, {"CHARGER_SERIAL": "drive-7"}, "adafruit_feather_esp32s2")
    hands = []

    class BoardError(Exception):
        pass

    def write(event):
        if event["kind"] == "board":
            raise BoardError

    job = Job(drive, realtime=False, by_hand=True)
    with pytest.raises(BoardError):
        session.run(job, write, hands.append)
    assert len(hands) == 1
