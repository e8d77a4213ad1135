# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The web workflow against a board that has its habits: requests, files, the console, and when nothing may be written."""

from __future__ import annotations

import errno
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest
from chargerctl.deploy.records import COMMIT
from chargerctl.deploy.troubles import explain
from chargerctl.errors import ChargerctlError
from chargerctl.transport.relay import HOLD, LOOK
from chargerctl.transport.volume import BoardError, TooMuchError
from chargerctl.transport.web import client as client_module
from chargerctl.transport.web import console as console_module
from chargerctl.transport.web.client import Access, WebClient
from chargerctl.transport.web.console import WebConsole, ask
from chargerctl.transport.web.holding import MARK, Hold
from chargerctl.transport.web.volume import WebVolume

from tests.host.transport.faulty import Tree
from tests.host.web_board.board import PASSWORD, WebBoard, wait_until

TREE: Tree = {"code.py": b"print(1)\n", "lib/a.mpy": b"C\x06" * 40, "empty": None, "mit Ümlaut.txt": b""}

SILENT_WARNING = (
    "warning: garage.local does not say that its relay is open, "
    "and each file on its way stops its program (--force)"
)


@pytest.fixture
def board() -> Iterator[WebBoard]:
    with WebBoard(TREE) as board:
        yield board


def volume_of(board: WebBoard, force: bool = False, said: list[str] | None = None) -> WebVolume:
    client = WebClient(board.access(), board.pause, board.clock)
    return WebVolume(client, Hold(client, board.ask, force, (said if said is not None else []).append))


@pytest.fixture
def volume(board: WebBoard) -> WebVolume:
    return volume_of(board)


# Reading.


def test_what_is_on_the_drive(volume: WebVolume) -> None:
    listing = volume.list()
    assert listing.files == {"code.py": 9, "lib/a.mpy": 80, "mit Ümlaut.txt": 0}
    assert listing.folders == {"lib", "empty"}
    assert volume.read("lib/a.mpy") == TREE["lib/a.mpy"]
    assert volume.cluster == 512
    assert volume.free() == volume.free() // 512 * 512 > 1 << 20
    assert list(volume.differing({"code.py": b"print(1)\n", "lib/a.mpy": b""})) == ["lib/a.mpy"]


def test_reading_changes_nothing_and_the_relay_stays_open_meanwhile(
    board: WebBoard, volume: WebVolume
) -> None:
    volume.list()
    assert board.is_held
    board.pause(290)
    volume.read("code.py")
    volume.sync([""])
    assert {request.split()[0] for request in board.requests} == {"GET"}
    assert not board.read_while_closed, "it was asked again before the promise ended"
    volume._hold.end()
    assert not board.is_held, "the charger is free again at once"


def test_while_it_charges_files_are_read_only_with_force(board: WebBoard) -> None:
    board.relay = "relay closed, transaction"
    with pytest.raises(
        BoardError, match=r"the relay is closed.*run this again when the charge has ended, or use --force"
    ):
        volume_of(board).list()
    assert board.requests == []
    said: list[str] = []
    volume = volume_of(board, force=True, said=said)
    assert volume.read("code.py") == TREE["code.py"]
    assert len(said) == 1
    assert "each file that is read stops its program" in said[0]
    with pytest.raises(BoardError, match="when the charge has ended"):
        volume.write("x", b"")


def test_a_hold_that_is_just_ending_is_no_promise(board: WebBoard, volume: WebVolume) -> None:
    volume.write("x", b"content")
    volume._hold.end()
    volume = volume_of(board)
    volume.list()
    board.pause(20)
    volume.list()
    assert not board.read_while_closed


@pytest.mark.parametrize("program", ["older charger", ""])
def test_a_board_that_does_not_answer_is_read_only_with_force(program: str) -> None:
    """It may be a charger that charges and cannot answer: an older one, or one that listens to USB."""
    said: list[str] = []
    with WebBoard(TREE, program) as board:
        for read in (lambda volume: volume.list(), lambda volume: volume.read("code.py")):
            with pytest.raises(BoardError, match=r"does not say that its relay is open.*then use --force"):
                read(volume_of(board))
        assert board.requests == []
        assert board.read_while_closed == []
        volume = volume_of(board, force=True, said=said)
        assert volume.read("code.py") == TREE["code.py"]
        board.pause(300)
        volume.list()
        assert bool(board.read_while_closed) == bool(program), "the rig sees it"
    assert said == [SILENT_WARNING]


def test_a_file_that_is_not_there_is_an_error_of_the_file_system(volume: WebVolume) -> None:
    with pytest.raises(FileNotFoundError):
        volume.read("gone")


@pytest.mark.parametrize(
    ("listing", "said"),
    [
        (b"<html>", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"[]", "CircuitPython 9 or newer"),
        (b'{"files": [{"name": "../x"}]}', "is no name"),
        (b'{"files": [{"name": ""}]}', "is no name"),
        (b'{"files": [{"name": 7}]}', "is no name"),
        (b'{"files": [7]}', "is no file"),
        (b'{"files": [{"name": "a\\u001bb"}]}', "is no name"),
        (b'{"files": [{"name": "a\\ud800b"}]}', "is no name"),
        (b'{"files": [{"name": "a", "file_size": -1}]}', "a: '-1' is no size"),
        (b'{"files": [{"name": "a", "file_size": true}]}', "a: 'True' is no size"),
        (b'{"files": [{"name": "a", "file_size": 4294967296}]}', "is no size"),
        (b'{"files": [{"name": "a", "file_size": 1.5}]}', "is no size"),
        (b'{"files": [{"name": "a"}]}', "is no size"),
        (b'{"files": [{"name": "a", "file_size": ' + b"9" * 5000 + b"}]}", "is not JSON"),
    ],
)
def test_a_listing_of_another_kind_is_said_so(
    board: WebBoard, volume: WebVolume, listing: bytes, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(WebClient, "request", lambda *_, **__: listing)
    with pytest.raises(BoardError, match=said):
        volume.list()


@pytest.mark.parametrize("number", [b"-7", b"true", b"1e400", b'"9"', b"null"])
def test_a_drive_of_no_size_has_no_room(
    volume: WebVolume, number: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    listing = b'{"files": [], "free": %s, "block_size": %s}' % (number, number)
    monkeypatch.setattr(WebClient, "request", lambda *_, **__: listing)
    assert volume.free() == 0
    assert volume.cluster == 512


def test_a_host_that_cannot_be_looked_up_is_an_error_of_one_line() -> None:
    """Named by the network, where any name can come from."""
    access = Access("a" * 70, 80, PASSWORD, "garage.local")
    with pytest.raises(BoardError, match=r"garage.local cannot be reached"):
        WebClient(access, lambda seconds: None).request("GET", "/fs/")
    with pytest.raises(BoardError, match=r"garage.local cannot be reached"):
        WebConsole(access)


def test_more_than_a_board_can_have_is_refused(
    board: WebBoard, volume: WebVolume, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "LARGEST", 50)
    with pytest.raises(TooMuchError):
        volume.read("lib/a.mpy")


# Every status has an error of one line with its remedy.


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, "refused the password (401): set CHARGERCTL_WEB_PASSWORD"),
        (403, "has no password for its web workflow (403)"),
        (409, "a computer owns its drive over USB (409): eject CIRCUITPY there"),
        (412, "exists"),
        (413, "is full: "),
        (417, "is full: "),
        (500, "failed at PUT /fs/x (500): its drive may be damaged"),
        (501, "answered PUT /fs/x with status 501: is that a CircuitPython board?"),
        (307, "is the name of any board (307): give --host that of one"),
        (404, "was unplugged or fails (no such file or folder)"),
    ],
)
def test_a_refused_write_says_what_to_do(board: WebBoard, status: int, said: str) -> None:
    volume = volume_of(board)
    volume.write("y", b"")
    board.faults = dict.fromkeys(range(len(board.requests) + 1, 100), status)
    with pytest.raises(OSError) as caught:  # noqa: PT011 - of several kinds
        volume.write("x", b"content")
    text = str(explain(caught.value, volume.name, committed=False))
    assert said in text
    assert "\n" not in text
    assert PASSWORD not in text


def test_the_password_is_wrong_or_there_is_none(board: WebBoard) -> None:
    with pytest.raises(BoardError, match="refused the password"):
        WebClient(board.access("wrong"), board.pause).request("GET", "/fs/")
    board.has_password = False
    with pytest.raises(BoardError, match="has no password for its web workflow"):
        WebClient(board.access(), board.pause).request("GET", "/fs/")


def test_a_password_is_never_shown(board: WebBoard) -> None:
    assert PASSWORD not in repr(board.access())


def test_nobody_there_is_said_after_a_few_tries() -> None:
    with WebBoard(TREE) as board:
        access = board.access()
    waited: list[float] = []
    with pytest.raises(BoardError, match=r"cannot be reached \(.*\): is the board switched on"):
        WebClient(access, waited.append).request("GET", "/fs/")
    assert len(waited) == 2


def test_an_answer_without_an_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "LARGEST", 50)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection, suppress(OSError):  # the other end goes
                while True:
                    connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        access = Access("127.0.0.1", server.getsockname()[1], PASSWORD, "garage.local")
        with pytest.raises(BoardError, match=r"was lost in DELETE /fs/x \(the answer has no end\)"):
            WebClient(access).request("DELETE", "/fs/x")
        thread.join()


@pytest.mark.parametrize("fault", ["drop", 500])
def test_what_only_reads_is_repeated(board: WebBoard, volume: WebVolume, fault: object) -> None:
    board.faults = {1: fault, 2: fault}
    assert volume.read("code.py") == TREE["code.py"]


# Writing.


def test_files_are_made_moved_and_removed(board: WebBoard, volume: WebVolume) -> None:
    volume.make_folder("new")
    volume.write("new/one.txt", b"one" * 100)
    volume.write("code.py", b"")
    volume.rename("new/one.txt", "lib/two.txt")
    volume.remove("mit Ümlaut.txt")
    volume.remove_folder("new")
    assert board.disk.tree() == {
        ".held": b"",
        "code.py": b"",
        "lib/a.mpy": TREE["lib/a.mpy"],
        "lib/two.txt": b"one" * 100,
        "empty": None,
    }
    assert MARK not in volume.list().files
    assert not board.written_while_closed


def test_a_name_that_is_taken_is_not_written_over(volume: WebVolume) -> None:
    with pytest.raises(FileExistsError):
        volume.rename("code.py", "lib/a.mpy")


def test_only_an_empty_folder_is_removed_although_the_board_would_take_all(
    board: WebBoard, volume: WebVolume
) -> None:
    with pytest.raises(OSError, match=r".*") as caught:
        volume.remove_folder("lib")
    assert caught.value.errno == errno.ENOTEMPTY
    assert "lib/a.mpy" in board.disk.tree()


def test_a_name_longer_than_a_header_is_copied(board: WebBoard, volume: WebVolume) -> None:
    long = "a-name-that-is-longer-than-what-a-header-of-circuitpython-may-have.txt"
    volume.rename("code.py", long)
    assert board.disk.tree()[long] == TREE["code.py"]
    assert "code.py" not in board.disk.tree()
    volume.write("code.py", b"")
    with pytest.raises(FileExistsError):
        volume.rename("code.py", long)


def test_a_path_longer_than_the_board_reads_is_refused(volume: WebVolume) -> None:
    with pytest.raises(BoardError, match="too long a name for the web workflow"):
        volume.read("ü" * 60)


def test_sync_waits_until_the_board_has_written_its_flash(board: WebBoard, volume: WebVolume) -> None:
    volume.write("x", b"content")
    assert "x" not in board.disk.tree(keep_unsynced=False)
    volume.sync(["x"])
    assert board.disk.tree(keep_unsynced=False)["x"] == b"content"
    before = board.now_s
    volume.sync(["x"])
    assert board.now_s == before


@pytest.mark.parametrize("fault", ["drop", "lose", "half", 500])
@pytest.mark.parametrize("what", ["write", "move", "remove", "folder"])
def test_a_change_whose_answer_is_lost_is_repeated(board: WebBoard, what: str, fault: object) -> None:
    volume = volume_of(board)
    volume.write("staged", b"new" * 100)
    board.faults = {len(board.requests) + 1: fault}
    act = {
        "write": lambda: volume.write("staged", b"newer" * 100),
        "move": lambda: volume.rename("staged", "lib/live"),
        "remove": lambda: volume.remove("staged"),
        "folder": lambda: volume.make_folder("new"),
    }[what]
    if fault == 500 and what in ("move", "remove"):
        with pytest.raises(BoardError, match="500"):  # what was done is not known
            act()
        return
    act()
    tree = board.disk.tree()
    assert tree.get("staged") == {"write": b"newer" * 100, "folder": b"new" * 100}.get(what)
    assert tree.get("lib/live") == (b"new" * 100 if what == "move" else None)


def test_a_change_that_never_gets_through_is_given_up(board: WebBoard, volume: WebVolume) -> None:
    volume.write("x", b"")
    board.faults = dict.fromkeys(range(len(board.requests) + 1, 100), "drop")
    with pytest.raises(BoardError, match="was lost in"):
        volume.write("y", b"")


# The relay.


def test_before_the_first_change_the_board_holds_its_relay_open(board: WebBoard) -> None:
    said: list[str] = []
    volume = volume_of(board, said=said)
    volume.write("x", b"content")
    assert board.requests[0] == "PUT /fs/.held"
    assert board.requests[-1] == "PUT /fs/x"
    assert board.restarts == 1, "hold.py has said so itself"
    assert board.is_held
    assert not board.written_while_closed
    assert said == ["garage.local: its relay is open; the charger stops until this has ended"]


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize(
    ("relay", "said"),
    [
        ("relay closed, transaction", "the relay is closed, a transaction is running: run this again when"),
        (
            "relay open, transaction",
            "the relay is open, a transaction is running: run this again when the charge",
        ),
        (
            "relay unknown, no transaction",
            "no relay pin is known: make sure that no vehicle is connected, then",
        ),
    ],
)
def test_nothing_is_written_where_the_relay_may_close(
    board: WebBoard, force: bool, relay: str, said: str
) -> None:
    board.relay = relay
    with pytest.raises(BoardError, match=said):
        volume_of(board, force).write("x", b"content")
    assert board.requests == []
    assert board.disk.tree() == TREE


def test_a_board_that_says_nothing_needs_force() -> None:
    said: list[str] = []
    with WebBoard(TREE, program="") as board:
        with pytest.raises(BoardError, match=r"does not say that its relay is open.*--force"):
            volume_of(board).make_folder("new")
        assert board.requests == []
        volume = volume_of(board, force=True, said=said)
        volume.list()
        volume.write("x", b"content")
        volume.list()
        volume._hold.end()
        assert "PUT /fs/x" in board.requests
        assert "PUT /fs/.held" not in board.requests
    assert said == [SILENT_WARNING], "once"


def test_a_charger_that_is_about_to_close_its_relay_or_to_free_the_cable_is_let_do_so(
    board: WebBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = "[  12.345] asked  relay open, no transaction, not held\r\n"
    monkeypatch.setattr(board, "_answer", lambda question: answer)
    said = "but the charger is about to close it or to free the cable: run this again in a minute"
    with pytest.raises(BoardError, match=f"{said}, or use --force"):
        volume_of(board).list()
    with pytest.raises(BoardError, match=said):
        volume_of(board).write("x", b"")
    assert board.requests == []


def test_a_board_that_answers_and_does_not_hold_is_an_older_one(
    board: WebBoard, volume: WebVolume, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(board, "_start", lambda: None)  # it goes on
    board.holds_for_min = 500
    with pytest.raises(BoardError, match="did not stop its charger within"):
        volume.write("x", b"content")
    assert board.disk.tree() == TREE, "the mark is gone again"


def test_where_the_board_is_reset_meanwhile_nothing_more_is_written(
    board: WebBoard, volume: WebVolume
) -> None:
    volume.write("x", b"content")
    board.reset()
    for _ in range(3):
        with pytest.raises(BoardError, match="was reset meanwhile"):
            volume.write("y", b"content")
        with pytest.raises(BoardError, match="was reset meanwhile"):
            volume.list()
    assert "y" not in board.disk.tree()
    assert not board.written_while_closed
    assert not board.read_while_closed


def test_nor_where_what_was_only_read_hides_the_reset(board: WebBoard, volume: WebVolume) -> None:
    volume.write("x", b"content")
    board.faults = {len(board.requests) + 1: "reset"}
    assert volume.read("x") == b"content", "once more"
    with pytest.raises(BoardError, match="was reset meanwhile"):
        volume.write("y", b"content")


def test_nor_where_it_is_reset_in_a_request(board: WebBoard, volume: WebVolume) -> None:
    volume.write("x", b"content")
    board.reset()
    board.now_s -= 5
    board.faults = {len(board.requests) + 1: "drop"}
    with pytest.raises(BoardError, match="was reset meanwhile"):
        volume.write("y", b"content")
    assert "y" not in board.disk.tree()


@pytest.mark.parametrize("fault", [500, 409, "drop"])
def test_at_the_end_it_is_said_where_the_board_could_not_be_told(
    board: WebBoard, volume: WebVolume, fault: object
) -> None:
    volume.write("x", b"content")
    board.faults = {len(board.requests) + 1: fault}
    text, well = volume._hold.restart()
    assert not well
    assert "could not be told to start" in text
    assert (
        "5 minutes after the last change it does so: look with chargerctl monitor --host garage.local" in text
    )


@pytest.mark.parametrize("fault", ["lose", "reset"])
def test_where_only_the_answer_is_lost_the_charger_itself_says_that_it_runs(
    board: WebBoard, volume: WebVolume, fault: object
) -> None:
    volume.write("x", b"content")
    board.faults = {len(board.requests) + 1: fault}
    assert volume._hold.restart().well


def test_or_where_what_was_deployed_holds(board: WebBoard, volume: WebVolume) -> None:
    volume.make_folder(".deploy")
    volume.write(COMMIT, b"unfinished")
    text, well = volume._hold.restart()
    assert not well
    assert "holds its outputs safe, and has started no charger within 60 s" in text


def test_at_the_end_the_board_runs_what_is_on_it(board: WebBoard, volume: WebVolume) -> None:
    volume.write("x", b"content")
    assert volume._hold.restart().well
    assert board.requests[-1] == "DELETE /fs/.held", "and nothing is read of it any more"
    assert MARK not in board.disk.tree()
    assert not board.is_held
    assert board.restarts == 2


# The console.


def test_the_console_is_a_stream_of_bytes(board: WebBoard) -> None:
    console = WebConsole(board.access(), lambda seconds: None)
    try:
        wait_until(lambda: bool(board._consoles))
        board.print("größer\r\n")
        assert console.read(5) == "größer\r\n".encode()
        assert console.read(0.01) == b""
        console.write(b"\r?relay\r")
        text = b""
        while b"not held" not in text:
            text += console.read(5)
    finally:
        console.close()


class Socket:
    """Of a console: nothing comes, and `clock` runs while it is read."""

    socket = None

    def __init__(self) -> None:
        self.clock = 100.0
        self.closed_at = 0.0

    def recv(self, timeout: float, decode: bool) -> str:
        self.clock += timeout
        raise TimeoutError

    def send(self, text: str) -> None:
        self.clock += 0.1

    def close(self) -> None:
        self.closed_at = self.clock


@pytest.mark.parametrize(("answered", "closed_at"), [(False, 100.6), (True, 100.1)])
def test_a_console_is_closed_only_when_the_board_has_read_what_was_typed(
    answered: bool, closed_at: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that has just seen that there is a key would wait for it for ever."""
    connection = Socket()
    monkeypatch.setattr(console_module, "_opened", lambda access: connection)
    monkeypatch.setattr(console_module, "_keep_alive", lambda connection: None)
    console = WebConsole(Access("garage", 80, "", "garage"), now=lambda: connection.clock)
    console.write(b"\r?free\r")
    if answered:
        console.answered()
    console.close()
    assert connection.closed_at == pytest.approx(closed_at)


def test_the_question_is_asked_over_it(board: WebBoard) -> None:
    answer = ask(board.access(), HOLD, 5)
    assert answer is not None
    assert answer.stays_open
    answer = ask(board.access(), LOOK, 5)
    assert answer is not None
    assert answer.held == "for 5 min"


class Keeping:
    """The console of a charger that has kept an answer until somebody types."""

    def __init__(self) -> None:
        self.waiting: list[bytes] = []
        self.kept = [b"[  12.345] asked  relay open, no transaction, held open for 5 min\r\n"]

    def read(self, timeout_s: float) -> bytes:
        return self.waiting.pop(0) if self.waiting else b""

    def write(self, data: bytes) -> None:
        self.waiting += self.kept
        self.kept = []
        if HOLD in data:
            self.waiting.append(b"[ 912.345] asked  relay closed, transaction, not held\r\n")

    def answered(self) -> None: ...

    def close(self) -> None: ...


def test_an_old_answer_that_nobody_has_read_is_none(board: WebBoard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console_module, "WebConsole", lambda access: Keeping())
    answer = ask(board.access(), HOLD, 5)
    assert answer is not None
    assert (answer.relay, answer.transaction) == ("closed", True)


def test_files_are_answered_while_a_console_is_open(board: WebBoard, volume: WebVolume) -> None:
    console = WebConsole(board.access())
    try:
        assert volume.read("code.py") == TREE["code.py"]
    finally:
        console.close()


def test_no_answer_is_none() -> None:
    with WebBoard(TREE, program="") as board:
        assert ask(board.access(), HOLD, 0.05) is None


def test_a_console_is_not_opened_without_the_password(board: WebBoard) -> None:
    with pytest.raises(BoardError, match="refused the password"):
        WebConsole(board.access("wrong"))


def test_a_board_that_is_not_there_is_said_so_before_anything_else() -> None:
    with WebBoard(TREE) as board:
        access = board.access()
    with pytest.raises(BoardError, match=r"garage.local cannot be reached \(Connection refused\)"):
        ask(access, HOLD, 1)


def test_the_package_that_it_needs_is_named(board: WebBoard, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "websockets.sync.client", None)
    with pytest.raises(ChargerctlError, match=r"pip install 'chargerctl\[web\]'"):
        WebConsole(board.access())
