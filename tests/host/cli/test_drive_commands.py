# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The commands that write and read a drive, as they are typed."""

from __future__ import annotations

import errno
import io
import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from chargerctl import files
from chargerctl.boards import find
from chargerctl.boards.address import Folder
from chargerctl.boards.boot_out import BOOT_OUT, BootOut
from chargerctl.boards.catalogue import ASSUMED, version_text
from chargerctl.cli.main import main
from chargerctl.deploy.backup import unpack
from chargerctl.deploy.image_zip import read_zip, write_zip
from chargerctl.deploy.lock import locked
from chargerctl.deploy.records import COMMIT, MANIFEST, Commit, Manifest, Mark
from chargerctl.deploy.secrets import masked_lines
from chargerctl.settings.board_file import read_board_file
from chargerctl.settings.table import MASK
from chargerctl.transport.folder import FolderVolume
from chargerctl.transport.volume import LARGEST

from tests.host.commands import SECRET, Run, contents


def test_a_deploy_shows_its_plan_writes_it_and_then_has_nothing_to_do(run: Run, drive: Path) -> None:
    status, out, _ = run("deploy")
    assert status == 0
    assert f"raspberry_pi_pico2_w, CircuitPython {version_text(ASSUMED)}" in out
    assert "~ change  code.py" in out
    assert "was not put there by chargerctl" in out
    assert SECRET in (drive / "settings.toml").read_text()
    before = {path: path.stat().st_mtime_ns for path in drive.rglob("*")}
    status, out, _ = run("deploy")
    assert (status, "nothing to do" in out) == (0, True)
    assert {path: path.stat().st_mtime_ns for path in drive.rglob("*")} == before


def test_a_dry_run_writes_nothing_and_shows_a_diff(run: Run, drive: Path, state: Path) -> None:
    before = contents(drive)
    status, out, _ = run("deploy", "--dry-run")
    assert status == 0
    assert "--- drive/code.py" in out
    assert contents(drive) == before
    assert not (state / "replaced").exists()


def test_the_json_is_one_object(run: Run) -> None:
    status, out, _ = run("deploy", "--json")
    found = json.loads(out)
    assert status == 0
    assert found["board"] == "raspberry_pi_pico2_w"
    assert not found["nothing_to_do"]
    assert {"kind": "add", "path": "boot.py"}.items() <= next(
        change for change in found["changes"] if change["path"] == "boot.py"
    ).items()


def test_errors_are_json_too(run: Run, drive: Path) -> None:
    (drive / "code.txt").write_text("print('mine')")
    status, out, err = run("deploy", "--json")
    assert (status, err) == (1, "")
    assert "code.txt on the drive is not chargerctl's" in json.loads(out)["error"]


def test_warnings_about_the_settings_are_shown_also_when_the_deploy_is_refused(run: Run, drive: Path) -> None:
    remote = ("--set", "mqtt.broker=8.8.8.8")
    warning = "--set mqtt.broker: warning: 8.8.8.8 is not on the local network"
    status, out, err = run("deploy", "--dry-run", *remote)
    assert (status, warning in err, warning in out) == (0, True, False)
    notes = json.loads(run("deploy", "--dry-run", "--json", *remote)[1])["notes"]
    assert any(note.startswith(warning) for note in notes)
    (drive / BOOT_OUT).unlink()
    status, _, err = run("deploy", *remote)
    assert (status, err.splitlines()[0].startswith(warning)) == (1, True)
    assert "is not a CircuitPython drive" in err.splitlines()[1]


def test_progress_is_plain_lines_where_there_is_no_terminal(run: Run) -> None:
    _, _, err = run("deploy")
    assert err.splitlines()
    assert all(line.endswith("written") for line in err.splitlines())


def test_a_rollback_brings_back_what_was_there_and_a_second_one_undoes_it(run: Run, drive: Path) -> None:
    factory = contents(drive)
    run("deploy")
    deployed = contents(drive)
    assert run("rollback")[0] == 0
    assert contents(drive) == factory
    assert run("rollback")[0] == 0
    assert contents(drive) == deployed


def test_a_rollback_undoes_only_the_last_deploy(run: Run, drive: Path, tmp_path: Path) -> None:
    run("deploy")
    first = contents(drive)
    (drive / "notes.txt").write_text("mine")
    run("deploy", "--set", "mqtt.broker=10.0.0.9")
    assert run("rollback")[0] == 0
    assert contents(drive) == {**first, "notes.txt": b"mine"}


def test_what_is_kept_for_a_rollback_is_readable_by_its_owner_only(run: Run, state: Path) -> None:
    run("deploy")
    run("deploy", "--set", "mqtt.broker=10.0.0.9")
    (kept,) = (state / "replaced").iterdir()
    assert kept.name == "E66164084373532B.zip"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_without_a_deploy_there_is_nothing_to_roll_back(run: Run) -> None:
    status, _, err = run("rollback")
    assert status == 1
    assert "nothing to roll back" in err


def test_a_backup_has_every_file_but_no_secret_and_can_be_restored(
    run: Run, drive: Path, tmp_path: Path
) -> None:
    run("deploy")
    (drive / "my notes.txt").write_text("mine")
    saved = contents(drive)
    backup = tmp_path / "backup.zip"
    status, out, _ = run("backup", "--to", str(backup))
    assert (status, "passwords left out" in out) == (0, True)
    assert SECRET.encode() not in backup.read_bytes()
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    (drive / "my notes.txt").unlink()
    (drive / "charger" / "loop.mpy").write_text("broken")
    (drive / "charger" / "loop.py").write_text("what hides it")
    assert run("restore", str(backup))[0] == 0
    assert contents(drive).keys() == saved.keys()
    assert (drive / "charger" / "loop.mpy").read_bytes() == saved["charger/loop.mpy"]
    assert sorted((drive / "settings.toml").read_text().splitlines()) == sorted(
        saved["settings.toml"].decode().splitlines()
    )


def test_copies_of_the_settings_are_left_out_with_the_passwords(
    run: Run, drive: Path, tmp_path: Path
) -> None:
    run("deploy")
    copies = {
        "settings.toml.bak": f'CHARGER_WIFI_PASSWORD = "{SECRET}"\n',
        "Settings.toml": f"# CIRCUITPY_WIFI_PASSWORD={SECRET}\n",
        "old/laptop.toml": f'[wifi]\npassword = "{SECRET}"\n',
        "notes.py": f'CHARGER_MQTT_PASSWORD = "{SECRET}"\n',
    }
    (drive / "old").mkdir()
    for name, text in copies.items():
        (drive / name).write_text(text)
    (drive / "mine.py").write_text("password = ask()\n")
    found = json.loads(run("backup", "--to", str(tmp_path / "some.zip"), "--json")[1])
    assert {note.split()[2] for note in found["notes"] if "it has passwords" in note} == copies.keys()
    unpacked = unpack(tmp_path / "some.zip").image
    assert not [name for name, content in unpacked.items() if SECRET.encode() in content]
    assert "mine.py" in unpacked
    before = contents(drive)
    assert run("restore", str(tmp_path / "some.zip"))[0] == 0
    assert {name: contents(drive)[name] for name in copies} == {name: before[name] for name in copies}
    run("backup", "--to", str(tmp_path / "all.zip"), "--with-secrets")
    assert copies.keys() <= unpack(tmp_path / "all.zip").image.keys()


@pytest.mark.parametrize(
    "settings",
    [
        'CHARGER_SERIAL = "x1"',  # without a line end
        'CHARGER_SERIAL = "x1"\r\nCHARGER_WIFI_PASSWORD = "of the archive"\r\n',
        'CHARGER_SERIAL = "x1"\n[mqtt]\nport = 1\n',
        'CHARGER_SERIAL = "x1"\n[mqtt]',
    ],
)
def test_a_restore_without_secrets_keeps_those_of_the_drive_where_the_board_reads_them(
    run: Run, drive: Path, tmp_path: Path, settings: str
) -> None:
    run("deploy")
    image = unpacked_backup(run, tmp_path) | {"settings.toml": settings.encode()}
    head = {"board_id": "raspberry_pi_pico2_w", "circuitpython": "10.1.3", "secrets": False}
    write_zip(tmp_path / "other.zip", image, head, "backup.json")
    assert run("restore", str(tmp_path / "other.zip"))[0] == 0
    read = read_board_file((drive / "settings.toml").read_bytes()).values
    assert (read["CHARGER_SERIAL"], read["CHARGER_WIFI_PASSWORD"]) == ("x1", SECRET)


def unpacked_backup(run: Run, folder: Path) -> dict[str, bytes]:
    run("backup", "--to", str(folder / "backup.zip"))
    return unpack(folder / "backup.zip").image


def test_of_names_that_fat_takes_for_one_a_backup_has_the_first_and_can_be_restored(
    run: Run, drive: Path, tmp_path: Path
) -> None:
    run("deploy")
    for name in ("A", "a", "charge~1"):
        (drive / name).write_text(name)
    (drive / "B").mkdir()
    for name in ("B/x", "b"):
        (drive / name).write_text(name)
    _, _, err = run("backup", "--to", str(tmp_path / "backup.zip"))
    for said in ("a (its name is the same for FAT as A)", "b (its name is a file and, with B/x, a folder)"):
        assert f"left out: {said}" in err
    assert "charge~1" in err
    image = unpack(tmp_path / "backup.zip").image
    assert {"A", "B/x"} == {name for name in image if len(name) == 1 or name[0] in "Bb"} - {"boot.py"}
    assert run("restore", str(tmp_path / "backup.zip"))[0] == 0


def test_a_backup_that_cannot_be_compressed_can_be_restored(tmp_path: Path) -> None:
    image = {f"{number}": os.urandom(LARGEST // 16) for number in range(16)}
    write_zip(tmp_path / "x.zip", image, {}, "about.json")
    assert read_zip(tmp_path / "x.zip", "about.json")[0] == image


@pytest.mark.parametrize("name", [".Trash-1001", ".Trash-0", ".Trash", ".Trashes", "$RECYCLE.BIN"])
def test_what_a_system_threw_away_is_not_packed(run: Run, drive: Path, tmp_path: Path, name: str) -> None:
    (drive / name / "files").mkdir(parents=True)
    (drive / name / "files" / "old.txt").write_text(SECRET)
    assert not any(path.startswith(name) for path in unpacked_backup(run, tmp_path))


def test_a_backup_with_secrets_restores_exactly(run: Run, drive: Path, tmp_path: Path) -> None:
    run("deploy")
    saved = contents(drive)
    run("backup", "--to", str(tmp_path / "backup.zip"), "--with-secrets")
    (drive / "settings.toml").unlink()
    assert run("restore", str(tmp_path / "backup.zip"))[0] == 0
    assert contents(drive) == saved


def test_a_backup_of_another_board_is_refused(run: Run, drive: Path, tmp_path: Path) -> None:
    run("backup", "--to", str(tmp_path / "backup.zip"))
    (drive / BOOT_OUT).write_text(BootOut.assumed("adafruit_feather_esp32s2").render())
    status, _, err = run("restore", str(tmp_path / "backup.zip"))
    assert status == 1
    assert "is a backup of raspberry_pi_pico2_w, but the drive is of adafruit_feather_esp32s2" in err


def test_a_file_that_is_not_a_backup_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_text("rubbish")
    status, _, err = run("restore", str(tmp_path / "x.zip"))
    assert (status, "is not a chargerctl backup" in err) == (2, True)


# Guards: one line with cause and remedy, exit status 1, nothing written.


def refused(result: tuple[int, str, str], *said: str, status: int = 1) -> None:
    found, _, err = result
    assert found == status
    (line,) = (line for line in err.splitlines() if not line.endswith(" written"))
    for text in said:
        assert text in line


def test_a_second_chargerctl_on_the_same_drive_is_refused(run: Run, drive: Path, state: Path) -> None:
    with locked(Folder(drive), state):
        refused(run("deploy"), "another chargerctl is working on it", "wait until it has finished")
    assert run("deploy")[0] == 0


def test_a_folder_with_other_files_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "holiday").mkdir()
    (tmp_path / "holiday" / "beach.jpg").write_text("")
    refused(run("deploy", at=tmp_path / "holiday"), "is not a CircuitPython drive", "--force")


def test_a_folder_with_other_files_can_be_written_with_force(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "picture"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    status, _, err = run("deploy", "--force", at=folder)
    assert (status, "name the board with --set hardware.board=" in err) == (2, True)
    assert run("deploy", "--force", "--set", "hardware.board=seeed_xiao_esp32c6", at=folder)[0] == 0
    assert (folder / "code.py").exists()


def test_a_missing_drive_is_named(run: Run, tmp_path: Path) -> None:
    for name in ("CIRCUITPY1", "gone.img", "no/such/folder"):
        refused(run("deploy", at=tmp_path / name), "does not exist", "plug the board in", status=2)
    refused(run("rollback", at=tmp_path / "gone"), "does not exist", "plug the board in", status=2)


def test_an_empty_folder_named_circuitpy_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "CIRCUITPY1").mkdir()
    refused(run("deploy", at=tmp_path / "CIRCUITPY1"), "is not a CircuitPython drive")


@pytest.mark.parametrize("exists", [True, False])
def test_an_empty_folder_becomes_the_drive_of_a_board_that_is_not_connected(
    run: Run, tmp_path: Path, exists: bool
) -> None:
    folder = tmp_path / "f"
    if exists:
        folder.mkdir()
    status, out, _ = run("deploy", "--dry-run", at=folder)
    assert (status, folder.exists()) == (0, exists)
    status, out, _ = run("deploy", at=folder)
    assert status == 0
    assert "becomes a drive for seeed_xiao_esp32c6; for another board add --set hardware.board=" in out
    assert "Board ID:seeed_xiao_esp32c6" in (folder / BOOT_OUT).read_text()
    status, out, _ = run("deploy", at=folder)
    assert (status, "nothing to do" in out) == (0, True)
    script = tmp_path / "short.script"
    script.write_text("expect status Available within 30\n")
    assert run("simulate", "--script", str(script), at=folder)[0] == 0


def test_an_empty_folder_is_for_the_board_that_the_settings_name(run: Run, tmp_path: Path) -> None:
    assert run("deploy", "--set", "hardware.board=adafruit_feather_esp32s2", at=tmp_path / "f")[0] == 0
    assert "Board ID:adafruit_feather_esp32s2" in (tmp_path / "f" / BOOT_OUT).read_text()


@pytest.mark.parametrize("how", [(), ("--json",)])
def test_nothing_is_written_without_a_terminal_to_ask_on(run: Run, drive: Path, how: tuple[str, ...]) -> None:
    before = contents(drive)
    status, out, err = run("deploy", *how, yes=False)
    assert (status, "add --yes to write" in out + err) == (2, True)
    assert contents(drive) == before


def test_an_unfinished_deploy_is_finished_only_after_a_yes(
    run: Run, drive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_after_the_commit(run, monkeypatch)
    before = contents(drive)
    status, out, err = run("deploy", yes=False)
    assert (status, "an earlier deploy was interrupted" in out, "add --yes" in err) == (2, True, True)
    assert contents(drive) == before
    assert run("deploy")[0] == 0


def test_after_a_no_it_is_said_that_the_earlier_deploy_was_finished(
    run: Run, drive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (drive / ".deploy").mkdir()
    (drive / ".deploy" / "0").write_bytes(b"new")
    steps = [
        ("put", *Mark.of(b"new").words(), ".deploy/0", "new.py"),
        ("move", "a", "b"),
        ("remove", "old.py"),
    ]
    (drive / COMMIT).write_bytes(Commit(steps).render())
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.confirm", lambda question, **_: question == "Finish it?")
    status, out, err = run("deploy", yes=False)
    assert "  write   new.py\n  move    a to b\n  remove  old.py\n" in out
    assert (status, err) == (1, "chargerctl: the earlier deploy was finished, and nothing else was written\n")
    assert (drive / "new.py").read_bytes() == b"new"
    assert not (drive / "boot.py").exists()


def test_a_pin_on_the_drive_that_is_none_is_left_out_with_a_warning(run: Run, drive: Path) -> None:
    wrong = {
        "RELAY_ACTIVE": "is not high or low",
        "LOCK_PIN": "is not the name of a pin",
        "SERVICE_PIN": "is not the name of a pin",
    }
    lines = [f'CHARGER_HARDWARE_{setting} = "D1\\nfoo"\n' for setting in wrong]
    (drive / "settings.toml").write_text("".join(lines))
    status, out, err = run("deploy", "--no-settings")
    assert status == 0, err
    for setting, what in wrong.items():
        assert f"WARNING: CHARGER_HARDWARE_{setting} {what}" in out
    assert Manifest.read((drive / MANIFEST).read_bytes()).pins == {}


def cut_after_the_commit(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(volume: FolderVolume, path: str) -> None:
        raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))

    with monkeypatch.context() as patched:
        patched.setattr(FolderVolume, "remove", fail)
        refused(run("deploy"), "The board holds its outputs safe")


def test_a_deploy_that_fails_leaves_what_a_rollback_needs(
    run: Run, drive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    factory = contents(drive)
    run("deploy")

    def fail(volume: FolderVolume, path: str, content: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(FolderVolume, "write", fail)
        refused(run("deploy", "--set", "mqtt.broker=10.0.0.9"), "is full")
    assert run("rollback")[0] == 0
    assert contents(drive) == factory


def test_what_a_rollback_needs_is_kept_also_where_the_deploy_fails_after_its_commit(
    run: Run, drive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    factory = contents(drive)
    cut_after_the_commit(run, monkeypatch)
    assert run("rollback")[0] == 0
    assert contents(drive) == factory


def test_without_a_library_that_is_needed_a_deploy_is_refused(run: Run, drive: Path) -> None:
    refused(
        run("deploy", "--libs", "skip"), "would be missing on the drive", "adafruit_minimqtt", "--libs skip"
    )
    status, out, _ = run("deploy", "--libs", "skip", "--force")
    assert (status, "WARNING: the charger will not start" in out) == (0, True)
    run("deploy")
    assert run("deploy", "--libs", "skip")[0] == 0


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("CODE.PY", "CODE.PY on the drive differs only in case from code.py"),
        ("Lib/x.py", "Lib on the drive differs only in case from lib"),
        ("CODE.TXT", "CODE.TXT on the drive is not chargerctl's"),
        ("code.py/x", "code.py on the drive is a folder"),
        ("lib", "lib on the drive is a file"),
        (".deploy", ".deploy on the drive is a file"),
    ],
)
def test_names_in_the_way_are_refused(run: Run, drive: Path, path: str, said: str) -> None:
    (drive / "code.py").unlink()
    (drive / path).parent.mkdir(exist_ok=True)
    (drive / path).write_text("mine")
    before = contents(drive)
    refused(run("deploy"), said, "rename or remove it")
    assert contents(drive) == before


def test_a_backup_that_cannot_be_written_is_not_blamed_on_the_drive(run: Run, tmp_path: Path) -> None:
    refused(run("backup", "--to", str(tmp_path / "no" / "x.zip")), "x.zip cannot be written", "--to")


def test_a_state_folder_that_cannot_be_written_is_reported(run: Run, state: Path) -> None:
    (state / "compiled").unlink()
    state.rmdir()
    state.write_text("a file where the folder should be")
    refused(run("deploy"), "locks cannot be written", "make it writable")


@pytest.mark.parametrize(
    ("boot_out", "said"),
    [
        (BootOut.assumed("acme_board").render(), "unknown board acme_board"),
        (
            BootOut.assumed("raspberry_pi_pico2_w").render().replace(version_text(ASSUMED), "9.1.4"),
            "needs 9.2 or newer",
        ),
        (
            BootOut.assumed("raspberry_pi_pico2_w").render().replace(version_text(ASSUMED), "11.0.0"),
            "update chargerctl",
        ),
    ],
)
def test_a_board_that_cannot_run_the_firmware_is_refused(
    run: Run, drive: Path, boot_out: str, said: str
) -> None:
    (drive / BOOT_OUT).write_text(boot_out)
    before = contents(drive)
    refused(run("deploy"), said)
    assert contents(drive) == before


def test_settings_for_another_board_are_refused(run: Run) -> None:
    refused(
        run("deploy", "--set", "hardware.board=adafruit_feather_esp32s2"),
        "the settings are for adafruit_feather_esp32s2, but the drive is of raspberry_pi_pico2_w",
    )


@pytest.mark.parametrize(
    ("operation", "error", "said"),
    [
        ("write", errno.EROFS, "is read-only"),
        ("write", errno.ENOSPC, "is full"),
        ("write", errno.ENODEV, "was unplugged"),
        ("write", errno.EISDIR, "a file or folder with that name, maybe in other case, exists"),
        ("sync", errno.EIO, "was unplugged or fails"),
        ("list", errno.ENXIO, "was unplugged"),
        ("read", errno.EIO, "was unplugged"),
    ],
)
def test_a_failing_drive_is_one_line_with_the_state_of_the_board(
    run: Run, monkeypatch: pytest.MonkeyPatch, operation: str, error: int, said: str
) -> None:
    def fail(*_: object) -> None:
        raise OSError(error, os.strerror(error))

    monkeypatch.setattr(FolderVolume, operation, fail)
    refused(run("deploy"), said, "Nothing on the board has changed.")


def test_after_a_failure_past_the_commit_the_next_deploy_finishes(
    run: Run, drive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_after_the_commit(run, monkeypatch)
    assert run("deploy")[0] == 0
    assert not (drive / ".deploy").exists()


def test_both_sides_changed_a_setting(run: Run, drive: Path) -> None:
    run("deploy")
    on_drive = (drive / "settings.toml").read_text().replace("10.0.0.2", "10.0.0.7")
    (drive / "settings.toml").write_text(on_drive)
    status, _, err = run("deploy", "--set", "mqtt.broker=10.0.0.9")
    assert (status, "10.0.0.7" in err, "10.0.0.9" in err) == (2, True, True)
    assert (drive / "settings.toml").read_text() == on_drive
    assert run("deploy", "--set", "mqtt.broker=10.0.0.9", "--keep", "drive")[0] == 0
    assert (drive / "settings.toml").read_text() == on_drive


def test_settings_can_be_left_alone(run: Run, drive: Path, tmp_path: Path) -> None:
    (tmp_path / "settings.toml").unlink()
    (drive / "settings.toml").write_text("# mine\n")
    assert run("deploy", "--no-settings")[0] == 0
    assert (drive / "settings.toml").read_text() == "# mine\n"
    assert (drive / "code.py").exists()


# Ctrl-C.


@pytest.mark.parametrize(
    ("act", "number", "committed"),
    [
        ("write", 3, False),
        ("rename", 1, False),
        ("rename", 3, True),
        ("remove", 2, True),
    ],
)
def test_after_ctrl_c_the_state_of_the_board_and_the_remedy_are_said(
    run: Run, drive: Path, monkeypatch: pytest.MonkeyPatch, act: str, number: int, committed: bool
) -> None:
    run("deploy")
    before = contents(drive)
    count, real = 0, getattr(FolderVolume, act)

    def interrupted(*arguments: object) -> object:
        nonlocal count
        count += 1
        if count == number:
            raise KeyboardInterrupt
        return real(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(FolderVolume, act, interrupted)
        status, _, err = run("deploy", "--set", "mqtt.broker=10.0.0.9")
    assert status == 130
    line = err.splitlines()[-1]
    if committed:
        assert line == (
            "chargerctl: stopped. The board holds its outputs safe; a reset or the next deploy finishes this one."
        )
    else:
        assert line == "chargerctl: stopped. Nothing on the board has changed."
        assert contents(drive) == before
    assert run("deploy", "--set", "mqtt.broker=10.0.0.9")[0] == 0
    assert "10.0.0.9" in (drive / "settings.toml").read_text()
    assert not (drive / ".deploy").exists()


def test_after_ctrl_c_at_the_very_end_the_deploy_is_said_to_be_done(
    run: Run, drive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(FolderVolume, "remove_folder", interrupted)
        status, _, err = run("deploy")
    assert (status, err.splitlines()[-1]) == (130, "chargerctl: stopped. Everything was written before that.")
    assert "nothing to do" in run("deploy")[1]


def test_ctrl_c_while_an_earlier_deploy_is_finished_says_the_state_too(
    run: Run, drive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_after_the_commit(run, monkeypatch)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(FolderVolume, "rename", interrupted)
        status, out, _ = run("deploy", "--json")
    assert (status, json.loads(out)["committed"]) == (130, True)


# What is kept on the laptop.


def test_a_deploy_that_changes_no_file_leaves_the_record_for_a_rollback(
    run: Run, drive: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    factory = contents(drive)
    run("deploy")
    run("deploy")
    (drive / ".chargerctl").write_bytes(b"damaged")  # only the manifest is written anew
    assert "change  .chargerctl" in run("deploy")[1]
    (drive / "._code.py").write_bytes(b"macOS")
    assert "left by macOS" in run("deploy")[1]
    assert run("rollback")[0] == 0
    assert contents(drive) == factory


def test_a_backup_replaces_a_file_only_after_a_yes(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "x.zip"
    target.write_text("precious")
    target.chmod(0o644)
    for how in ((), ("--json",)):
        status, out, err = run("backup", "--to", str(target), *how)
        assert (status, "add --yes" in out + err, target.read_text()) == (2, True, "precious")
    assert run("backup", "--to", str(target), "--yes")[0] == 0
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert run("restore", str(target), "--dry-run")[0] == 0


@pytest.mark.parametrize(("answer", "status"), [(False, 1), (True, 0)])
def test_on_a_terminal_a_backup_asks_before_it_replaces_a_file(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: bool, status: int
) -> None:
    asked = []
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.confirm", lambda question, **_: asked.append(question) or answer)
    (tmp_path / "x.zip").write_text("precious")
    assert run("backup", "--to", str(tmp_path / "x.zip"))[0] == status
    assert asked == [f"{tmp_path / 'x.zip'} exists: replace it?"]
    assert ((tmp_path / "x.zip").read_bytes() == b"precious") != answer


def test_a_backup_replaces_no_pipe_and_no_device(run: Run, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in (tmp_path / "pipe", Path("/dev/null")):
        status, _, err = run("backup", "--to", str(name), "--yes")
        assert (status, err.count("\n"), name.is_file()) == (1, 1, False), err


@pytest.mark.parametrize("through", ["/dev/fd/", "/proc/self/fd/", "link"])
def test_a_file_that_a_program_has_open_is_not_replaced(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str], through: str
) -> None:
    """As /dev/stdout is, where the shell writes it to a log."""
    with (tmp_path / "log.txt").open("wb", buffering=0) as log:
        log.write(b"before\n")
        (tmp_path / "link").symlink_to(f"/dev/fd/{log.fileno()}")
        path = str(tmp_path / "link") if through == "link" else f"{through}{log.fileno()}"
        refused(run("backup", "--to", path), "leads to a file that a program has open")
        assert main(["config", "render", "-o", path]) == 1
        assert "leads to a file that a program has open" in capsys.readouterr().err
    assert (tmp_path / "log.txt").read_bytes() == b"before\n"


@pytest.mark.parametrize("write", [files.write_private, files.write_new])
def test_ctrl_c_leaves_no_half_of_a_private_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[[Path, bytes], None]
) -> None:
    class Stopped(io.BytesIO):
        def write(self, content: object) -> int:
            raise KeyboardInterrupt

    monkeypatch.setattr(os, "fdopen", lambda descriptor, mode: os.close(descriptor) or Stopped())
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "all.zip", b"secret")
    assert list(tmp_path.iterdir()) == []


def test_a_long_line_without_a_name_is_searched_for_secrets_at_once() -> None:
    """With a pattern that is tried at each letter this takes hours."""
    line = "x" * 1_000_000
    assert masked_lines(f"{line}\n{line} password = 1") == [MASK, f'{line} password = "{MASK}"']


# What there is to do afterwards.


def test_after_a_deploy_to_a_folder_it_can_be_simulated(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "f"
    status, out, _ = run("deploy", "--set", "hardware.board=raspberry_pi_pico2_w", at=folder)
    assert (status, f"{folder} is a folder: run it with chargerctl simulate --drive {folder}" in out) == (
        0,
        True,
    )
    assert "Eject" not in out


def test_after_a_deploy_to_a_drive_the_user_is_asked_to_eject_it(run: Run, drive: Path) -> None:
    assert run("deploy")[1].endswith(
        "done; the board restarts by itself. Eject the drive before unplugging it.\n"
    )


# Without --drive.


def test_the_one_drive_is_found(
    run: Run, drive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(find, "mounted", lambda: [tmp_path, drive, tmp_path / "gone"])
    assert run("deploy", at=None)[0] == 0
    assert (drive / "boot.py").exists()


def test_of_several_drives_none_is_chosen(run: Run, drive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = drive.with_name("CIRCUITPY1")
    other.mkdir()
    (other / BOOT_OUT).write_text(BootOut.assumed("adafruit_feather_esp32s2").render())
    monkeypatch.setattr(find, "mounted", lambda: [drive, other])
    refused(run("deploy", at=None), "2 boards found: name one", f"--drive {drive}", f"--drive {other}")


def test_without_a_drive_the_line_names_what_to_do(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find, "mounted", list)
    refused(run("deploy", at=None), "no board found: plug it in", "--drive PATH, --port PORT or --host HOST")
