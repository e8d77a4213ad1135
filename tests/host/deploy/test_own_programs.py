# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""`simulate --drive` runs a program with the user's rights: only one that chargerctl deployed, or that the user trusts."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from chargerctl.deploy import write_drive
from chargerctl.deploy.image import firmware_image
from chargerctl.deploy.own_programs import foreign_programs
from chargerctl.deploy.records import COMMIT, MANIFEST, Commit, Manifest, Mark
from chargerctl.transport.folder import FolderVolume

from tests.host.commands import Run
from tests.host.deploy.virtual import SETTINGS


@pytest.fixture
def script(tmp_path: Path) -> str:
    (tmp_path / "short.script").write_text("wait 0.1\n")
    return str(tmp_path / "short.script")


def foreign(drive: Path, state: Path) -> list[str]:
    return foreign_programs(FolderVolume(drive), state).programs


# A program that shows whether it ran: the simulated board has no `os.system`, but CPython's objects lead there.
EVIL = (
    "def escape():\n"
    "    for found in ().__class__.__base__.__subclasses__():\n"
    "        if found.__name__ == '_wrap_close':\n"
    "            found.__init__.__globals__['__builtins__']['open']({path!r}, 'w').write('owned')\n"
    "escape()\n"
)


PROGRAMS = [
    *(
        "code.py",
        "code.txt",
        "main.py",
        "boot.py",
        "boot.txt",
        "safemode.py",
        "os.py",
        "CODE.PY",
        "code.txt.py",
    ),
    *("lib/adafruit_ticks.py", "charger/loop.py"),
]


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_of_a_stranger_is_refused_without_trust(
    run: Run, drive: Path, state: Path, tmp_path: Path, script: str, name: str
) -> None:
    shutil.rmtree(drive)
    write_drive(drive, SETTINGS, "raspberry_pi_pico2_w")
    assert foreign(drive, state) == []
    (drive / name).write_text(EVIL.format(path=str(tmp_path / "owned")))
    manifest = Manifest.read((drive / MANIFEST).read_bytes())
    files = manifest.files | {name: Mark.of((drive / name).read_bytes())}
    (drive / MANIFEST).write_bytes(
        Manifest(files, manifest.pins, manifest.version, manifest.settings).render()
    )
    status, out, err = run("simulate", "--script", script)
    assert (status, out, err.count("\n")) == (1, "", 1), err
    assert f"({name})" in err
    assert "--trust" in err
    assert not (tmp_path / "owned").exists()
    assert json.loads(run("simulate", "--script", script, "--json")[1])["foreign"] == [name]


def test_with_trust_it_runs_and_it_can_do_what_the_user_can(
    run: Run, drive: Path, tmp_path: Path, script: str
) -> None:
    """Why trust is asked for."""
    (drive / "code.py").write_text(EVIL.format(path=str(tmp_path / "owned")))
    Path(script).write_text("wait 8\n")
    run("simulate", "--trust", "--script", script)
    assert (tmp_path / "owned").read_text() == "owned"


def test_what_this_laptop_deployed_is_its_own_also_after_an_update(
    run: Run, drive: Path, state: Path
) -> None:
    assert run("deploy")[0] == 0
    assert foreign(drive, state) == []
    assert run("deploy", "--source")[0] == 0
    assert foreign(drive, state) == []
    shutil.rmtree(state / "programs")  # this installation's own
    assert foreign(drive, state) == []


def test_what_a_restore_or_a_rollback_brought_back_is_a_strangers(
    run: Run, drive: Path, state: Path, tmp_path: Path
) -> None:
    (drive / "lib").mkdir()
    (drive / "lib" / "adafruit_ticks.py").write_text("# a stranger's\n")
    assert run("backup", "--to", str(tmp_path / "x.zip"))[0] == 0
    run("deploy")
    for command in (("rollback",), ("deploy",), ("restore", str(tmp_path / "x.zip"))):
        assert run(*command)[0] == 0
        assert foreign(drive, state) == (
            [] if command == ("deploy",) else ["code.py", "lib/adafruit_ticks.py"]
        )


def test_libraries_that_were_kept_on_the_drive_are_not_the_laptops(
    run: Run, drive: Path, state: Path
) -> None:
    run("deploy", "--source")
    (drive / "lib" / "adafruit_ticks.py").write_text("# a stranger's\n")
    assert run("deploy", "--source", "--libs", "skip")[0] == 0
    assert foreign(drive, state) == ["lib/adafruit_ticks.py"]


def test_files_that_are_no_programs_need_no_trust(drive: Path, state: Path) -> None:
    (drive / "code.py").write_bytes(firmware_image()["code.py"])
    for name in ("notes.txt", "settings.toml", "picture.bmp", "my code.txt"):
        (drive / name).write_text("mine")
    assert foreign(drive, state) == []


@pytest.fixture
def own(drive: Path) -> Path:
    """Nothing but chargerctl's own on it."""
    shutil.rmtree(drive)
    write_drive(drive, SETTINGS, "raspberry_pi_pico2_w")
    (drive / ".deploy").mkdir()
    return drive


@pytest.mark.parametrize("source", [".deploy/0", "notes.bin"])
def test_an_unfinished_deploy_is_refused_without_trust_since_it_can_make_a_program_of_any_file(
    run: Run, own: Path, tmp_path: Path, script: str, source: str
) -> None:
    evil = EVIL.format(path=str(tmp_path / "owned")).encode()
    (own / source).write_bytes(evil)
    (own / COMMIT).write_bytes(Commit([("put", *Mark.of(evil).words(), source, "code.py")]).render())
    status, out, err = run("simulate", "--script", script)
    assert (status, out, err.count("\n")) == (1, "", 1), err
    assert ".deploy/commit" in err
    assert "finish it with `chargerctl deploy" in err
    assert "--trust" in err
    assert not (tmp_path / "owned").exists()
    assert ".deploy/commit" in json.loads(run("simulate", "--script", script, "--json")[1])["foreign"]
    Path(script).write_text("wait 8\n")
    run("simulate", "--trust", "--script", script)
    assert (tmp_path / "owned").exists()


@pytest.mark.parametrize("name", [".Trashes", ".fseventsd", "._x", "a/.DS_Store"])
@pytest.mark.parametrize("trust", [(), ("--trust",)], ids=["", "trusted"])
def test_a_link_is_refused_whatever_its_name(
    run: Run, own: Path, tmp_path: Path, script: str, name: str, trust: tuple[str, ...]
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "victim").write_text("")
    (own / name).parent.mkdir(exist_ok=True)
    (own / name).symlink_to(outside)
    if not trust:
        (own / ".deploy").rmdir()
    else:
        steps = [("remove", f"{name}/victim"), ("move", "code.py", f"{name}/written")]
        (own / COMMIT).write_bytes(Commit(steps).render())
    status, _, err = run("simulate", "--script", script, *trust)
    assert (status, f"{name} on {own} is a link" in err, err.count("\n")) == (1, True, 1), err
    assert [path.name for path in outside.iterdir()] == ["victim"]


def test_trust_is_about_a_drive(run: Run, script: str) -> None:
    assert run("simulate", "--trust", "--script", script, at=None)[0] == 2
