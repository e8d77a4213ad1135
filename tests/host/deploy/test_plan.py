# SPDX-FileCopyrightText: 2026 The chargerctl authors
# SPDX-License-Identifier: MIT
"""The plan for a drive, before anything is written."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from chargerctl.deploy import image as images
from chargerctl.deploy.apply import execute
from chargerctl.deploy.checks import check_libraries, checked_plan, shadows
from chargerctl.deploy.image import Image
from chargerctl.deploy.opening import snapshot_of
from chargerctl.deploy.plan import Plan
from chargerctl.deploy.progress import shown_progress
from chargerctl.deploy.records import Commit, DamagedError, Manifest, Mark
from chargerctl.deploy.show import diff, plan_json, plan_lines
from chargerctl.deploy.target import make_target, safe_pins
from chargerctl.errors import ChargerctlError
from rich.console import Console

from tests.host.deploy.virtual import BOARD, FACTORY, SETTINGS, deploy, live, plan
from tests.host.transport.faulty import CutError, FaultyVolume, Tree

SMALL: Image = {
    "code.py": b"import charger\n",
    "boot.py": b"# boot\n",
    "hold.py": b"# hold\n",
    "charger/__init__.py": b"",
    "lib/a.py": b"a = 1\n",
}


def drive(**changes: bytes | None) -> FaultyVolume:
    """A drive with SMALL deployed to it, then changed by hand; None removes."""
    volume = FaultyVolume(FACTORY)
    deploy(volume, SMALL)
    tree: Tree = volume.tree() | {
        path.replace("__", "/").replace("_py", ".py"): c for path, c in changes.items()
    }
    return FaultyVolume(
        {path: content for path, content in tree.items() if content is not None or path == "x"}
    )


def changes(planned: Plan) -> dict[str, str]:
    return {change.path: change.kind for change in planned.touched if change.path != ".chargerctl"}


def notes(planned: Plan) -> dict[str, str]:
    return {change.path: change.note for change in planned.touched if change.note}


def test_the_second_time_there_is_nothing_to_do() -> None:
    volume = drive()
    planned = deploy(volume, SMALL)
    assert planned.nothing_to_do
    assert not volume.operations
    assert list(plan_lines(planned)) == [f"  nothing to do: all {len(SMALL) + 2} files are up to date"]


def test_files_are_added_changed_removed_and_kept() -> None:
    image = {**SMALL, "code.py": b"import charger, new\n", "new.py": b""}
    del image["lib/a.py"]
    planned = plan(drive(), image)
    assert changes(planned) == {"code.py": "change", "new.py": "add", "lib/a.py": "remove"}
    assert {change.path for change in planned.changes if change.kind == "keep"} == {
        *("boot.py", "hold.py", "charger/__init__.py", "settings.toml")
    }


def test_a_folder_that_is_left_empty_goes_and_one_with_a_users_file_stays() -> None:
    image = {path: content for path, content in SMALL.items() if path != "lib/a.py"}
    volume = drive()
    deploy(volume, image)
    assert "lib" not in volume.list()[1]
    volume = drive(lib__mine_py=b"mine")
    deploy(volume, image)
    assert volume.tree()["lib/mine.py"] == b"mine"


def test_only_files_we_own_are_removed() -> None:
    volume = drive(lib__mine_py=b"mine", mine_py=b"mine")
    deploy(volume, {})
    assert {"lib/mine.py", "mine.py", "boot_out.txt"} < set(volume.tree())
    assert "lib/a.py" not in volume.tree()


def test_a_file_edited_on_the_drive_is_marked() -> None:
    assert notes(plan(drive(lib__a_py=b"a = 2\n"), SMALL)) == {"lib/a.py": "was edited on the drive"}


def test_a_file_that_chargerctl_did_not_write_is_marked() -> None:
    assert notes(plan(FaultyVolume(FACTORY), SMALL)) == {"code.py": "was not put there by chargerctl"}


def test_litter_is_removed_beside_our_own_files_only() -> None:
    volume = FaultyVolume(
        drive().tree() | {"._code.py": b"x", "lib/._a.py": b"x", "._mine.py": b"x", ".DS_Store": b""}
    )
    assert changes(deploy(volume, SMALL)) == {"._code.py": "remove", "lib/._a.py": "remove"}
    assert {"._mine.py", ".DS_Store"} < set(volume.tree())


def test_what_a_deploy_without_commit_left_is_removed() -> None:
    volume = FaultyVolume(drive().tree() | {".deploy/0": b"half"})
    planned = deploy(volume, SMALL)
    assert planned.leftovers == [".deploy/0"]
    assert not volume.list()[1] & {".deploy"}


def test_a_dry_run_shows_the_drive_as_it_will_be_when_an_unfinished_deploy_is_finished() -> None:
    image = {**SMALL, "code.py": b"import charger, new\n", "new.py": b""}
    whole, cut = drive(), drive()
    deploy(whole, image)
    cut.cut_at = 2 + next(n for n, what in enumerate(whole.operations) if what.endswith("code.txt"))
    with pytest.raises(CutError):
        deploy(cut, image)
    cut.operations.clear()
    cut.cut_at = 0
    planned = plan(cut, image, dry_run=True)
    assert planned.nothing_to_do
    assert "an earlier deploy was interrupted after its commit: it is finished first" in "\n".join(
        plan_lines(planned)
    )
    assert not cut.operations


def test_a_dry_run_after_a_deploy_that_cannot_be_finished_plans_what_the_real_one_does() -> None:
    commit = Commit([("put", *Mark.of(b"lost").words(), ".deploy/0", "lost.py")]).render()
    tree = drive().tree() | {".deploy/commit": commit}
    dry, real = (plan(FaultyVolume(tree), SMALL, dry_run=dry_run) for dry_run in (True, False))
    assert dry.work.held
    assert real.work.held
    assert changes(dry) == changes(real)
    for planned in (dry, real):
        shown = "\n".join(plan_lines(planned))
        assert "an earlier deploy cannot be finished (lost.py is missing): this one takes its place" in shown
        assert "it is finished first" not in shown


def test_what_was_to_be_written_in_place_is_known_from_the_new_image() -> None:
    commit = Commit([("put", *Mark.of(SMALL["lib/a.py"]).words(), "-", "lib/a.py")]).render()
    tree = drive(lib__a_py=b"half").tree() | {".deploy/commit": commit}
    assert not plan(FaultyVolume(tree), SMALL, dry_run=True).work.held


def test_many_new_files_of_a_folder_are_one_line_and_sizes_have_fitting_units() -> None:
    image = {**SMALL, **{f"lib/n{number}.py": b"x" * 512 for number in range(9)}}
    shown = list(plan_lines(plan(drive(), image)))
    assert "  + add     lib/  9 files, 4.5 KB" in shown
    assert "of 1.0 GB free" in shown[-1]


def test_a_new_password_is_not_shown_as_changed() -> None:
    volume = FaultyVolume({**FACTORY, "settings.toml": b'CHARGER_WIFI_SSID = "home"\n'})
    shown = "\n".join(diff(plan(volume, SMALL)))
    assert '+CHARGER_WIFI_PASSWORD = "***"' in shown


def test_when_the_firmware_is_removed_the_hold_ends_before_boot_py_goes(new_image: Image) -> None:
    volume = FaultyVolume(FACTORY)
    deploy(volume, new_image)
    volume.operations.clear()
    deploy(volume, {})
    assert volume.operations.index("remove code.txt") < volume.operations.index("remove boot.py")


def test_while_the_firmware_is_removed_a_board_on_hold_always_has_its_boot_py(
    new_image: Image, new_tree: Tree
) -> None:
    whole = FaultyVolume(new_tree)
    deploy(whole, {})
    held = 0
    for number in range(1, len(whole.operations) + 1):
        volume = FaultyVolume(new_tree)
        volume.cut_at = number
        with pytest.raises(CutError):
            deploy(volume, {})
        for keep in (True, False):
            tree = volume.tree(keep)
            held += "code.txt" in tree
            assert "code.txt" not in tree or "boot.py" in tree, volume.operations[-1]
            again = FaultyVolume(tree)
            deploy(again, {})
            assert live(again.tree()) == live(whole.tree())
    assert held > 100


@pytest.mark.parametrize("name", ["code.txt", "boot.txt"])
def test_a_file_that_circuitpython_runs_first_is_refused(name: str) -> None:
    volume = FaultyVolume(drive().tree() | {name: b"print('mine')"})
    with pytest.raises(ChargerctlError, match=f"{name} on the drive is not chargerctl's"):
        deploy(volume, {**SMALL, "new.py": b""})
    assert not volume.operations


def test_files_that_circuitpython_would_import_instead_are_reported() -> None:
    image = {"lib/a.mpy": b"", "lib/p/__init__.py": b"", "hold.py": b""}
    there = {"lib/a.py", "p.py", "hold/__init__.py", "lib/b.py", "hold.mpy"}
    assert shadows(image, there | set(image)) == [
        "CircuitPython imports hold/__init__.py instead of hold.py: rename or remove it",
        "CircuitPython imports lib/a.py instead of lib/a.mpy: rename or remove it",
        "CircuitPython imports p.py instead of lib/p/__init__.py: rename or remove it",
    ]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"M\x06\x00\x1f", "compiled for MicroPython"),
        (b"C\x05\x00\x1f", "CircuitPython 9 and 10 cannot read its format"),
        (b"C\x06\x0a\x1f", "native code"),
        (b"C\x06\x00\x3f", "larger integers"),
        (b"C\x06\x00", "incomplete"),
        (b"", "cannot read its format"),
    ],
)
def test_mpy_files_that_circuitpython_cannot_load_are_refused(content: bytes, why: str) -> None:
    check_libraries({"lib/a.mpy": b"C\x06\x00\x1f"})
    with pytest.raises(ChargerctlError, match=f"lib/a.mpy cannot be loaded by CircuitPython: .*{why}"):
        check_libraries({"lib/a.mpy": content})


def test_the_diff_shows_text_and_masks_secrets() -> None:
    volume = drive(lib__a_py=b"a = 2\n")
    settings = {**SETTINGS, "CHARGER_WIFI_PASSWORD": "another secret", "CHARGER_MQTT_BROKER": "10.0.0.9"}
    snapshot = snapshot_of(volume, set(SMALL), SMALL, dry_run=True)
    planned = checked_plan(snapshot, make_target(SMALL, settings, snapshot, BOARD))
    shown = "\n".join(diff(planned))
    assert "-a = 2\n+a = 1" in shown
    assert '-CHARGER_MQTT_BROKER = "broker.example"\n+CHARGER_MQTT_BROKER = "10.0.0.9"' in shown
    assert '-CHARGER_WIFI_PASSWORD = "***"\n+CHARGER_WIFI_PASSWORD = "*** (changed)"' in shown
    assert "secret" not in shown
    assert "correct horse" not in shown


def test_the_json_of_a_plan_has_changes_and_space() -> None:
    found = plan_json(plan(FaultyVolume(FACTORY), SMALL))
    assert {"kind": "add", "path": "lib/a.py", "after": 6} in found["changes"]  # type: ignore[operator]
    assert found["space"]["missing"] == 0  # type: ignore[index]


@pytest.mark.parametrize("number", range(1, 180, 9))
def test_a_first_deploy_over_a_factory_drive_can_be_cut_anywhere(number: int, new_image: Image) -> None:
    """What the board does then is the concern of test_interruptions."""
    volume = FaultyVolume(FACTORY)
    volume.cut_at = number
    with pytest.raises(CutError):
        deploy(volume, new_image)
    for keep in (True, False):
        again = FaultyVolume(volume.tree(keep))
        deploy(again, new_image)
        assert set(new_image) < set(live(again.tree()))
        assert not {path for path in again.tree() if path.startswith((".deploy", "code.txt", "boot.txt"))}


def test_a_manifest_reads_back_as_it_was_written() -> None:
    manifest = Manifest(
        {"my notes.txt": Mark(3, 0xFF), "code.py": Mark(0, 0)},
        {"relay": ("D2", "high")},
        "0.1.0",
        {"salt": "00", "CHARGER_NAME": "11"},
    )
    assert Manifest.read(manifest.render()) == manifest


def test_a_commit_reads_back_as_it_was_written() -> None:
    commit = Commit(
        [("put", "1", "00000000", ".deploy/0", "my notes.txt"), ("remove", "a b")], {"lock": ("D3", "low")}
    )
    assert Commit.read(commit.render()) == commit


@pytest.mark.parametrize("damage", [0, 10, -1], ids=["first", "middle", "last"])
def test_a_damaged_record_is_noticed(damage: int) -> None:
    content = bytearray(Commit([("remove", "a")]).render())
    content[damage] ^= 1
    with pytest.raises(DamagedError):
        Commit.read(bytes(content))


def test_a_drive_with_a_damaged_manifest_can_be_deployed_to() -> None:
    volume = FaultyVolume(drive().tree() | {".chargerctl": b"rubbish"})
    deploy(volume, SMALL)
    assert deploy(volume, SMALL).nothing_to_do


def test_the_pins_to_hold_come_from_the_settings_then_from_the_board() -> None:
    assert safe_pins(b"", BOARD)[0] == {
        "relay": ("GP2", "high"),
        "lock": ("GP3", "high"),
        "service": ("GP14", "low"),
    }
    settings = b"""CHARGER_HARDWARE_RELAY_PIN = "GP20"
CHARGER_HARDWARE_RELAY_ACTIVE = "low"
CHARGER_HARDWARE_LOCK_PIN = "none"
"""
    assert safe_pins(settings, BOARD) == ({"relay": ("GP20", "low"), "service": ("GP14", "low")}, [])
    other = b'CHARGER_HARDWARE_BOARD = "adafruit_feather_esp32s2"\n'
    assert safe_pins(other, BOARD)[0]["relay"] == ("D5", "high")


def test_settings_typed_on_the_drive_stay() -> None:
    volume = drive()
    typed = volume.read("settings.toml") + b'CHARGER_NTP_SERVER = "10.0.0.1"  # ours\n'
    volume = FaultyVolume(volume.tree() | {"settings.toml": typed})
    snapshot = snapshot_of(volume, set(SMALL), SMALL, dry_run=False)
    target = make_target(SMALL, SETTINGS, snapshot, BOARD)
    assert target.image["settings.toml"] == typed
    assert any("ntp.server" in note and "kept" in note for note in target.notes)


def test_without_settings_those_on_the_drive_are_left_alone() -> None:
    volume = drive(settings__toml=b"")
    volume = FaultyVolume(volume.tree() | {"settings.toml": b"# mine\n"})
    snapshot = snapshot_of(volume, set(SMALL), SMALL, dry_run=False)
    execute(volume, checked_plan(snapshot, make_target(SMALL, None, snapshot, BOARD)))
    assert volume.tree()["settings.toml"] == b"# mine\n"


def test_what_is_written_is_little_more_than_what_changes(new_image: Image) -> None:
    """The goals of bench/deploy.py that do not depend on the machine."""
    volume = FaultyVolume(FACTORY)
    deploy(volume, new_image)
    assert volume.bytes_written <= 1.1 * sum(map(len, new_image.values()))
    volume.bytes_written = 0
    deploy(volume, new_image)
    assert volume.bytes_written == 0
    edited = new_image["charger/loop.py"] + b"# one line\n"
    deploy(volume, {**new_image, "charger/loop.py": edited})
    assert volume.bytes_written <= 2 * len(edited) + 8192


def test_the_progress_has_bytes_and_time_left_on_a_terminal() -> None:
    out = io.StringIO()
    terminal = Console(file=out, force_terminal=True, width=100)
    with shown_progress(2048, print, terminal) as progress:
        progress(1024, "code.py")
    assert "1.0/2.0 kB" in out.getvalue()
    assert "code.py" in out.getvalue()
    assert re.search(r"\d:\d\d|-:--", out.getvalue())


def test_without_a_terminal_a_slow_deploy_says_how_long_it_takes() -> None:
    said: list[str] = []
    seconds = iter([0.0, 10.0, 20.0])
    with shown_progress(256 << 10, said.append, None, lambda: next(seconds)) as progress:
        progress(64 << 10, "code.py")
        progress(128 << 10, "boot.py")
    assert said == [
        "about 30 s left: 64.0 KB of 256.0 KB written",
        "about 7 s left: 192.0 KB of 256.0 KB written",
    ]


def test_litter_in_the_firmware_folder_is_not_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("code.py", "._code.py", ".DS_Store", "charger/__init__.py", "charger/._x.py", "notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    monkeypatch.setattr(images, "firmware_dir", lambda: tmp_path)
    assert set(images.firmware_image()) == {"code.py", "charger/__init__.py"}
