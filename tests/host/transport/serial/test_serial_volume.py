# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""A board's files over its serial console: MicroPython's REPL with the shape of a board without a drive."""

from __future__ import annotations

import errno
import re
from binascii import b2a_base64
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from types import SimpleNamespace

import pytest
from chargerctl.deploy.records import MANIFEST, Manifest
from chargerctl.errors import ChargerctlError
from chargerctl.firmware_files import firmware_dir
from chargerctl.transport.serial.link import LostError, Ports, PortStream, RealPorts, Stream
from chargerctl.transport.serial.raw_repl import RawRepl
from chargerctl.transport.serial.visit import visited
from chargerctl.transport.serial.volume import SerialVolume
from chargerctl.transport.volume import TooMuchError

from tests.host.serial_board.board import BRIDGE, C6, CTRL_C, RESET, UNPLUG, Program, SerialBoard
from tests.host.serial_board.host import BoardsPorts, at_work
from tests.host.serial_board.pins import PinEvent
from tests.host.transport.faulty import Tree

HOLD = (firmware_dir() / "hold.py").read_bytes()
RELAY, LOCK = "D2", "D3"
FILES: Tree = {
    "code.py": b"import charger\n",
    "hold.py": HOLD,
    MANIFEST: Manifest({}, {"relay": (RELAY, "high"), "lock": (LOCK, "high")}).render(),
    "charger/a.py": b"a = 1\n" * 500,
    "lib": None,
}
PACKED = bytes(range(256)) * 40 + HOLD  # more than one block, and something to compress
FLAT = bytes(each * each % 251 for each in range(3000)) + b"\0\x02\x03\x04>"  # nothing to compress

HARD = [
    pytest.param({"shape": C6}, id="USB-Serial/JTAG"),
    pytest.param({"shape": BRIDGE, "has_zlib": False}, id="UART bridge"),
    pytest.param({"loses_while_writing": 3, "title_between_lines": True, "language": "de"}, id="loses bytes"),
    pytest.param({"shape": BRIDGE, "loses_while_writing": 4, "language": "zh"}, id="bridge that loses bytes"),
]


@pytest.fixture(params=HARD)
def board(request: pytest.FixtureRequest) -> Iterator[SerialBoard]:
    with SerialBoard(FILES, **request.param) as board:
        yield board


@pytest.fixture
def plain() -> Iterator[SerialBoard]:
    with SerialBoard(FILES) as board:
        yield board


def test_files_go_there_and_back(board: SerialBoard) -> None:
    with at_work(board) as (volume, _):
        for content in (PACKED, FLAT, b"", b"short"):
            volume.write("lib/x.bin", content)
            assert volume.read("lib/x.bin") == content
            assert board.disk.tree(keep_unsynced=False)["lib/x.bin"] == content
        volume.make_folder("new")
        volume.rename("lib/x.bin", "new/a name with blanks, ä")
        assert volume.read("new/a name with blanks, ä") == b"short"
        volume.remove("new/a name with blanks, ä")
        volume.remove_folder("new")
    assert board.disk.tree() == FILES


def test_what_is_there_is_listed_and_counted(plain: SerialBoard) -> None:
    with at_work(plain) as (volume, _):
        files, folders, others = volume.list()
        assert files == {path: len(content) for path, content in FILES.items() if content is not None}
        assert (folders, dict(others)) == ({"charger", "lib"}, {})
        assert (volume.cluster, volume.free()) == (plain.cluster, plain.free)


def test_a_folder_of_many_files_is_listed_in_parts() -> None:
    many: Tree = {f"lib/a file with a long name {number}.py": b"" for number in range(120)}
    with SerialBoard(many) as board, at_work(board) as (volume, _):
        assert volume.list().files.keys() == many.keys()


def test_folders_without_end_are_no_boards_drive() -> None:
    deep: Tree = {"/".join("abcdefghij" * 4): b""}
    with SerialBoard(deep) as board, at_work(board) as (volume, _), pytest.raises(TooMuchError):
        volume.list()


def test_the_system_is_told_what_the_board_refuses(plain: SerialBoard) -> None:
    with at_work(plain) as (volume, _):
        with pytest.raises(FileNotFoundError):
            volume.remove("nothing.py")
        with pytest.raises(FileNotFoundError):
            volume.read("nothing.py")
        with pytest.raises(FileExistsError):
            volume.rename("code.py", "hold.py")
        with pytest.raises(FileExistsError):
            volume.make_folder("lib")
        with pytest.raises(IsADirectoryError):
            volume.remove("lib")
        with pytest.raises(OSError, match="not empty"):
            volume.remove_folder("charger")
    assert plain.disk.tree() == FILES


def test_a_full_drive_is_said_to_be_full() -> None:
    with SerialBoard(FILES, capacity=30 * 512, cluster=512) as board, at_work(board) as (volume, _):
        with pytest.raises(OSError, match="No space") as full:
            volume.write("lib/x", FLAT * 5)
        assert full.value.errno == errno.ENOSPC


def test_a_file_that_is_as_expected_is_not_transferred(plain: SerialBoard) -> None:
    with at_work(plain) as (volume, _):
        received = plain.received
        assert volume.read("hold.py", HOLD) == HOLD
        assert list(volume.differing({"hold.py": HOLD, "charger/a.py": b"b"})) == ["charger/a.py"]
        assert plain.received - received < 500
        assert volume.read("charger/a.py", b"b") == FILES["charger/a.py"]


def test_no_statement_is_longer_than_a_bridge_takes(board: SerialBoard) -> None:
    with at_work(board) as (volume, _):
        volume.write("lib/x.bin", PACKED)
    assert board.dropped == 0


# Safety.


class Charging(Program):
    def __init__(self) -> None:
        self.pins = {RELAY: True, LOCK: True}


def test_relay_and_lock_are_driven_safe_before_any_file_is_touched() -> None:
    with SerialBoard(FILES, program=Charging()) as board, at_work(board) as (volume, _):
        assert (board.level(RELAY), board.level(LOCK)) == (False, False)
        volume.write("lib/x", b"x")
        happened = board.happened
        first_file = next(at for at, each in enumerate(happened) if not isinstance(each, PinEvent))
        driven = {each.name for each in happened[:first_file] if getattr(each, "what", "") == "output"}
        assert driven == {RELAY, LOCK}
        assert not [each for each in happened if each.what == "output" and each.level]


def test_in_the_middle_of_a_deploy_the_hold_is_in_code_txt() -> None:
    held = {("code.txt" if path == "hold.py" else path): content for path, content in FILES.items()}
    with SerialBoard(held, program=Charging()) as board, at_work(board):
        assert (board.level(RELAY), board.level(LOCK)) == (False, False)


@pytest.mark.parametrize(
    "hold", [None, b"import nothing_of_that_name\n", b"def safe_outputs(): return 1 / 0\n"]
)
def test_without_a_hold_on_the_board_it_is_that_of_the_laptop(hold: bytes | None) -> None:
    tree = {path: content for path, content in FILES.items() if path != "hold.py"}
    with SerialBoard(tree | ({"hold.py": hold} if hold else {}), program=Charging()) as board, at_work(board):
        assert (board.level(RELAY), board.level(LOCK)) == (False, False)


def test_whatever_ends_the_visit_the_board_is_reset_with_its_outputs_safe(plain: SerialBoard) -> None:
    plain.cut(80, CTRL_C)
    with pytest.raises(KeyboardInterrupt), at_work(plain) as (volume, _):
        volume.write("lib/x", PACKED)
    assert plain.resets == 1
    assert not [each for each in plain.pins if each.level and each.what == "output"]


def test_a_board_without_a_known_relay_is_named() -> None:
    said: list[str] = []
    with SerialBoard({"code.py": b"pass\n"}) as board, at_work(board, said):
        pass
    assert said == ["ttyACM0: no relay pin is known on this board, so none is driven"]


RUBBISH = [b"", b"x", b"1", b"-1 \0", b"1\0x y", b"\xff", b"1 2", b"9" * 5000, b"\0" * 71]
ANSWERS = [*(b"=" + b2a_base64(each, newline=False) for each in RUBBISH), b"=~", b"!", b"!x", b"?Foo", b""]
VERBS: list[Callable[[SerialVolume], object]] = [
    lambda volume: volume.cluster,
    lambda volume: volume.free(),
    lambda volume: volume.list(),
    lambda volume: volume.read("a", b"b"),
    lambda volume: volume.differing({"a": b"b", "c": b"d"}),
    lambda volume: volume.write("a", b"b" * 9000),
    lambda volume: volume.rename("a", "b"),
    lambda volume: volume.remove("a"),
    lambda volume: volume.make_folder("a"),
    lambda volume: volume.remove_folder("a"),
    lambda volume: volume.sync([]),
]


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_board_that_answers_rubbish_is_one_clear_error(
    plain: SerialBoard, answer: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    with at_work(plain) as (volume, _):
        monkeypatch.setattr(RawRepl, "exchange", lambda *_: answer)
        for verb in VERBS:
            try:
                verb(volume)
            except (OSError, ChargerctlError) as error:
                assert str(error)  # noqa: PT017 - some verbs have no answer that could be wrong
        for verb in (VERBS[1], VERBS[4]):
            with pytest.raises((OSError, ChargerctlError), match=r"wrong answers|stopped|more than|Errno"):
                verb(volume)
        monkeypatch.undo()


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_board_that_says_rubbish_about_itself_is_one_clear_error(
    plain: SerialBoard, answer: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RawRepl, "exchange", lambda *_: answer)
    with pytest.raises(ChargerctlError, match="does not answer"), at_work(plain):
        pass


# Who may come.


class Answers(Program):
    reads_console = True

    def __init__(self, answer: str) -> None:
        self.answer = answer
        self.asked: list[str] = []

    def hears(self, line: str) -> list[str]:
        self.asked.append(line)
        return [f"[  12.345] {self.answer}"] if line.strip() == "?hold" and self.answer else []


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            "asked  relay closed, transaction, not held",
            "the relay is closed, a transaction is running; run this again when",
        ),
        (
            "asked  relay open, transaction, not held",
            "the relay is open, a transaction is running; run this again when",
        ),
        ("", "does not say whether it charges"),
    ],
)
def test_a_board_that_charges_or_does_not_say_is_left_alone(answer: str, said: str) -> None:
    with SerialBoard(FILES, program=Answers(answer)) as board:
        with pytest.raises(ChargerctlError, match=said), at_work(board, force=False):
            pass
        assert (board.state, board.resets, board.pins) == ("program", 0, [])


def test_a_program_that_does_not_read_its_console_can_be_stopped_after_the_question(
    plain: SerialBoard,
) -> None:
    """Behind a full ring no Ctrl-C is seen."""
    with pytest.raises(ChargerctlError, match="does not say"), at_work(plain, force=False):
        pass
    with at_work(plain) as (volume, _):
        assert volume.read("code.py") == FILES["code.py"]


def test_a_charger_that_holds_its_relay_open_is_stopped() -> None:
    program = Answers("asked  relay open, no transaction, held open for 5 min")
    with SerialBoard(FILES, program=program) as board, at_work(board, force=False) as (volume, _):
        assert volume.read("code.py") == FILES["code.py"]
    assert [line for line in program.asked if line.strip()][-1].strip() == "?hold"


class Ends(Program):
    ends = True


def test_a_board_that_runs_nothing_is_not_asked() -> None:
    with SerialBoard(FILES, program=Ends()) as board:
        began = board.now()
        with at_work(board, force=False):
            assert board.now() - began < 5


def test_a_drive_of_usb_is_left_to_usb() -> None:
    with SerialBoard(FILES, read_only=True) as board:
        with pytest.raises(ChargerctlError, match=r"belongs to USB.*use --drive"), at_work(board):
            pass
        with at_work(board, writes=False) as (volume, _):
            assert volume.read("code.py") == FILES["code.py"]


def test_a_port_that_is_not_there_is_said_at_once(plain: SerialBoard) -> None:
    plain.unplug()
    plain.sleep(1)
    with pytest.raises(LostError):
        BoardsPorts(plain).open("ttyACM0")


# Losses.


@pytest.mark.parametrize("how", [UNPLUG, RESET])
@pytest.mark.parametrize("at", range(3, 60, 14))
def test_a_port_that_vanishes_in_the_middle_comes_back_under_another_name(how: str, at: int) -> None:
    said: list[str] = []
    with SerialBoard(FILES, program=Charging()) as board:
        with at_work(board, said) as (volume, _):
            before = board.ports()
            board.cut(board.blocks + at, how, back_after=2.0)
            volume.write("lib/x.bin", PACKED)
            volume.make_folder("new")
            volume.rename("lib/x.bin", "new/x.bin")
            volume.remove("code.py")
            assert (board.level(RELAY), board.level(LOCK)) == (False, False)
            happened = board.ports() != before
        tree = board.disk.tree()
        assert (tree["new/x.bin"], "code.py" in tree, "lib/x.bin" in tree) == (PACKED, False, False)
        if happened:
            assert [re.sub(r"\d", "N", line) for line in said] == [
                "ttyACMN is gone: waiting for it to come back"
            ]


@pytest.mark.parametrize(
    ("act", "arguments", "left"),
    [
        ("remove", ("code.py",), {"code.py": False}),
        ("rename", ("code.py", "lib/code.py"), {"code.py": False, "lib/code.py": True}),
        ("make_folder", ("new",), {"new": True}),
        ("remove_folder", ("lib",), {"lib": False}),
    ],
)
@pytest.mark.parametrize("how", [UNPLUG, RESET])
def test_what_was_done_before_its_answer_got_lost_is_not_an_error(
    plain: SerialBoard, act: str, arguments: tuple[str, ...], left: dict[str, bool], how: str
) -> None:
    with at_work(plain) as (volume, _):
        plain.cut(plain.blocks + 2, how, back_after=1.0)  # the first is the request
        getattr(volume, act)(*arguments)
        assert len([each for each in plain.disk.operations if each.what != "sync"]) == 1
    assert {path: path in plain.disk.tree() for path in left} == left


def test_what_was_never_done_is_an_error_however_often_it_is_asked(plain: SerialBoard) -> None:
    with at_work(plain) as (volume, _):
        for act, arguments in (("make_folder", ("nowhere/x",)), ("rename", ("nothing.py", "x.py"))):
            plain.cut(plain.blocks + 1, UNPLUG, back_after=1.0)
            with pytest.raises(FileNotFoundError):
                getattr(volume, act)(*arguments)


@pytest.mark.parametrize("at", [2, 9, 16])
def test_a_port_that_vanishes_before_the_board_is_known_costs_another_try(at: int) -> None:
    with SerialBoard(FILES, program=Charging()) as board:
        board.cut(at, UNPLUG, back_after=2.0)
        with pytest.raises(LostError, match="did not come back"), at_work(board):
            pass
        with at_work(board) as (volume, _):
            assert volume.read("code.py") == FILES["code.py"]


class TwoBoards(BoardsPorts):
    """The ports of a machine: once the board is gone, another one is found."""

    def __init__(self, board: SerialBoard, other: SerialBoard, name: str) -> None:
        super().__init__(board)
        self._others, self._name = BoardsPorts(other), name

    def open(self, name: str) -> Stream:
        return self._others.open("ttyACM0") if name == self._name else super().open(name)

    def again(self, name: str) -> list[str]:
        return [self._name]


@pytest.fixture
def other() -> Iterator[SerialBoard]:
    with SerialBoard(FILES, uid=bytes(6), program=Charging()) as other:
        yield other


def visit(ports: Ports) -> AbstractContextManager[tuple[SerialVolume, Callable[[], str]]]:
    return visited("ttyACM0", True, True, lambda _: None, ports)


def test_another_board_in_its_place_is_not_written(plain: SerialBoard, other: SerialBoard) -> None:
    """It was stopped, so it has to start again; its relay is opened before that."""
    with visit(TwoBoards(plain, other, "ttyACM5")) as (volume, _):
        plain.cut(plain.blocks + 3, UNPLUG)
        with pytest.raises(ChargerctlError, match="another board"):
            volume.write("lib/x", PACKED)
    assert (other.disk.tree(), other.resets) == (FILES, 1)
    assert {each.what for each in other.disk.operations} <= {"sync"}
    assert not [each for each in other.pins if each.what == "output" and each.level and each.block > 0]


def test_nothing_is_typed_into_another_port_before_the_board_is_known(
    plain: SerialBoard, other: SerialBoard
) -> None:
    plain.cut(5, UNPLUG)
    with (
        pytest.raises(LostError, match="did not come back"),
        visit(TwoBoards(plain, other, "ttyACM5")),
    ):
        pass
    assert (other.sent, other.state) == (0, "program")


def test_a_board_that_never_comes_back_is_given_up(plain: SerialBoard) -> None:
    with at_work(plain) as (volume, _):
        plain.cut(plain.blocks + 9, UNPLUG)
        with pytest.raises(LostError, match="did not come back"):
            volume.write("lib/x", PACKED)


def test_pyserial_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    from chargerctl.transport.serial.link import open_stream

    monkeypatch.setitem(sys.modules, "serial", None)
    with pytest.raises(ChargerctlError, match=re.escape("pip install 'chargerctl[serial]'")):
        open_stream("/dev/ttyACM0")


class Machine:
    """The ports of a machine as pyserial lists them: name -> serial number, and the place of the plug."""

    def __init__(self, **numbers: str | None) -> None:
        self.listed = {f"/dev/{name}": number for name, number in numbers.items()}
        self.vids: dict[str, int] = {}

    def comports(self) -> list[SimpleNamespace]:
        return [
            SimpleNamespace(
                device=name, vid=self.vids.get(name, 0x303A), pid=1, serial_number=number, location="1-2:1.0"
            )
            for name, number in self.listed.items()
        ]

    def opened(self, name: str) -> RealPorts:
        ports = RealPorts(self.comports, lambda _: PortStream(None))
        ports.open(name)
        return ports


def test_a_board_is_found_again_by_its_serial_number() -> None:
    machine = Machine(ttyACM0="AA", ttyACM1="BB")
    ports = machine.opened("/dev/ttyACM0")
    machine.listed = {"/dev/ttyACM0": "BB", "/dev/ttyACM3": "AA"}
    assert ports.again("/dev/ttyACM0") == ["/dev/ttyACM3"]
    machine.listed = {"/dev/ttyACM0": "BB"}
    assert ports.again("/dev/ttyACM0") == []


def test_a_number_that_several_have_tells_nothing() -> None:
    machine = Machine(ttyUSB0="0001", ttyUSB1="0001")
    ports = machine.opened("/dev/ttyUSB0")
    assert ports.again("/dev/ttyUSB0") == ["/dev/ttyUSB0"]
    machine = Machine(ttyUSB0="0001")
    ports = machine.opened("/dev/ttyUSB0")
    machine.listed = {"/dev/ttyUSB1": "0001", "/dev/ttyUSB2": "0001"}
    assert ports.again("/dev/ttyUSB0") == []


def test_a_port_without_a_number_is_looked_for_under_its_name_only() -> None:
    machine = Machine(ttyUSB0=None, ttyUSB1=None)
    ports = machine.opened("/dev/ttyUSB0")
    machine.listed = {"/dev/ttyUSB1": None}
    assert ports.again("/dev/ttyUSB0") == ["/dev/ttyUSB0"]
    machine.listed = {"/dev/ttyUSB0": None}
    machine.vids = {"/dev/ttyUSB0": 0x1A86}
    assert ports.again("/dev/ttyUSB0") == [], "something else has its name"


def test_a_port_that_is_not_listed_is_looked_for_under_its_name_only(tmp_path: Path) -> None:
    """A pty, or a port of the board itself: its neighbours are those of others."""
    for name in ("pts0", "pts1", "pts2"):
        (tmp_path / name).touch()
    mine = str(tmp_path / "pts1")
    assert Machine().opened(mine).again(mine) == [mine]


def test_a_link_of_udev_is_followed(tmp_path: Path) -> None:
    port, link = tmp_path / "ttyACM0", tmp_path / "charger1"
    port.touch()
    link.symlink_to(port)
    machine = Machine()
    machine.listed = {str(port): "AA", str(tmp_path / "ttyACM1"): "BB"}
    ports = machine.opened(str(link))
    assert ports.again(str(link)) == [str(link)]
    machine.listed = {str(tmp_path / "ttyACM2"): "AA"}
    assert ports.again(str(link)) == [str(tmp_path / "ttyACM2")]
