# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What stands on a drive was put there by a stranger: nothing of it is followed, and a file outside is never touched."""

from __future__ import annotations

import json
import os
import shutil
import socket
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from chargerctl.boards import find
from chargerctl.boards.boot_out import BOOT_OUT, BootOut
from chargerctl.cli.main import main
from chargerctl.cli.run_plan import Manner
from chargerctl.deploy.backup import unpack
from chargerctl.deploy.records import COMMIT, Commit, Mark
from chargerctl.transport import beneath
from chargerctl.transport.folder import FolderVolume
from chargerctl.transport.volume import ForeignError

from tests.host.commands import Run, contents

COMMANDS = {
    "deploy": ["deploy", "--yes"],
    "rollback": ["rollback", "--yes"],
    "backup": ["backup", "--to", "new.zip"],
    "restore": ["restore", "saved.zip", "--yes"],
    "pull": ["config", "pull"],
    "simulate": ["simulate", "--script", "short.script"],
    "traceback": ["traceback", "short.script"],
}
OUTSIDE = b"a file of the user, outside the drive"


def link(place: Path, outside: Path) -> None:
    place.symlink_to(outside)


def dangling(place: Path, outside: Path) -> None:
    place.symlink_to(outside.with_name("not there yet"))


def folder_link(place: Path, outside: Path) -> None:
    place.symlink_to(outside.parent)


def pipe(place: Path, outside: Path) -> None:
    os.mkfifo(place)


def unix_socket(place: Path, outside: Path) -> None:
    here = Path.cwd()
    os.chdir(place.parent)  # the path of a socket is short
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(place.name)
    finally:
        os.chdir(here)


def device(place: Path, outside: Path) -> None:
    try:
        os.mknod(place, stat.S_IFCHR | 0o666, os.makedev(1, 5))  # /dev/zero
    except PermissionError:
        pytest.skip("only root makes devices")


KINDS = [link, dangling, folder_link, pipe, unix_socket, device]
PLACES = [
    "settings.toml",
    "boot_out.txt",
    ".chargerctl",
    "code.py",
    "lib",
    "charger",
    ".deploy",
    ".deploy/commit",
    ".deploy/0",
]


@pytest.fixture(scope="module")
def once_deployed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the first test leaves what all of them begin with."""
    return tmp_path_factory.mktemp("once") / "deployed"


@pytest.fixture
def deployed(run: Run, drive: Path, state: Path, tmp_path: Path, once_deployed: Path) -> Path:
    """A drive on which each of the commands has something to do."""
    if not once_deployed.exists():
        assert run("deploy")[0] == 0
        assert run("backup", "--to", str(tmp_path / "saved.zip"))[0] == 0
        shutil.copytree(drive, once_deployed / "drive")
        shutil.copytree(state, once_deployed / "state", ignore=lambda *_: ["compiled", "locks"])
        shutil.copy(tmp_path / "saved.zip", once_deployed)
    shutil.copytree(once_deployed / "drive", drive, dirs_exist_ok=True)
    shutil.copytree(once_deployed / "state", state, dirs_exist_ok=True)
    shutil.copy(once_deployed / "saved.zip", tmp_path)
    (tmp_path / "short.script").write_text("wait 0.1\n")
    (drive / "safemode.py").write_text("# older\n")
    return drive


# `make test` has each place once.
EACH = [
    pytest.param(place, make, marks=[] if KINDS.index(make) == number % len(KINDS) else pytest.mark.soak)
    for number, place in enumerate(PLACES)
    for make in KINDS
]


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "precious").write_bytes(OUTSIDE)
    return folder / "precious"


def put(place: Path, make: Callable[[Path, Path], None], outside: Path) -> None:
    place.parent.mkdir(exist_ok=True)
    if place.is_dir():
        shutil.rmtree(place)
    place.unlink(missing_ok=True)
    make(place, outside)


def one_line(capsys: pytest.CaptureFixture[str], command: str, drive: Path, *more: str) -> tuple[int, str]:
    status = main([*COMMANDS[command], "--drive", str(drive), *more])
    return status, capsys.readouterr().err


@pytest.mark.parametrize(("place", "make"), EACH)
def test_no_command_follows_what_is_no_file_and_each_says_so_in_one_line(
    deployed: Path,
    outside: Path,
    tmp_path: Path,
    place: str,
    make: Callable[[Path, Path], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    put(deployed / place, make, outside)
    for command in COMMANDS:
        status, err = one_line(capsys, command, deployed)
        lines = [line for line in err.splitlines() if line.startswith("chargerctl: ")]
        assert status in (0, 1, 2), err
        assert len(lines) == (status != 0), f"{command}: {err}"
        if command in ("deploy", "restore", "simulate"):
            assert status == 1, f"{command}: {err}"
            assert place.split("/")[0] in lines[0]
        assert OUTSIDE.decode() not in err
    assert sorted(outside.parent.iterdir()) == [outside]
    assert outside.read_bytes() == OUTSIDE
    if (tmp_path / "new.zip").exists():
        image = unpack(tmp_path / "new.zip").image
        assert OUTSIDE not in image.values()
        assert not any(path == place or path.startswith(place + "/") for path in image)


def test_what_is_not_in_the_way_is_left_alone_and_named_by_a_backup(
    run: Run, deployed: Path, outside: Path, tmp_path: Path
) -> None:
    (deployed / "holiday").symlink_to(outside)
    (deployed / "folder").symlink_to(outside.parent)
    os.mkfifo(deployed / "pipe")
    (Path(os.fsdecode(os.fsencode(deployed) + b"/\xff"))).write_bytes(b"")
    assert run("deploy")[0] == 0
    status, _, err = run("backup", "--to", str(tmp_path / "new.zip"))
    assert status == 0
    for name in ("holiday (a link)", "folder (a link)", "pipe (a pipe)"):
        assert f"left out: {name}" in err
    assert "(its name is not UTF-8)" in err
    assert (deployed / "holiday").is_symlink()
    assert not {"holiday", "pipe", "folder/precious"} & set(unpack(tmp_path / "new.zip").image)


def test_a_hard_link_on_the_drive_does_not_lead_to_the_other_name(
    run: Run, deployed: Path, outside: Path
) -> None:
    for name in ("settings.toml", "code.py", "new.txt"):
        (deployed / name).unlink(missing_ok=True)
        os.link(outside, deployed / name)
    FolderVolume(deployed).write("new.txt", b"in place")
    assert run("deploy", "--keep", "laptop")[0] == 0
    assert outside.read_bytes() == OUTSIDE


@pytest.mark.parametrize("by_handle", [True, False], ids=["open folders", "as on Windows"])
@pytest.mark.parametrize("act", ["read", "write", "make_folder", "remove", "rename", "sync", "remove_folder"])
def test_a_folder_exchanged_for_a_link_after_the_look_is_not_entered(
    tmp_path: Path, outside: Path, act: str, by_handle: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beneath, "_BY_HANDLE", by_handle)
    root = tmp_path / "root"
    (root / "lib" / "inner").mkdir(parents=True)
    (root / "lib" / "precious").write_bytes(b"")
    volume = FolderVolume(root)
    assert volume.list().folders == {"lib", "lib/inner"}
    (outside.parent / "inner").mkdir()
    (root / "lib").rename(root / "lib.old")
    (root / "lib").symlink_to(outside.parent)
    arguments = {
        "write": ("lib/precious", b"overwritten"),
        "make_folder": ("lib/new",),
        "rename": ("lib/precious", "lib/other"),
        "sync": (["lib/precious"],),
        "remove_folder": ("lib/inner",),
    }.get(act, ("lib/precious",))
    with pytest.raises(ForeignError):
        getattr(volume, act)(*arguments)
    assert sorted(path.name for path in outside.parent.iterdir()) == ["inner", "precious"]
    assert outside.read_bytes() == OUTSIDE


def test_another_drive_mounted_on_the_drive_is_not_entered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mounted").mkdir()
    (tmp_path / "mounted" / "x").write_bytes(b"")
    real = beneath.Beneath.other_drive
    inode = (tmp_path / "mounted").stat().st_ino
    monkeypatch.setattr(
        beneath.Beneath, "other_drive", lambda self, status: status.st_ino == inode or real(self, status)
    )
    volume = FolderVolume(tmp_path)
    assert volume.list() == ({}, set(), {"mounted": "another drive"})
    with pytest.raises(ForeignError):
        volume.read("mounted/x")


def test_a_drive_that_was_exchanged_for_another_is_noticed_before_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "drive").mkdir()
    volume = FolderVolume(tmp_path / "drive")
    volume.list()
    (tmp_path / "drive").rename(tmp_path / "old")
    (tmp_path / "drive").mkdir()
    with pytest.raises(OSError, match="another drive"):
        volume.write("code.py", b"")
    assert not any((tmp_path / "drive").iterdir())


# Its identity.

IDS = {
    "a path": "/../../../notes",
    "dots": "../../outside/precious",
    "backslashes": r"..\..\notes",
    "escapes": "\x1b[2J\x1b]0;owned\x07",
    "a NUL": "E66\x00/x",
    "4 KB": "E" * 4096,
    "lower case": "e66164084373532b",
    "another script": "\N{CYRILLIC CAPITAL LETTER IE}66",
}


@pytest.mark.parametrize("uid", IDS.values(), ids=IDS)
def test_the_uid_never_becomes_a_path(run: Run, drive: Path, state: Path, uid: str, tmp_path: Path) -> None:
    (drive / BOOT_OUT).write_bytes(
        BootOut.assumed("raspberry_pi_pico2_w").render().encode() + f"UID:{uid}\r\n".encode()
    )
    before = contents(drive)
    around = {path for path in tmp_path.rglob("*") if not path.is_relative_to(drive)}
    assert run("deploy")[0] == 0
    (kept,) = (state / "replaced").iterdir()
    assert kept.name.isascii()
    assert len(kept.name) < 50
    new = {path for path in tmp_path.rglob("*") if not path.is_relative_to(drive)} - around
    assert all(path.is_relative_to(state) for path in new)
    assert run("rollback")[0] == 0
    assert contents(drive) == before


@pytest.mark.parametrize(
    "board", [b"\x1b[2Jboard", b"x" * 5000, b"\xff\xfe\x00", b"../../x", b"", b"\r\nUID:7"]
)
def test_a_board_id_of_any_bytes_is_at_most_one_line(
    deployed: Path, board: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    (deployed / BOOT_OUT).write_bytes(b"Adafruit CircuitPython 10.1.3 on x\r\nBoard ID:" + board + b"\r\n")
    for command in COMMANDS:
        status, err = one_line(capsys, command, deployed)
        assert status in (0, 1, 2)
        assert len([line for line in err.splitlines() if line.startswith("chargerctl: ")]) == (status != 0)
        assert len(err) < 3000


def test_of_plugged_in_drives_none_is_waited_for(
    run: Run, drive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other").mkdir()
    os.mkfifo(tmp_path / "other" / BOOT_OUT)
    monkeypatch.setattr(find, "mounted", lambda: [tmp_path / "other", drive])
    assert run("deploy", "--dry-run", at=None)[0] == 0


# Too much of it.


def test_a_file_that_no_drive_has_room_for_is_not_read(
    deployed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("settings.toml", "code.py"):
        with (deployed / name).open("r+b") as file:
            file.truncate(1 << 30)
    for command in COMMANDS:
        status, err = one_line(capsys, command, deployed)
        lines = [line for line in err.splitlines() if line.startswith("chargerctl: ")]
        assert (status, len(lines)) == ((0, 0) if command == "traceback" else (1, 1)), err


def test_a_folder_with_more_files_or_deeper_folders_than_a_drive_is_refused(
    run: Run, drive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = drive.joinpath(*["d"] * 40)
    deep.mkdir(parents=True)
    status, _, err = run("deploy")
    assert (status, "its folders are more than 32 deep" in err) == (1, True)
    shutil.rmtree(drive / "d")
    monkeypatch.setattr("chargerctl.transport.folder.MOST", 20)
    for number in range(30):
        (drive / f"{number}.txt").write_text("")
    status, _, err = run("backup", "--to", "x.zip")
    assert (status, "it has more than 20 files and folders" in err) == (1, True)


# Between the look and the first byte.


@pytest.mark.parametrize(
    "change",
    [
        lambda drive: (drive / "code.py").write_text("print('mine')"),
        lambda drive: (drive / "new.txt").write_text(""),
        lambda drive: (drive / "lib").mkdir(),
        lambda drive: (drive / "settings.toml").symlink_to("/etc/passwd"),
        lambda drive: (drive / BOOT_OUT).write_bytes((drive / BOOT_OUT).read_bytes().replace(b"32B", b"32C")),
    ],
    ids=["a file changed", "a new file", "a new folder", "a link", "another board of the kind"],
)
def test_a_drive_that_changed_while_the_user_was_asked_is_not_written(
    run: Run, drive: Path, change: Callable[[Path], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Manner, "ask", lambda self, question, **_: change(drive))
    status, _, err = run("deploy")
    assert (status, "has changed since it was read: nothing was written" in err) == (1, True), err
    assert not (drive / "boot.py").exists()


def test_what_the_operating_system_writes_meanwhile_is_no_change(
    run: Run, drive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def index(*_: object, **__: object) -> None:
        (drive / ".Spotlight-V100").mkdir()
        for name in (".Spotlight-V100/store", "._code.py", ".DS_Store"):
            (drive / name).write_text("x")

    monkeypatch.setattr(Manner, "ask", index)
    assert run("deploy")[0] == 0


def test_an_unfinished_deploy_that_changed_while_the_user_was_asked_is_not_finished(
    run: Run, drive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (drive / ".deploy").mkdir()
    (drive / ".deploy" / "0").write_bytes(b"new")
    steps = [("put", *Mark.of(b"new").words(), ".deploy/0", "new.py")]
    (drive / COMMIT).write_bytes(Commit(steps).render())

    def swap(self: Manner, question: str) -> None:
        (drive / ".deploy" / "0").write_bytes(b"not so new")

    monkeypatch.setattr(Manner, "ask", swap)
    status, _, err = run("deploy")
    assert (status, "has changed since it was read" in err) == (1, True), err
    assert not (drive / "new.py").exists()


# A drive that disappears.


@pytest.mark.parametrize("points", [3, pytest.param(60, marks=pytest.mark.soak)])
@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "simulate"])
def test_a_drive_that_disappears_before_any_step_is_one_line(
    deployed: Path,
    tmp_path: Path,
    command: str,
    points: int,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    steps = 0
    gone_at = 0

    def counted(name: str) -> None:
        real = getattr(beneath.Beneath, name)

        def step(self: beneath.Beneath, *arguments: object) -> object:
            nonlocal steps
            steps += 1
            if steps == gone_at and deployed.exists():
                deployed.rename(tmp_path / "unplugged")
            return real(self, *arguments)

        monkeypatch.setattr(beneath.Beneath, name, step)

    counted("folder")
    saved = tmp_path / "plugged in"
    shutil.copytree(deployed, saved)
    one_line(capsys, command, deployed)
    for gone_at in range(2, steps + 1, max(1, steps // points)):
        for folder in (deployed, tmp_path / "unplugged"):
            shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(saved, deployed)
        (tmp_path / "new.zip").unlink(missing_ok=True)
        steps = 0
        status, err = one_line(capsys, command, deployed)
        lines = [line for line in err.splitlines() if line.startswith("chargerctl: ")]
        assert status in (0, 1, 2), err
        assert len(lines) == (status != 0), f"{command}, step {gone_at}: {err}"
        assert not deployed.exists() or steps < gone_at, "something was written where the drive had been"


def test_the_json_of_a_refusal_can_be_read(run: Run, drive: Path) -> None:
    (drive / "lib").symlink_to("/")
    status, out, err = run("deploy", "--json")
    assert (status, err) == (1, "")
    assert "lib on the drive is a link" in json.loads(out)["error"]


def test_escapes_in_names_differences_and_board_ids_are_shown_and_not_sent(
    run: Run, deployed: Path, tmp_path: Path
) -> None:
    (deployed / "code.py").write_text("print('\x1b]0;owned\x07\x9b2J')\n")
    (deployed / "a\x1b[31m.txt").write_text("")
    (deployed / BOOT_OUT).write_text(BootOut.assumed("raspberry_pi_pico2_w").render() + "UID:\x1b[2J\r\n")
    shown = [run("deploy", "--dry-run"), run("backup", "--to", str(tmp_path / "new.zip"))]
    (deployed / BOOT_OUT).write_text("Adafruit CircuitPython 10.1.3\r\nBoard ID:\x1b[2Jx\r\n")
    shown.append(run("deploy"))
    text = "".join(out + err for _, out, err in shown)
    assert not {"\x1b", "\x07", "\x9b"} & set(text)
    assert r"\x1b]0;owned\x07\x9b2J" in text
    assert r"a\x1b[31m.txt" in text
    assert r"\x1b[2Jx" in text
