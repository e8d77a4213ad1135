# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""What is different from system to system in a folder or on a mounted drive."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from chargerctl.boards import find
from chargerctl.boards.boot_out import BOOT_OUT, BootOut
from chargerctl.cli.main import main
from chargerctl.transport import beneath
from chargerctl.transport import folder as folders
from chargerctl.transport.folder import FolderVolume

from tests.host.commands import Run


def test_whatever_stood_there_files_are_readable_by_their_owner_only(run: Run, drive: Path) -> None:
    for name in ("settings.toml", "code.py"):
        (drive / name).write_text("")
        (drive / name).chmod(0o666)
    assert run("deploy")[0] == 0
    ours = [path for path in drive.rglob("*") if path.name != BOOT_OUT]
    assert {stat.S_IMODE(path.stat().st_mode) for path in ours if path.is_file()} == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in ours if path.is_dir()} == {0o700}


def test_a_settings_file_that_others_can_read_is_closed_also_when_there_is_nothing_to_do(
    run: Run, drive: Path
) -> None:
    run("deploy")
    (drive / "settings.toml").chmod(0o644)
    assert "nothing to do" in run("deploy")[1]
    assert stat.S_IMODE((drive / "settings.toml").stat().st_mode) == 0o600


def test_a_folder_that_a_deploy_makes_is_its_owners(run: Run, tmp_path: Path) -> None:
    assert run("deploy", at=tmp_path / "f")[0] == 0
    assert stat.S_IMODE((tmp_path / "f").stat().st_mode) == 0o700


def test_rendered_settings_are_readable_by_their_owner_only(
    state: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out.toml").write_text("")
    (tmp_path / "out.toml").chmod(0o644)
    assert main(["config", "render", "-o", "out.toml"]) == 0
    assert stat.S_IMODE((tmp_path / "out.toml").stat().st_mode) == 0o600


def test_macos_flushes_as_far_as_the_medium(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[tuple[str, int]] = []

    def fcntl(handle: int, what: int) -> None:
        flushed.append((str(Path(f"/proc/self/fd/{handle}").readlink()), what))

    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setitem(sys.modules, "fcntl", SimpleNamespace(fcntl=fcntl, F_FULLFSYNC=51))
    monkeypatch.setattr(os, "fsync", lambda handle: pytest.fail("fsync leaves it in the drive's cache"))
    volume = FolderVolume(tmp_path)
    volume.make_folder("lib")
    volume.write("lib/x.py", b"1")
    volume.sync(["lib/x.py", "lib", ""])
    assert flushed == [(str(tmp_path / "lib/x.py"), 51), (str(tmp_path / "lib"), 51), (str(tmp_path), 51)]


def test_where_macos_cannot_flush_that_far_it_syncs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fcntl(handle: int, what: int) -> None:
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))

    synced: list[int] = []
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setitem(sys.modules, "fcntl", SimpleNamespace(fcntl=fcntl, F_FULLFSYNC=51))
    monkeypatch.setattr(os, "fsync", synced.append)
    volume = FolderVolume(tmp_path)
    volume.write("x.py", b"1")
    volume.sync(["x.py"])
    assert len(synced) == 1


def test_without_statvfs_a_deploy_counts_in_clusters_of_4_kb(
    run: Run, drive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows."""
    monkeypatch.delattr(os, "statvfs")
    monkeypatch.setattr(folders.shutil, "disk_usage", lambda path: SimpleNamespace(free=1 << 30))
    status, out, err = run("deploy")
    assert (status, "(clusters of 4096 bytes)" in out) == (0, True), err


def test_where_a_listing_has_no_number_of_the_drive_its_folders_are_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows, which has no open folders either."""
    monkeypatch.setattr(beneath, "_BY_HANDLE", False)
    real = beneath.Beneath.entries

    def entries(self: beneath.Beneath, path: str, most: int) -> list[tuple[str, os.stat_result]]:
        return [
            (name, os.stat_result((status.st_mode, 0, 0, *status[3:])))
            for name, status in real(self, path, most)
        ]

    monkeypatch.setattr(beneath.Beneath, "entries", entries)
    volume = FolderVolume(tmp_path)
    volume.make_folder("lib")
    volume.write("lib/x.py", b"1")
    volume.sync(["lib/x.py", "lib"])
    volume.rename("lib/x.py", "lib/y.py")
    assert volume.list() == ({"lib/y.py": 1}, {"lib"}, {})
    assert volume.read("lib/y.py") == b"1"


def locked(*_: object) -> bool:
    """BitLocker."""
    raise OSError(errno.EINVAL, "This drive is locked by BitLocker Drive Encryption")


@pytest.mark.parametrize(
    ("where", "name"),
    [(Path, "exists"), (Path, "is_dir"), (os, "scandir"), (shutil, "disk_usage"), (os, "open")],
    ids=str,
)
def test_a_volume_that_is_locked_is_one_line(
    run: Run, drive: Path, where: object, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = getattr(where, name)

    def act(*arguments: object, **more: object) -> object:
        at = str(arguments[0]) if arguments else ""
        if at.startswith(str(drive)) or "dir_fd" in more or isinstance(arguments[0], int):
            return locked()
        return real(*arguments, **more)

    with monkeypatch.context() as patched:
        patched.setattr(where, name, act)
        status, _, err = run("deploy")
    assert (status, err.count("\n")) == (1, 1), err
    assert "locked by BitLocker" in err


def test_of_the_drives_of_windows_a_locked_one_is_passed_over(
    drive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.exists

    def exists(path: Path) -> bool:
        return locked() if str(path).startswith("D:") else str(path).startswith("E:") or real(path)

    monkeypatch.setattr(Path, "exists", exists)
    monkeypatch.setattr(sys, "platform", "win32")
    assert find.mounted() == [Path("E:\\")]


def test_boot_out_txt_is_read_line_by_line() -> None:
    read = BootOut.read(b"Board ID:\r\nUID:12\r\n")
    assert (read.board_id, read.uid) == ("", "12")
